import struct
import sys

import cv2
import numpy as np
import pytest

from fsanet.image.reading import read_image, read_picture, write_image

_NOISE = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)


@pytest.fixture
def picture():
    gradient = np.linspace(0, 255, 48).astype(np.uint8)
    return np.stack([np.tile(gradient, (32, 1)), np.full((32, 48), 90, np.uint8), np.tile(gradient[::-1], (32, 1))], -1)


def encode(path, image, *options):
    done, data = cv2.imencode(path.suffix, image, list(options))
    assert done
    path.write_bytes(data.tobytes())
    return path


def test_png_comes_back_unchanged_from_a_spaced_and_accented_path(tmp_path, picture):
    path = tmp_path / "ein Foto mit Umlaut äöü 写真.png"
    write_image(path, picture)
    np.testing.assert_array_equal(read_image(path), picture)


def test_sixteen_bits_are_scaled_to_eight(tmp_path, picture):
    path = encode(tmp_path / "deep.png", picture.astype(np.uint16) * 257)
    np.testing.assert_array_equal(read_image(path), picture)


def test_grey_is_repeated(tmp_path, picture):
    image = read_image(encode(tmp_path / "grey.png", picture[..., 0]))
    np.testing.assert_array_equal(image, np.repeat(picture[..., :1], 3, axis=-1))


def test_alpha_is_dropped(tmp_path, picture):
    alpha = np.dstack([picture, np.full(picture.shape[:2], 7, np.uint8)])
    np.testing.assert_array_equal(read_image(encode(tmp_path / "alpha.png", alpha)), picture)


def test_cmyk_is_converted(tmp_path):
    from PIL import Image

    path = tmp_path / "print.jpg"
    Image.new("CMYK", (32, 16), (0, 255, 255, 0)).save(path)  # no cyan, full magenta and yellow: red
    blue, green, red = read_image(path)[8, 16]
    assert red > 200
    assert max(blue, green) < 80


def test_one_pixel(tmp_path):
    assert read_image(encode(tmp_path / "dot.png", np.zeros((1, 1, 3), np.uint8))).shape == (1, 1, 3)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No image file at '.*nowhere\.jpg'"):
        read_image(tmp_path / "nowhere.jpg")


def test_zero_bytes(tmp_path):
    path = tmp_path / "empty.jpg"
    path.touch()
    with pytest.raises(ValueError, match=r"'.*empty\.jpg' is empty \(0 bytes\)"):
        read_image(path)


def test_text_renamed_to_jpg(tmp_path):
    path = tmp_path / "notes.jpg"
    path.write_text("not a picture")
    with pytest.raises(ValueError, match="no image that can be read"):
        read_image(path)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_truncated_jpeg_is_refused_rather_than_filled_with_grey(tmp_path, picture, share):
    whole = encode(
        tmp_path / "whole.jpg", np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    ).read_bytes()
    path = tmp_path / "cut.jpg"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ValueError, match="truncated JPEG"):
        read_image(path)


def test_truncated_png_is_refused(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    path = encode(tmp_path / "cut.png", noise)
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(ValueError, match="damaged"):
        read_image(path)


def test_a_header_that_claims_too_many_pixels(tmp_path):
    path = encode(tmp_path / "bomb.png", np.zeros((4, 4, 3), np.uint8))
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", 100_000, 100_000)
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"bomb\.png"):
        read_image(path)


def test_writing_without_a_suffix_says_what_to_give(tmp_path, picture):
    with pytest.raises(ValueError, match=r"give a name that ends in \.jpg or \.png"):
        write_image(tmp_path / "picture", picture)


def test_writing_where_a_file_stands_in_for_a_folder(tmp_path, picture):
    (tmp_path / "taken").touch()
    with pytest.raises(OSError, match="taken"):
        write_image(tmp_path / "taken" / "picture.png", picture)


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_deep_images_are_stretched_by_the_bits_in_use(tmp_path, bits):
    ramp = np.tile(np.linspace(0, 2**bits - 1, 256).astype(np.uint16), (100, 1))
    image, note = read_picture(encode(tmp_path / "ir.png", ramp))
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image[..., 1], ramp >> (bits - 8))
    assert note == (
        "" if bits == 16 else f"16-bit values of which {bits} bits are in use: divided by {2 ** (bits - 8)}"
    )


def test_a_hot_pixel_does_not_darken_the_rest(tmp_path):
    deep = np.full((100, 100), 800, np.uint16)
    deep[5, 5] = 65535
    image = read_image(encode(tmp_path / "ir.png", deep))
    assert (image[50, 50, 0], image[5, 5, 0]) == (200, 255)


def test_floats_are_stretched(tmp_path):
    ramp = np.tile(np.linspace(-1, 3, 256).astype(np.float32), (100, 1))
    ramp[0, 0] = np.nan
    image, note = read_picture(encode(tmp_path / "depth.tif", ramp))
    assert (image.min(), image.max()) == (0, 255)
    assert "stretched to 8 bits" in note


def test_a_picture_with_a_film_behind_it_is_read(tmp_path, picture):
    path = encode(tmp_path / "motion.jpg", picture)
    expected = read_image(path)
    path.write_bytes(path.read_bytes() + b"\0\0\0\x18ftypmp42" + bytes(10_000))
    np.testing.assert_array_equal(read_image(path), expected)


def test_heic_is_read_upright(tmp_path, picture):
    pillow_heif = pytest.importorskip("pillow_heif", reason="pip install 'fsanet[heic]' to test HEIC")
    path = tmp_path / "phone.heic"
    big = cv2.resize(picture, (192, 128))
    pillow_heif.encode("BGR", (192, 128), big.tobytes(), str(path), quality=95)
    np.testing.assert_allclose(read_image(path), big, atol=25)


def test_what_is_read_of_a_heic_can_be_drawn_on(tmp_path, picture):
    pillow_heif = pytest.importorskip("pillow_heif", reason="pip install 'fsanet[heic]' to test HEIC")
    path = tmp_path / "phone.heic"
    for mode, image in (("BGR", picture), ("BGRA", np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)]))):
        pillow_heif.encode(mode, (48, 32), image.tobytes(), str(path), quality=95)
        read = read_image(path)
        cv2.rectangle(read, (0, 0), (47, 31), (1, 2, 3), 1)
        assert (read[0, 0].tolist(), read.flags.c_contiguous) == ([1, 2, 3], True)


def test_heic_without_its_package_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    path = tmp_path / "phone.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    with pytest.raises(ValueError, match=r"is a HEIC picture: pip install 'fsanet\[heic\]'"):
        read_image(path)


def test_damaged_heic(tmp_path, picture):
    pillow_heif = pytest.importorskip("pillow_heif", reason="pip install 'fsanet[heic]' to test HEIC")
    path = tmp_path / "phone.heic"
    pillow_heif.encode("BGR", (48, 32), picture.tobytes(), str(path))
    for end in (path.stat().st_size - 50, 100):
        path.write_bytes(path.read_bytes()[:end])
        with pytest.raises(ValueError, match="cannot be decoded") as raised:
            read_image(path)
        assert "\n" not in str(raised.value)
