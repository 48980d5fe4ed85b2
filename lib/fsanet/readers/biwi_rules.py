"""Which box of a BIWI frame is the face, and which frames a protocol keeps.

Rules of the preprocessing published with Yang et al., CVPR 2019: of the boxes that MTCNN is sure of, widened by the
margin and clipped, the one whose top left corner is nearest to the point at two thirds of the frame's width and height;
a box whose left edge jumps by 80 pixels or more from the last accepted one is not believed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fsanet.image.face_crop import widened_pixels
from fsanet.readers.face_boxes import FrameFaces
from fsanet.readers.set_builder import Unusable

JUMP_PIXELS = 80
PixelBox: TypeAlias = tuple[int, int, int, int]  # x1, y1, x2, y2; x2 and y2 exclusive


@dataclass(frozen=True)
class Tracking:
    """How a protocol treats the frames of a video.

    Attributes:
        min_score: faces must score above this.
        keep_last: whether a frame without a believable box takes the last one; otherwise it is left out.
    """

    min_score: float
    keep_last: bool


NO_TRACK = Tracking(0.90, keep_last=False)  # protocol 1
TRACKED = Tracking(0.95, keep_last=True)  # protocol 2, the 70/30 split


def choose_box(frame: FrameFaces, min_score: float, margin: float) -> PixelBox | None:
    """The widened box nearest to the point where the sitters are, None where no face scores high enough."""
    target_x, target_y = frame.width * 2 / 3, frame.height * 2 / 3
    boxes = [
        widened_pixels(_whole(face), margin, frame.width, frame.height, inclusive=True)
        for face in frame.faces
        if face[4] > min_score
    ]
    return min(boxes, key=lambda box: abs(box[0] - target_x) + abs(box[1] - target_y), default=None)


def boxes_of_video(frames: Iterable[FrameFaces], tracking: Tracking, margin: float) -> Iterator[PixelBox | Unusable]:
    """Per frame of one video, in order: the pixels to cut, or why the frame is left out."""
    last: PixelBox | None = None
    for frame in frames:
        if frame.problem:
            yield Unusable("unreadable image", frame.problem)
            continue
        box = choose_box(frame, tracking.min_score, margin)
        jump = abs(box[0] - last[0]) if box and last else 0
        if box and jump < JUMP_PIXELS:
            last = box
            yield box
        elif tracking.keep_last and last:
            yield last
        elif box:
            yield Unusable("box jumps", f"the left edge moves by {jump} px, {JUMP_PIXELS} or more", broken=False)
        else:
            yield Unusable("no face", f"no face scores above {tracking.min_score}", broken=False)


def _whole(face: Sequence[float]) -> tuple[int, int, int, int]:
    """Whole x, y, width and height, as the detector gave them that the published sets were made with."""
    x1, y1, x2, y2 = face[:4]
    return int(x1), int(y1), int(x1) + int(x2 - x1), int(y1) + int(y2 - y1)
