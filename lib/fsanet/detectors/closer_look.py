"""A closer look at small faces: each is searched once more, enlarged, and is what both looks say of it.

In a dozen pixels buttons look like faces, and faces like buttons. Enlarged to what the network knows best, with nothing
but their surroundings, they are told apart, and boxes, points and poses are more exact.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.dense.decode import Found
from fsanet.detectors.nearby import Closeup, best_near, view_near
from fsanet.pose.angles import rotation_between

AT_ONCE = 16  # views in a pass
CLOSER_SHARE = 0.75  # of a rotation; what both say of box and points counts alike
_LEAST = 1e-6  # of a score, and below one

SearchEach = Callable[[Sequence[NDArray[np.uint8]]], Sequence[Found]]


def look_closer(search_each: SearchEach, image_bgr: NDArray[np.uint8], found: Found, closeup: Closeup) -> Found:
    """Faces that a closer look shows too, as both looks have them.

    Args:
        search_each: faces of some small images, in the pixels of each.
        image_bgr: (h, w, 3) uint8.
        found: faces in it, boxes in the network's own convention.
        closeup: how they are shown.
    """
    numbers, closer = _seen_closer(search_each, image_bgr, found, closeup)
    return both(found.only(numbers), closer) if len(numbers) else found.only([])


def surest_of_looks(
    search_each: SearchEach, image_bgr: NDArray[np.uint8], found: Found, closeups: Sequence[Closeup]
) -> NDArray[np.float64]:
    """Scores (N,) of the faces, each as it is surest in one closer look of several; 0 where none shows it."""
    surest = np.zeros(len(found.score))
    for closeup in closeups:
        numbers, closer = _seen_closer(search_each, image_bgr, found, closeup)
        surest[numbers] = np.maximum(surest[numbers], closer.score)
    return surest


def surer(score: float, times: float) -> float:
    """The score whose odds are so many times those of another one."""
    odds = times * _odds(score)
    return float(odds / (1 + odds))


def _seen_closer(
    search_each: SearchEach, image_bgr: NDArray[np.uint8], found: Found, closeup: Closeup
) -> tuple[list[int], Found]:
    """Numbers of the faces that a closer look shows, and how it shows them, in pixels of the image."""
    views = [view_near(image_bgr, tuple(box), closeup) for box in found.box_xyxy.tolist()]
    shown = [(number, view) for number, view in enumerate(views) if view is not None]
    numbers, closer = [], []
    for start in range(0, len(shown), AT_ONCE):
        some = shown[start : start + AT_ONCE]
        for (number, view), seen in zip(some, search_each([view.image_bgr for _, view in some]), strict=True):
            there = seen.moved(view.scale_xy, view.shift_xy)
            best = best_near(there.box_xyxy, found.box_xyxy[number])
            if best is not None:
                numbers.append(number)
                closer.append(there.only([best]))
    return numbers, Found.together(closer) if closer else found.only([])


def both(first: Found, closer: Found) -> Found:
    """Faces as two looks at each have them.

    What they say is taken for independent: as odds, their scores are multiplied.
    """
    odds = _odds(first.score) * _odds(closer.score)
    return Found(
        odds / (1 + odds),
        (first.box_xyxy + closer.box_xyxy) / 2,
        (first.points_xy + closer.points_xy) / 2,
        rotation_between(first.rotation, closer.rotation, np.full(len(odds), CLOSER_SHARE)),
        closer.mask,
    )


def _odds(score: ArrayLike) -> NDArray[np.float64]:
    score = np.clip(score, _LEAST, 1 - _LEAST)
    return score / (1 - score)
