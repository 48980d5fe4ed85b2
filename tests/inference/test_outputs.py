import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from fsanet.inference import outputs
from fsanet.inference.outputs import check_not_a_source, output_paths, path_of_still
from fsanet.inference.sources import Source


def image(path, folder=""):
    return Source("image", str(path), str(folder))


def names(sources, out):
    paths = output_paths(sources, Path(out))
    return [str(paths[source.name].relative_to(out)) for source in sources]


def test_a_source_is_never_replaced(tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.touch()
    assert names([image(photo)], tmp_path) == ["photo_2.jpg"]


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_nor_through_a_link(tmp_path, link):
    photo, out = tmp_path / "photo.jpg", tmp_path / "out"
    photo.touch()
    out.mkdir()
    link(photo, out / "photo.jpg")
    assert names([image(photo)], out) == ["photo_2.jpg"]


def test_nor_through_a_linked_folder(tmp_path):
    (tmp_path / "in").mkdir()
    photo = tmp_path / "in" / "photo.jpg"
    photo.touch()
    (tmp_path / "out").symlink_to(tmp_path / "in")
    assert names([image(photo)], tmp_path / "out") == ["photo_2.jpg"]


def test_a_source_that_comes_later_is_safe_too(tmp_path):
    (tmp_path / "sub").mkdir()
    for path in (tmp_path / "sub" / "a.jpg", tmp_path / "a.jpg"):
        path.touch()
    assert names([image(tmp_path / "sub" / "a.jpg"), image(tmp_path / "a.jpg")], tmp_path) == ["a_2.jpg", "a_3.jpg"]


def test_names_are_compared_when_their_suffixes_are_final(tmp_path):
    videos = [Source("video", str(tmp_path / name)) for name in ("IMG_0001.mov", "IMG_0001.mp4", "IMG_0001.avi")]
    assert names(videos, tmp_path / "out") == ["IMG_0001.mp4", "IMG_0001_2.mp4", "IMG_0001_3.mp4"]


def test_names_that_differ_in_case_or_in_how_accents_are_composed_count_as_one(tmp_path):
    sources = [image(f"/in/{name}") for name in ("A.jpg", "a.JPG", "caf\u00e9.png", "cafe\u0301.png")]
    assert names(sources, tmp_path) == ["A.jpg", "a_2.JPG", "caf\u00e9.png", "cafe\u0301_2.png"]


def test_folders_below_are_kept(tmp_path):
    sources = [image("/in/a/x.jpg", "/in"), image("/in/b/x.jpg", "/in")]
    assert names(sources, tmp_path) == ["a/x.jpg", "b/x.jpg"]


def test_pictures_that_nothing_writes_get_a_format_that_something_writes(tmp_path):
    sources = [image(f"/in/{name}") for name in ("a.jfif", "b.pgm", "c.heic", "d", "e.JPEG", "f.webp")]
    sources += [Source("pictures", "/in/g.gif"), Source("camera", "0")]
    assert names(sources, tmp_path) == [
        "a.jpg", "b.pgm.png", "c.heic.png", "d.png", "e.JPEG", "f.webp", "g.mp4", "camera_0.mp4",
    ]  # fmt: skip


def test_a_stream_that_brings_a_picture_gets_the_suffix_of_its_format_or_one_that_opencv_writes():
    path = Path("out/stream_input.mp4")
    for suffix in (".jpg", ".png", ".bmp", ".webp", ".tiff"):
        encoded = cv2.imencode(suffix, np.zeros((8, 8, 3), np.uint8))[1].tobytes()
        assert path_of_still(path, encoded) == Path(f"out/stream_input{suffix}")
    assert path_of_still(path, b"GIF89a") == path_of_still(path, b"\0\0\0\x18ftypheic") == Path("out/stream_input.png")


def test_whatever_a_stream_brings_its_copy_replaces_no_other(tmp_path):
    for first in (
        image("/in/stream_input.jpg"),
        image("/in/stream_input.webp"),
        Source("video", "/in/stream_input.mov"),
    ):
        taken, of_stream = names([first, Source("stream", "-")], tmp_path)
        assert (Path(taken).stem, of_stream) == ("stream_input", "stream_input_2.mp4")
    assert names([Source("stream", "-"), image("/in/stream_input.bmp")], tmp_path)[1] == "stream_input_2.bmp"


def test_a_name_that_is_too_long_is_no_error_yet(tmp_path):
    assert names([image(f"/in/{'x' * 300}.mov")], tmp_path) == [f"{'x' * 300}.mov.png"]


def test_a_file_of_results_is_no_source(tmp_path):
    (tmp_path / "a.csv").touch()
    check_not_a_source(tmp_path / "b.csv", [image(tmp_path / "a.csv")])
    with pytest.raises(ValueError, match=r"a\.csv' is one of the sources and would be replaced"):
        check_not_a_source(tmp_path / "sub" / ".." / "a.csv", [image(tmp_path / "a.csv")])
    (tmp_path / "link.csv").symlink_to("a.csv")
    for path, source in ((tmp_path / "link.csv", "a.csv"), (tmp_path / "a.csv", "link.csv")):
        with pytest.raises(ValueError, match="is one of the sources"):
            check_not_a_source(path, [image(tmp_path / "gone.csv"), image(tmp_path / source)])


def test_where_a_file_of_results_is_not_there_yet_no_source_is_asked(tmp_path):
    check_not_a_source(tmp_path / "a.csv", [None] * 3)


def test_many_sources_of_one_name_are_numbered_in_their_order(tmp_path, monkeypatch):
    asked = []
    keys = outputs._keys
    monkeypatch.setattr(outputs, "_keys", lambda path: asked.append(path) or keys(path))
    sources = [image(f"/in/{number}/a.jpg") for number in range(50)]
    assert names(sources, tmp_path) == ["a.jpg", *(f"a_{number}.jpg" for number in range(2, 51))]
    assert len(asked) < 5 * len(sources)  # not once more for each that came before
