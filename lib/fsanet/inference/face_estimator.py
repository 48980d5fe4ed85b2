"""What finds faces and reads their poses in pictures, whatever networks do it, and what speaks against trusting a pose.

Images, video, rows and drawing know this interface and nothing behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from fsanet.image.boxes import BoxXYXY, share_inside
from fsanet.pose.angles import Pose

Prepared = TypeVar("Prepared")

# word -> what it means
FLAGS = {
    "outside": "more than half of the box lies beyond the border of the picture",
    "cut": "more than a tenth of the box lies beyond the border of the picture",
    "small": "the face is below the height from which on more pixels hardly help",
    "turned": "the face seems to lie or to stand on its head: the pose may be far off; try --any-angle",
    "unsure": "the networks disagree about the pose: no face, or none that they can read",
}
# Degrees of expected error in any of the three angles: 93 of 100 squares of pictures without a face have more, 4 of 100
# renders, none of 47 CC0 photographs.
UNSURE_DEG = 8.0
USEFUL_HEIGHT = 24  # pixels of the box; measured by `python -m fsanet.benchmarks.limits`
CUT_INSIDE, OUTSIDE_INSIDE = 0.9, 0.5


@dataclass(frozen=True)
class Face:
    """A face and its pose.

    Attributes:
        box_xyxy: its box in the detectors' common convention, in pixels of the image; may reach beyond it.
        score: how sure it is that this is a face, 0 to 1.
        pose: yaw, pitch and roll in degrees.
        upright_turn: degrees by which the picture was turned clockwise to find the face: 0, 90, 180 or 270. The pose is
            that of the picture as it is.
        flags: what speaks against trusting the pose, words of `FLAGS`; mostly empty.
        expected_error: how far yaw, pitch and roll of such a face are off in the mean, in degrees; None where the
            networks do not tell. See `fsanet.engines.reading`, and `fsanet.pose.turned_errors` for faces that were
            turned upright to be read.
        mask: what covers the mouth: `none`, `worn`, or `below nose` where a mask leaves the nose free; None where the
            detector does not tell, as scout alone does.
    """

    box_xyxy: BoxXYXY
    score: float
    pose: Pose
    upright_turn: int = 0
    flags: tuple[str, ...] = ()
    expected_error: Pose | None = None
    mask: str | None = None


class FaceEstimator(Protocol[Prepared]):
    """Pictures in, a list of faces for each out.

    It goes in two steps, so that many threads can prepare pictures while one batch is estimated.

    Attributes:
        name: what does it, in a few words, such as "yunet, fusion_capsule".
    """

    name: str

    def prepare(self, picture_bgr: NDArray[np.uint8]) -> Prepared:
        """What concerns one picture alone: searching it, cutting or scaling it to a network's input.

        Called from several threads at once. The result keeps no picture of full size.

        Args:
            picture_bgr: (h, w, 3) uint8.
        """
        ...

    def estimate(self, prepared: Sequence[Prepared]) -> list[list[Face]]:
        """Faces of each prepared picture, in an order that is the same at every call."""
        ...

    def look_again(self, picture_bgr: NDArray[np.uint8], faces: Sequence[Face]) -> list[Face | None]:
        """Each of some faces as it is in the next picture of a video; None where there is no face any more.

        This looks near their boxes only, and so is cheap. It answers for frames that are not searched as a whole, and
        for faces that the search has missed.
        """
        ...


def estimate_pictures(
    estimator: FaceEstimator[Prepared], pictures_bgr: Sequence[NDArray[np.uint8]]
) -> list[list[Face]]:
    """Faces of several pictures, each (h, w, 3) uint8 BGR, estimated in one batch."""
    return estimator.estimate([estimator.prepare(picture) for picture in pictures_bgr])


def flags_of(box_xyxy: BoxXYXY, size_wh: Sequence[int], turned: bool = False) -> tuple[str, ...]:
    """The words of `FLAGS` that hold for a face by what is known before its pose is read.

    Args:
        box_xyxy: its box in pixels.
        size_wh: width and height of the picture in pixels.
        turned: whether the face seems not to stand upright.
    """
    inside = share_inside(box_xyxy, *size_wh)
    holds = {
        "outside": inside < OUTSIDE_INSIDE,
        "cut": OUTSIDE_INSIDE <= inside < CUT_INSIDE,
        "small": box_xyxy[3] - box_xyxy[1] < USEFUL_HEIGHT,
        "turned": turned,
    }
    return tuple(word for word in holds if holds[word])
