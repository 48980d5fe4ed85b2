"""The frames of a video, wherever they come from: a file, a camera, a stream, or many pictures in one file; and the one
picture that a stream may bring instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

DEFAULT_FPS = 25.0
TICKS_A_SECOND = 90_000  # of the times in videos that are written
ANEW_S = 0.2  # by which stamps fall back where they begin anew; by less where frames are not quite in order


@dataclass(frozen=True)
class VideoFrame:
    """One frame of a video.

    Attributes:
        index: its number, from 0, unreadable frames counted.
        time_s: its time in seconds from the start of the video, later than that of the frame before.
        image_bgr: (h, w, 3) uint8, upright.
    """

    index: int
    time_s: float
    image_bgr: NDArray[np.uint8]


class FrameReader(Protocol):
    """Frames to iterate over once.

    Attributes:
        fps: frames per second, where they are even.
        expected_frames: how many there are; 0 where nobody knows.
        missed_frames: frames that could not be read so far.
        is_live: whether frames come as they happen: from a camera or a live stream.
        note: what a person should know of how they are read; mostly empty.
        sound_of: path of the file whose sound belongs to the frames; empty for none.
    """

    fps: float
    expected_frames: int
    missed_frames: int
    is_live: bool
    note: str
    sound_of: str

    def __iter__(self) -> Iterator[VideoFrame]:
        """Readable frames in order.

        Raises:
            ValueError: when not a single frame can be read.
        """
        ...


class StillPicture(NamedTuple):
    """One picture that a stream brought.

    Attributes:
        encoded: bytes of its file.
    """

    encoded: bytes
