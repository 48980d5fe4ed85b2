"""Parts of a video that are gone through apart: the frames that each answers for, and from where on it looks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A frame from which frames can be numbered without those before it.

    Attributes:
        index: its number in the whole video.
        pts: its time stamp, in ticks of its stream.
        seek_pts: the stamp of a key frame before it: some containers are sought a little too late, and where pictures
            are refreshed bit by bit the frames after a key frame are whole only later.
    """

    index: int
    pts: int
    seek_pts: int


@dataclass(frozen=True, slots=True)
class Span:
    """One part of a video.

    Attributes:
        number: which part, from 0.
        begin: number of the first frame that is looked at, so that faces are followed already where the part starts.
        start: the first frame that the part answers for; `begin` to `start` are the shared frames.
        stop: the first frame of the next part.
        key: where decoding begins, at `begin` or before; None for the start of the file.
    """

    number: int
    begin: int
    start: int
    stop: int
    key: KeyFrame | None

    def __str__(self) -> str:
        return f"frames {self.start} to {self.stop - 1}"
