"""Writing mp4 files that are whole, that browsers play, with the times and the sound of their source."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.files import replace_whole
from fsanet.image.kinds import VIDEO_SUFFIXES
from fsanet.image.reading import check_picture
from fsanet.inference.video.capture import as_path
from fsanet.inference.video.frames import TICKS_A_SECOND


class FrameSink(Protocol):
    """What takes the frames of a video that is being written."""

    def write(self, image_bgr: NDArray[np.uint8], time_s: float) -> None:
        """Append a frame of the size of the first one."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


class VideoWriter:
    """Appends frames to an mp4 file; see `writing_video`.

    Args:
        path: where to.
        fps: frames per second, where frames come without times.
        sound_of: path of a video whose sound is carried over; empty for none.

    Attributes:
        frames: number of frames written.
    """

    def __init__(self, path: Path, fps: float, sound_of: str = ""):
        self.frames = 0
        self._path = path
        self._fps = fps
        self._sound_of = sound_of
        self._sink: FrameSink | None = None
        self._last_tick = -1

    def write(self, image_bgr: NDArray[np.uint8], time_s: float | None = None) -> None:
        """Append a frame, (h, w, 3) uint8 BGR. The first one gives the size; others are scaled to it.

        Args:
            image_bgr: the frame.
            time_s: when it is shown, 0 or more, and later than the one before; evenly spaced where None.

        Raises:
            InputError: for another time, another kind of array, or a size that the encoder does not take.
            OSError: when the file cannot be written.
        """
        time_s = self.frames / self._fps if time_s is None else time_s
        tick = self._later_tick(time_s)
        check_picture(image_bgr)
        height, width = image_bgr.shape[:2]
        if self._sink is None:
            self._size = (width, height)
            self._sink = _open_sink(self._path, self._size, self._fps, self._sound_of)
        if (width, height) != self._size:
            image_bgr = cv2.resize(image_bgr, self._size)
        self._sink.write(image_bgr, time_s)
        self.frames += 1
        self._last_tick = tick

    def _later_tick(self, time_s: float) -> int:
        """The tick of a time, which must lie after that of the frame before."""
        tick = round(time_s * TICKS_A_SECOND) if 0 <= time_s < math.inf else -1
        if tick <= self._last_tick:
            after = f" after {self._last_tick / TICKS_A_SECOND:g}" if self.frames else ""
            raise InputError(f"The times of a video's frames rise from 0 seconds on, got {time_s:g}{after}.")
        return tick

    def release(self) -> None:
        """Finish the file."""
        if self._sink is not None:
            self._sink.close()
            self._sink = None


@contextmanager
def writing_video(
    path: str | Path, fps: float, sound_of: str = "", ends_by_ctrl_c: bool = False
) -> Iterator[VideoWriter]:
    """An mp4 file that appears under its name when it is whole.

    After Ctrl-C the frames so far are kept as a playable video, unless an earlier one is there; after another exception
    nothing stays.

    Args:
        path: where to; .mp4 takes the place of another suffix of videos, and is put behind any other name.
        fps: frames per second, where frames come without times.
        sound_of: path of a video whose sound is carried over; empty for none.
        ends_by_ctrl_c: whether that is how the video ends, as that of a camera does.

    Raises:
        InputError: for an `fps` that no video has, and when no frame was written.
        OSError: when the file cannot be written, or is not whole after all.
    """
    if not 0 < fps <= TICKS_A_SECOND:
        raise InputError(f"A video has more than 0 and at most {TICKS_A_SECOND} frames a second, got {fps}.")
    path = _as_mp4(Path(path))
    interrupt: KeyboardInterrupt | None = None
    with replace_whole(path) as temporary:
        writer = VideoWriter(temporary, fps, sound_of)
        try:
            yield writer
        except KeyboardInterrupt as error:
            if not writer.frames or (path.exists() and not ends_by_ctrl_c):
                raise
            interrupt = error
        finally:
            writer.release()
        if not writer.frames:
            raise InputError(f"No frame was written to '{path}': a video has one at least.")
    if interrupt:
        raise interrupt


def _as_mp4(path: Path) -> Path:
    """A path that ends in .mp4: what follows the last dot of another name, as in "take1.2", is no suffix."""
    return path.with_suffix(".mp4") if path.suffix.lower() in VIDEO_SUFFIXES else path.with_name(f"{path.name}.mp4")


def _open_sink(path: Path, size_wh: tuple[int, int], fps: float, sound_of: str) -> FrameSink:
    if not find_spec("av"):
        return _OpenCVSink(path, size_wh, fps)
    from fsanet.inference.video.h264 import H264Sink

    return H264Sink(path, size_wh, Fraction(fps).limit_denominator(1001), sound_of)


class _OpenCVSink:
    """MPEG-4 part 2 by OpenCV, where PyAV is not installed: no times, no sound, and browsers do not play it."""

    def __init__(self, path: Path, size_wh: tuple[int, int], fps: float):
        self._path = path
        self._writer = cv2.VideoWriter(as_path(str(path)), cv2.VideoWriter_fourcc(*"mp4v"), fps, size_wh)
        if not self._writer.isOpened():
            raise OSError(f"No video can be written in '{path.parent}': check permissions and free space.")

    def write(self, image_bgr: NDArray[np.uint8], time_s: float) -> None:
        self._writer.write(image_bgr)

    def close(self) -> None:
        self._writer.release()
        if not cv2.VideoCapture(as_path(str(self._path))).isOpened():  # OpenCV does not tell of a full disk
            raise OSError(f"No whole video could be written in '{self._path.parent}': is the disk full?")
