from pathlib import Path

import cv2
import numpy as np
import pytest

from fsanet.image.kinds import is_heif, kind_of_bytes, kind_of_file, pictures_in

PICTURE = np.random.default_rng(0).integers(0, 255, (24, 32, 3), np.uint8)


def brands(main, *others):
    return (16 + 4 * len(others)).to_bytes(4, "big") + b"ftyp" + main + bytes(4) + b"".join(others) + bytes(64)


def test_pictures_in_a_folder_are_told_by_their_names(tmp_path):
    (tmp_path / "more").mkdir()
    for name in ("b.JPG", "a.png", "c.txt", ".d.png", "more/e.webp"):
        (tmp_path / name).touch()
    assert [file.name for file in pictures_in(tmp_path)] == ["a.png", "b.JPG"]
    assert [file.name for file in pictures_in(tmp_path, "**/*")] == ["a.png", "b.JPG", "e.webp"]
    assert [file.name for file in pictures_in(tmp_path, "b*")] == ["b.JPG"]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp", ".tif", ".ppm", ".gif"])
def test_what_opencv_writes_is_an_image_whatever_its_name(tmp_path, suffix):
    path = tmp_path / "no_suffix"
    path.write_bytes(cv2.imencode(suffix, PICTURE)[1].tobytes())
    assert kind_of_file(path) == "image"


def animation(count):
    moving = cv2.Animation()
    moving.frames = [np.full((24, 32, 4), 60 * i, np.uint8) for i in range(count)]
    moving.durations = np.full(count, 100, np.int32)
    return moving


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
@pytest.mark.parametrize(("count", "kind"), [(1, "image"), (3, "pictures")])
def test_animations_are_told_from_single_pictures(tmp_path, suffix, count, kind):
    cv2.imwriteanimation(str(tmp_path / f"a{suffix}"), animation(count))
    assert kind_of_file(tmp_path / f"a{suffix}") == kind


@pytest.mark.parametrize(("count", "kind"), [(1, "image"), (2, "pictures")])
def test_pages_of_a_tiff(tmp_path, count, kind):
    cv2.imwritemulti(str(tmp_path / "a.tif"), [PICTURE] * count)
    assert kind_of_file(tmp_path / "a.tif") == kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (brands(b"isom", b"mp42"), "video"),
        (brands(b"qt  "), "video"),
        (brands(b"heic", b"mif1"), "image"),
        (brands(b"avif"), "image"),
        (brands(b"avis"), "pictures"),
        (brands(b"M4A "), None),
        (b"\0\0\0\x08wide" + bytes(50), "video"),
        (b"\x1aE\xdf\xa3" + bytes(50), "video"),
        ((b"\x47" + bytes(187)) * 4, "video"),
        ((bytes(4) + b"\x47" + bytes(187)) * 4, "video"),
        (b"FLV\x01\x05", "video"),
        (b"RIFF\0\0\0\0AVI LIST", "video"),
        (b"RIFF\0\0\0\0WAVEfmt ", None),
        (b"OggS" + bytes(24) + b"\x80theora" + bytes(40), "video"),
        (b"OggS" + bytes(24) + b"\x01vorbis" + bytes(22) + b"OggS" + bytes(24) + b"OVP80", "video"),
        (b"OggS" + bytes(24) + b"OpusHead" + bytes(40), None),
        (b"OggS" + bytes(24) + b"\x01vorbis" + bytes(40), None),
        (b"%PDF-1.4", None),
        (b"name,yaw\n", None),
        (b"", None),
    ],
)
def test_first_bytes(head, kind):
    assert kind_of_bytes(head) == kind


@pytest.mark.parametrize(
    ("name", "kind"), [("a.JPG", "image"), ("a.mov", "video"), ("a.heic", "image"), ("a.txt", None), ("a", None)]
)
def test_where_the_content_says_nothing_the_name_counts(tmp_path, name, kind):
    (tmp_path / name).write_bytes(b"hello")
    assert kind_of_file(tmp_path / name) == kind


@pytest.mark.parametrize("name", ["a.ts", "a.MTS"])
@pytest.mark.parametrize(
    ("content", "kind"), [(b"export const a = 1\n" * 300, None), (b"", "video"), (bytes(2) + b"\1\xe0", "video")]
)
def test_a_transport_stream_is_told_from_typescript(tmp_path, name, content, kind):
    (tmp_path / name).write_bytes(content)
    assert kind_of_file(tmp_path / name) == kind


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("note.weba", b"\x1aE\xdf\xa3"),
        ("radio.MKA", b"\x1aE\xdf\xa3"),
        ("voice.3ga", brands(b"3gp4")),
        ("song.m4a", brands(b"isom")),
        ("song.wma", b"0&\xb2u\x8ef\xcf\x11"),
    ],
)
def test_what_is_named_as_sound_is_no_video(tmp_path, name, head):
    for suffix, kind in ((Path(name).suffix, None), (".mkv", "video")):
        path = (tmp_path / name).with_suffix(suffix)
        path.write_bytes(head + bytes(50))
        assert kind_of_file(path) == kind


@pytest.mark.parametrize("cut", [10, 14, 30, 60])
@pytest.mark.parametrize("suffix", [".gif", ".tif", ".png", ".webp"])
def test_files_that_are_cut_short_are_no_error(tmp_path, suffix, cut):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(cv2.imencode(suffix, PICTURE)[1].tobytes()[:cut])
    assert kind_of_file(path) == "image"


def test_heic_is_told_from_avif():
    assert is_heif(brands(b"heic", b"mif1"))
    assert is_heif(brands(b"mif1", b"heic"))
    assert not is_heif(brands(b"mif1", b"avif"))
    assert not is_heif(brands(b"isom"))
