"""What speaks against trusting a face's pose, in words that a person can filter rows by."""

from collections.abc import Sequence

from fsanet.image import boxes

# word -> what it means
FLAGS = {
    "outside": "more than half of the box lies beyond the border of the picture",
    "cut": "more than a tenth of the box lies beyond the border of the picture",
    "small": "the face is below the height from which on more pixels hardly help",
    "turned": "the face seems to lie or to stand on its head: the pose may be far off; try --any-angle",
}
USEFUL_HEIGHT = 24  # pixels of the box; measured by `python -m fsanet.benchmarks.limits`
CUT_INSIDE, OUTSIDE_INSIDE = 0.9, 0.5


def flags_of(box_xyxy: boxes.BoxXYXY, size_wh: Sequence[int], turned: bool = False) -> tuple[str, ...]:
    """The words of `FLAGS` that hold for a face.

    Args:
        box_xyxy: its box in pixels.
        size_wh: width and height of the picture in pixels.
        turned: whether the face seems not to stand upright.
    """
    inside = boxes.share_inside(box_xyxy, *size_wh)
    holds = {
        "outside": inside < OUTSIDE_INSIDE,
        "cut": OUTSIDE_INSIDE <= inside < CUT_INSIDE,
        "small": box_xyxy[3] - box_xyxy[1] < USEFUL_HEIGHT,
        "turned": turned,
    }
    return tuple(word for word in FLAGS if holds[word])
