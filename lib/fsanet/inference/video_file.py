"""Reading videos and cameras that may be damaged, and writing mp4 files that are whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.files import replace_whole

DEFAULT_FPS = 25.0
_MISSES_BEFORE_END = 30  # frames in a row that cannot be read, after which a file is taken to have ended


@dataclass(frozen=True)
class VideoFrame:
    """One frame of a video.

    Attributes:
        index: its number, from 0, unreadable frames counted.
        time_s: its time in seconds.
        image_bgr: (h, w, 3) uint8.
    """

    index: int
    time_s: float
    image_bgr: NDArray[np.uint8]


class VideoReader:
    """Frames of a video file or a camera. Iterate over it once.

    Args:
        name: path of a video file, or a camera's number.

    Attributes:
        fps: frames per second; 25 where the file does not say.
        expected_frames: what the file claims; 0 where it does not say or for a camera. Often wrong by a few.
        missed_frames: frames that could not be read so far.
        is_camera: whether the source is a camera.

    Raises:
        FileNotFoundError: when there is no such file.
        OSError: when a camera cannot be opened.
        ValueError: when a file is no video, is empty or damaged beyond opening.
    """

    def __init__(self, name: str | int):
        self.name = str(name)
        self.is_camera = isinstance(name, int)
        if not self.is_camera:
            _check_file(Path(name))
        self._capture = cv2.VideoCapture(name)
        if not self._capture.isOpened():
            raise _cannot_open(self.name, self.is_camera)
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.fps = fps if 0 < fps <= 1000 else DEFAULT_FPS
        self.expected_frames = 0 if self.is_camera else max(0, int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)))
        self.missed_frames = 0

    def __iter__(self) -> Iterator[VideoFrame]:
        """Readable frames, until the file ends or nothing more can be read.

        Raises:
            ValueError: when not a single frame can be read.
        """
        index = missed_in_a_row = read = 0
        try:
            while missed_in_a_row < _MISSES_BEFORE_END:
                done, image = self._capture.read()
                if done and image is not None:
                    self.missed_frames += missed_in_a_row  # they lie between readable frames
                    missed_in_a_row = 0
                    yield VideoFrame(index, self._time_s(index), image)
                    read += 1
                elif self.expected_frames and index >= self.expected_frames:
                    break
                else:
                    missed_in_a_row += 1
                index += 1
        finally:
            self._capture.release()
        if not read:
            raise InputError(f"'{self.name}' opens as a video, but not one frame can be read: it is damaged.")
        self.missed_frames += max(0, self.expected_frames - read - self.missed_frames)

    def _time_s(self, index: int) -> float:
        """The container's time stamp where it has one: frames of phones are not evenly spaced."""
        stamp = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
        return stamp if stamp > 0 or index == 0 else index / self.fps


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise FileNotFoundError(f"No video file at '{path}'.")
    if path.stat().st_size == 0:
        raise InputError(f"'{path}' is empty (0 bytes), not a video.")


def _cannot_open(name: str, is_camera: bool) -> Exception:
    if is_camera:
        return OSError(
            f"Camera {name} cannot be opened: check that it is connected, that no other program uses it, and that this "
            "user may read it; other cameras have other numbers."
        )
    return InputError(f"'{name}' cannot be opened as a video: it is truncated, damaged or no video file.")


class VideoWriter:
    """Appends frames to an mp4 file; see `writing_video`.

    Args:
        path: where to.
        fps: frames per second.

    Attributes:
        frames: number of frames written.
    """

    def __init__(self, path: Path, fps: float):
        self.frames = 0
        self._path = path
        self._fps = fps
        self._writer: cv2.VideoWriter | None = None

    def write(self, image_bgr: NDArray[np.uint8]) -> None:
        """Append a frame, (h, w, 3) uint8 BGR. The first one gives the size; others are scaled to it."""
        height, width = image_bgr.shape[:2]
        if self._writer is None:
            self._size = (width, height)
            self._writer = cv2.VideoWriter(str(self._path), cv2.VideoWriter_fourcc(*"mp4v"), self._fps, self._size)
            if not self._writer.isOpened():
                raise OSError(f"No video can be written in '{self._path.parent}': check permissions and free space.")
        if (width, height) != self._size:  # OpenCV would drop it without a word
            image_bgr = cv2.resize(image_bgr, self._size)
        self._writer.write(image_bgr)
        self.frames += 1

    def release(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.release()


@contextmanager
def writing_video(path: str | Path, fps: float) -> Iterator[VideoWriter]:
    """An mp4 file that appears under its name when it is whole.

    After Ctrl-C the frames so far are kept as a playable video; after another exception nothing stays.

    Args:
        path: where to; made to end in .mp4.
        fps: frames per second.

    Raises:
        OSError: when the file cannot be written, or is not whole after all (OpenCV does not tell of a full disk).
    """
    path = Path(path).with_suffix(".mp4")
    interrupt: KeyboardInterrupt | None = None
    with replace_whole(path) as temporary:
        writer = VideoWriter(temporary, fps)
        try:
            yield writer
        except KeyboardInterrupt as error:
            if not writer.frames:
                raise
            interrupt = error
        finally:
            writer.release()
        if not cv2.VideoCapture(str(temporary)).isOpened():
            raise OSError(f"The video '{path}' could not be written whole: is the disk full?")
    if interrupt:
        raise interrupt
