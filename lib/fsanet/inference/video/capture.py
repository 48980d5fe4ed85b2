"""Frames by OpenCV: cameras by number, and video files where PyAV is not installed."""

from collections.abc import Iterator
from pathlib import Path

import cv2

from fsanet.errors import InputError
from fsanet.files import as_utf8
from fsanet.inference.addresses import without_secrets
from fsanet.inference.video.frames import ANEW_S, DEFAULT_FPS, VideoFrame

_NOT_ONE = "opens as a video, but not one frame can be read"
_MISSES_BEFORE_END = 30  # frames in a row that cannot be read, after which a video is taken to have ended
_WITHOUT_PYAV = (
    "read without PyAV: times may be off, mirrored videos are not mirrored back; pip install 'fsanet[video]'"
)


class CaptureReader:
    """Frames that OpenCV reads; a `FrameReader`.

    Args:
        name: a camera's number, or path of a video file.

    Raises:
        FileNotFoundError: when there is no such file.
        OSError: when a camera cannot be opened.
        ValueError: when a file is no video, is empty or damaged beyond opening.
    """

    def __init__(self, name: str | int):
        self.name = str(name)
        self.is_live = isinstance(name, int)
        self.note = "" if self.is_live else _WITHOUT_PYAV
        self.sound_of = ""
        if not self.is_live:
            check_file(Path(self.name))
            if as_utf8(self.name) != self.name:  # OpenCV would end the process
                raise InputError(f"'{name}' can be read only with PyAV, for its name: pip install 'fsanet[video]'.")
        self._capture = cv2.VideoCapture(as_path(name) if isinstance(name, str) else name)
        if not self._capture.isOpened():
            raise _no_camera(self.name) if self.is_live else no_video(self.name)
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.fps = fps if 0 < fps <= 240 else DEFAULT_FPS
        self.expected_frames = 0 if self.is_live else max(0, int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)))
        self.missed_frames = 0
        self._zero_s: float | None = None if self.is_live else 0.0  # cameras count from when the computer was started

    def __iter__(self) -> Iterator[VideoFrame]:
        """Readable frames, until the file ends or nothing more can be read.

        Raises:
            ValueError: when not a single frame can be read.
        """
        index = missed_in_a_row = 0
        time_s = -1.0
        try:
            while missed_in_a_row < _MISSES_BEFORE_END:
                done, image = self._capture.read()
                if done and image is not None:
                    self.missed_frames += missed_in_a_row  # they lie between readable frames
                    missed_in_a_row = 0
                    time_s = self._later(self._time_s(index), time_s)
                    yield VideoFrame(index, time_s, image)
                elif self.expected_frames and index >= self.expected_frames:
                    break
                else:
                    missed_in_a_row += 1
                index += 1
        finally:
            self._capture.release()
        if time_s < 0:
            raise no_frame(self.name)

    def _later(self, stamp_s: float, last_s: float) -> float:
        """The time of a frame in the video, later than that of the frame before; stamps that begin anew go on."""
        if self._zero_s is None:
            self._zero_s = stamp_s
        if stamp_s - self._zero_s < last_s - ANEW_S:
            self._zero_s = stamp_s - (last_s + 1 / self.fps)
        return max(stamp_s - self._zero_s, last_s + 1e-3, 0.0)

    def _time_s(self, index: int) -> float:
        """The container's time stamp where it has one: frames of phones are not evenly spaced."""
        stamp = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
        return stamp if stamp > 0 or index == 0 else index / self.fps


def check_file(path: Path) -> None:
    """Raise an error that says so unless there is a file that is not empty."""
    if not path.is_file():
        raise FileNotFoundError(f"No video file at '{path}'.")
    if path.stat().st_size == 0:
        raise InputError(f"'{path}' is empty (0 bytes), not a video.")


def as_path(name: str) -> str:
    """The name of a file in a form that FFmpeg takes for one: to it "12:30.mp4" is an address of the protocol "12"."""
    return name if Path(name).is_absolute() else f"./{name}"


def no_video(name: str) -> InputError:
    """The error for a file that does not open as a video."""
    return InputError(
        f"'{without_secrets(name)}' cannot be opened as a video: it is truncated, damaged or no video file."
    )


def no_frame(name: str) -> InputError:
    """The error for a video file of which nothing can be read."""
    return InputError(f"'{name}' {_NOT_ONE}: it is damaged.")


def no_frame_in_order(name: str) -> InputError:
    """The error for a pipe or an address of which nothing can be read."""
    why = "a pipe cannot go first; give"
    if "://" in name:
        why = "a server without range requests lets nobody go first; fetch it and give"
    shown = without_secrets(name)
    return InputError(
        f"'{shown}' {_NOT_ONE}: the index of a film may lie at its end, where {why} the path of the file."
    )


def _no_camera(name: str) -> OSError:
    return OSError(
        f"Camera {name} cannot be opened: check that it is connected, that no other program uses it, and that this "
        "user may read it; other cameras have other numbers."
    )
