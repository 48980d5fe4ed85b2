import cv2
import numpy as np
import pytest

from fsanet.inference.video_file import VideoReader, writing_video


def write_clip(path, count=20, size=(64, 48), fps=10):
    with writing_video(path, fps) as video:
        for i in range(count):
            video.write(np.full((size[1], size[0], 3), 10 * i, np.uint8))
    return path


def test_frames_numbers_and_times_survive(tmp_path):
    reader = VideoReader(str(write_clip(tmp_path / "ein clip ä.mp4")))
    frames = list(reader)
    assert reader.fps == 10
    assert [frame.index for frame in frames] == list(range(20))
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(20) / 10, atol=1e-3)
    np.testing.assert_allclose([frame.image_bgr.mean() for frame in frames], 10 * np.arange(20), atol=4)
    assert reader.missed_frames == 0


def test_frames_of_another_size_are_scaled_to_the_first(tmp_path):
    with writing_video(tmp_path / "a.mp4", 10) as video:
        for size in (48, 96, 30):
            video.write(np.full((size, size, 3), 200, np.uint8))
    frames = list(VideoReader(str(tmp_path / "a.mp4")))
    assert [frame.image_bgr.shape for frame in frames] == [(48, 48, 3)] * 3


def test_ctrl_c_leaves_a_playable_video(tmp_path):
    path = tmp_path / "a.mp4"

    def interrupted():
        with writing_video(path, 10) as video:
            for _ in range(5):
                video.write(np.zeros((48, 64, 3), np.uint8))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(list(VideoReader(str(path)))) == 5


def test_an_error_leaves_nothing(tmp_path):
    def failing():
        with writing_video(tmp_path / "a.mp4", 10) as video:
            video.write(np.zeros((48, 64, 3), np.uint8))
            raise RuntimeError("detector died")

    with pytest.raises(RuntimeError, match="detector died"):
        failing()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(cv2.VideoWriter, "write", lambda self, image: None, raising=False)
    path = tmp_path / "a.mp4"

    def lose():
        with writing_video(path, 10) as video:
            video.write(np.zeros((48, 64, 3), np.uint8))
            video.release()
            video._path.write_bytes(b"")  # what a full disk leaves

    with pytest.raises(OSError, match="could not be written whole: is the disk full"):
        lose()
    assert not path.exists()


def test_a_truncated_video_without_its_index_is_refused(tmp_path):
    path = write_clip(tmp_path / "cut.mp4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ValueError, match=r"'.*cut\.mp4' cannot be opened as a video: it is truncated, damaged"):
        VideoReader(str(path))


def test_damage_inside_a_video_is_passed_over_and_counted(tmp_path):
    path = tmp_path / "damaged.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48))
    noise = np.random.default_rng(0)
    for _ in range(20):
        writer.write(noise.integers(0, 255, (48, 64, 3), np.uint8))
    writer.release()
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 6000] = bytes(6000)
    path.write_bytes(data)
    reader = VideoReader(str(path))
    frames = list(reader)
    assert 10 <= len(frames) < 20
    assert frames[-1].index > len(frames) - 1 or reader.missed_frames > 0


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "No video file at"), (b"", r"is empty \(0 bytes\), not a video"), (b"text", "no video file")],
)
def test_files_that_are_no_video(tmp_path, content, message):
    path = tmp_path / "a.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises((FileNotFoundError, ValueError), match=message):
        VideoReader(str(path))


def test_no_camera():
    with pytest.raises(OSError, match="Camera 77 cannot be opened: check that it is connected"):
        VideoReader(77)
