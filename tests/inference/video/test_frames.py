import os
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from fsanet.errors import InputError
from fsanet.inference.video import capture, frame_sources, incoming, writer
from fsanet.inference.video.capture import CaptureReader
from fsanet.inference.video.frame_sources import open_frames
from fsanet.inference.video.writer import writing_video


def animate(path, shown_ms):
    pictures = [Image.new("RGB", (32, 24), (5 * i,) * 3) for i in range(len(shown_ms))]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=shown_ms, lossless=True)
    return path


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_an_animation_is_a_video_at_its_own_times(tmp_path, suffix):
    reader = open_frames("pictures", str(animate(tmp_path / f"a{suffix}", [100, 300, 50, 100])))
    found = list(reader)
    assert [frame.time_s for frame in found] == [0, 0.1, 0.4, 0.45]
    np.testing.assert_allclose([frame.image_bgr.mean() for frame in found], [0, 5, 10, 15], atol=2)
    assert found[0].image_bgr.shape == (24, 32, 3)


def test_pictures_shown_for_no_time_are_shown_as_browsers_do(tmp_path):
    found = list(open_frames("pictures", str(animate(tmp_path / "a.gif", [10, 10, 10]))))
    assert [frame.time_s for frame in found] == [0, 0.1, 0.2]


def test_long_animations_are_read_in_parts(tmp_path):
    found = list(open_frames("pictures", str(animate(tmp_path / "a.webp", [40] * 50))))
    np.testing.assert_allclose([frame.image_bgr.mean() for frame in found], 5 * np.arange(50), atol=3)


def test_pages_are_frames_a_second_apart(tmp_path):
    cv2.imwritemulti(str(tmp_path / "a.tif"), [np.full((24, 32, 3), 40 * i, np.uint8) for i in range(5)])
    found = list(open_frames("pictures", str(tmp_path / "a.tif")))
    assert [(frame.time_s, frame.image_bgr[0, 0, 0]) for frame in found] == [(i, 40 * i) for i in range(5)]


def test_of_an_animation_that_is_cut_off_all_whole_pictures_are_shown_and_the_rest_counted(tmp_path):
    path = animate(tmp_path / "a.png", [40] * 50)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 9 // 10])
    reader = open_frames("pictures", str(path))
    found = list(reader)
    assert 32 < len(found) < 50  # of the second part too
    assert (reader.expected_frames, reader.missed_frames) == (50, 50 - len(found))


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux alone")
def test_pictures_of_a_file_whose_name_is_no_utf8_are_shown(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path / "a") + b"\xff.gif"))
    path.write_bytes(animate(tmp_path / "a.gif", [40] * 3).read_bytes())
    reader = open_frames("pictures", str(path))
    assert len(list(reader)) == 3
    assert (reader.expected_frames, reader.missed_frames) == (3, 0)


def test_pages_of_grey_floats_are_read_as_one_is_and_say_so(tmp_path):
    cv2.imwritemulti(
        str(tmp_path / "a.tif"), [np.linspace(i, i + 1, 24 * 32, dtype=np.float32).reshape(24, 32) for i in range(2)]
    )
    reader = open_frames("pictures", str(tmp_path / "a.tif"))
    assert [frame.image_bgr.shape for frame in reader] == [(24, 32, 3)] * 2
    assert reader.note == "values of 0 to 1 stretched to 8 bits"
    assert (reader.expected_frames, reader.missed_frames) == (2, 0)


def test_many_pictures_of_which_none_can_be_read(tmp_path):
    path = animate(tmp_path / "a.gif", [100, 100])
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(ValueError, match=r"a\.gif'"):
        list(open_frames("pictures", str(path)))


def test_no_camera():
    with pytest.raises(OSError, match="Camera 77 cannot be opened: check that it is connected"):
        open_frames("camera", "77")


def test_a_number_that_no_camera_can_have_is_told_in_a_sentence():
    with pytest.raises(OSError, match="Camera 2147483647 cannot be opened"):
        open_frames("camera", "2147483647")
    for number in ("2147483648", "99999999999"):
        with pytest.raises(InputError, match=f"Cameras have numbers from 0 to 2147483647, got {number}: check it"):
            open_frames("camera", number)


def test_without_pyav_opencv_reads_and_says_so(tmp_path, monkeypatch):
    with writing_video(tmp_path / "a.mp4", 10) as video:
        for i in range(6):
            video.write(np.full((48, 64, 3), 40 * i, np.uint8))
    monkeypatch.setattr(frame_sources, "find_spec", lambda name: None)
    reader = open_frames("video", str(tmp_path / "a.mp4"))
    assert isinstance(reader, CaptureReader)
    assert "pip install 'fsanet[video]'" in reader.note
    np.testing.assert_allclose([frame.time_s for frame in reader], np.arange(6) / 10, atol=1e-3)
    assert (reader.missed_frames, reader.is_live) == (0, False)


def test_times_of_opencv_begin_at_0_whatever_the_container_says(tmp_path, monkeypatch):
    with writing_video(tmp_path / "a.mp4", 10) as video:
        for _ in range(3):
            video.write(np.zeros((48, 64, 3), np.uint8))
    reader = CaptureReader(str(tmp_path / "a.mp4"))
    monkeypatch.setattr(reader, "_time_s", lambda index: index / 10 - 0.05)
    np.testing.assert_allclose([frame.time_s for frame in reader], [0, 0.05, 0.15])


def test_without_pyav_a_name_with_a_colon_is_read_in_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(writer, "find_spec", lambda name: None)
    with writing_video("talk: part 1.mp4", 10) as video:
        for _ in range(3):
            video.write(np.zeros((48, 64, 3), np.uint8))
    assert len(list(CaptureReader("talk: part 1.mp4"))) == 3


class Camera:
    """What OpenCV opens, with stamps in milliseconds since the computer was started."""

    def __init__(self, stamps_ms):
        self._stamps_ms = list(stamps_ms)
        self._stamp_ms = 0.0

    def isOpened(self):  # noqa: N802 (the name that OpenCV has)
        return True

    def get(self, what):
        return {cv2.CAP_PROP_FPS: 25.0, cv2.CAP_PROP_POS_MSEC: self._stamp_ms}.get(what, -1.0)

    def read(self):
        if not self._stamps_ms:
            return False, None
        self._stamp_ms = self._stamps_ms.pop(0)
        return True, np.zeros((48, 64, 3), np.uint8)

    def release(self):
        pass


@pytest.mark.parametrize(
    ("stamps_ms", "times_s"),
    [
        ([86_400_000, 86_400_040, 86_400_120], [0, 0.04, 0.12]),
        ([0, 0, 0], [0, 0.04, 0.08]),  # none at all
        ([86_400_000, 86_400_040, 5_000, 5_060], [0, 0.04, 0.08, 0.14]),  # its clock was set back
        ([86_400_000, 86_400_040, 86_400_030, 86_400_080], [0, 0.04, 0.041, 0.08]),
    ],
)
def test_times_of_a_camera_begin_at_0_and_rise(monkeypatch, stamps_ms, times_s):
    monkeypatch.setattr(capture.cv2, "VideoCapture", lambda number: Camera(stamps_ms))
    frames = list(open_frames("camera", "0"))
    np.testing.assert_allclose([frame.time_s for frame in frames], times_s, atol=1e-4)


def test_a_stream_without_pyav_names_the_remedy(monkeypatch):
    monkeypatch.setattr(incoming, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"is a stream, which is read by PyAV: pip install 'fsanet\[video\]'"):
        incoming.open_stream("rtsp://127.0.0.1:1/x")
