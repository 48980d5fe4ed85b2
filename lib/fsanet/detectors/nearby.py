"""A second look at some faces: whether each is still about where it was, and whether it stands upright."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.detectors.any_angle import turned, turned_back
from fsanet.detectors.detection import TURNS, Detection, OwnDetector
from fsanet.detectors.working_image import shrunk
from fsanet.image import boxes

SearchEach = Callable[[Sequence[NDArray[np.uint8]]], Sequence[Sequence[Detection]]]

LEAST_IOU = 0.25


class Closeup(NamedTuple):
    """How the surroundings of a face are shown to a detector.

    Attributes:
        face_pixels: larger faces are shrunk to this.
        margin: of the box on each side: room to have moved, and the surroundings that detectors want.
        enlarged: whether smaller faces are enlarged to it.
    """

    face_pixels: int
    margin: float
    enlarged: bool = False


USUAL_CLOSEUP = Closeup(96, 0.75)  # every detector finds faces so, and the search is cheap


class Place(NamedTuple):
    """Where a face is looked for: around a box in pixels, the surroundings turned clockwise first, by 0, 90, 180 or 270
    degrees.
    """

    box_xyxy: boxes.BoxXYXY
    clockwise_deg: int = 0


@dataclass(frozen=True)
class View:
    """The surroundings of a box, at a scale of their own.

    Attributes:
        image_bgr: (h, w, 3) uint8.
        scale_xy: pixels of the whole image for one of the view.
        shift_xy: the view's corner in the whole image.
    """

    image_bgr: NDArray[np.uint8]
    scale_xy: tuple[float, float]
    shift_xy: tuple[int, int]

    def point_in_whole(self, x: float, y: float) -> tuple[float, float]:
        """A point of the view in pixels of the whole image."""
        return x * self.scale_xy[0] + self.shift_xy[0], y * self.scale_xy[1] + self.shift_xy[1]

    def box_in_whole(self, box_xyxy: boxes.BoxXYXY) -> boxes.BoxXYXY:
        """A box of the view in pixels of the whole image."""
        return (*self.point_in_whole(*box_xyxy[:2]), *self.point_in_whole(*box_xyxy[2:]))


def view_near(image_bgr: NDArray[np.uint8], box_xyxy: boxes.BoxXYXY, closeup: Closeup = USUAL_CLOSEUP) -> View | None:
    """The surroundings of a box; None where it lies outside of the image.

    Args:
        image_bgr: (h, w, 3) uint8.
        box_xyxy: box of a face in an earlier picture, in pixels.
        closeup: how large, and how much of them.
    """
    height, width = image_bgr.shape[:2]
    wide = boxes.widen(box_xyxy, closeup.margin)
    x1, y1, x2, y2 = (int(value) for value in boxes.clip(wide, width, height))
    x2, y2 = (
        min(x2, x1 + int(wide[2] - wide[0])),
        min(y2, y1 + int(wide[3] - wide[1])),
    )  # no pixel more, enlarged it is many
    if min(x2 - x1, y2 - y1) < 1:
        return None
    scale = closeup.face_pixels / max(box_xyxy[2] - box_xyxy[0], box_xyxy[3] - box_xyxy[1])
    scale = scale if closeup.enlarged else min(1.0, scale)
    whole = 2 ** max(0, int(-math.log2(scale)))  # sides that can be halved as often: that is quick, see `shrunk`
    x2, y2 = max(x1 + 1, x2 - (x2 - x1) % whole), max(y1 + 1, y2 - (y2 - y1) % whole)
    size = max(1, round(scale * (x2 - x1))), max(1, round(scale * (y2 - y1)))
    return View(shrunk(image_bgr[y1:y2, x1:x2], size), ((x2 - x1) / size[0], (y2 - y1) / size[1]), (x1, y1))


def best_near(found_xyxy: Sequence[boxes.BoxXYXY] | NDArray, box_xyxy: boxes.BoxXYXY | NDArray) -> int | None:
    """Number of the box that covers another one best; None where none covers enough of it."""
    overlap = boxes.iou(np.array(found_xyxy), np.array([box_xyxy])).ravel()
    best = int(overlap.argmax()) if len(overlap) else 0
    return best if len(overlap) and overlap[best] >= LEAST_IOU else None


def closeup_of(detector: OwnDetector) -> Closeup:
    """How a detector wants faces shown: its `closeup` where it has one."""
    return getattr(detector, "closeup", USUAL_CLOSEUP)


def search_of(detector: OwnDetector) -> SearchEach:
    """A detector's search for several views: its `detect_each`, which takes them in one pass, where it has one."""
    return getattr(detector, "detect_each", None) or (lambda views: [detector.detect(view) for view in views])


def detect_near(
    search_each: SearchEach,
    image_bgr: NDArray[np.uint8],
    places: Sequence[Place],
    closeup: Closeup = USUAL_CLOSEUP,
) -> list[Detection | None]:
    """The face that is found around each box, the one that covers it best; None where there is none.

    Args:
        search_each: faces of several pictures, for the surroundings of each box at a scale of their own.
        image_bgr: (h, w, 3) uint8.
        places: where to look.
        closeup: how the surroundings are shown.
    """
    views = {box: view_near(image_bgr, box, closeup) for box in {place.box_xyxy for place in places}}
    pairs = [(place, views[place.box_xyxy]) for place in places]
    shown = [turned(view.image_bgr, place.clockwise_deg) for place, view in pairs if view is not None]
    seen = iter(search_each(shown) if shown else [])
    return [None if view is None else _best(next(seen), place, view) for place, view in pairs]


def stands_upright(detector: OwnDetector, image_bgr: NDArray[np.uint8], face: Detection) -> bool:
    """Whether a face that was found looks no more like a face when it is turned by a quarter, a half, or three.

    Detectors find some faces that lie or stand on their head, and take them for upright ones: their score alone tells.

    Args:
        detector: what found the face. Where it says, by `sure_score`, from which score on a face stands upright
            anyway, surer faces are not looked at again; where it does not say, no face is.
        image_bgr: (h, w, 3) uint8.
        face: found in it.
    """
    if face.score >= getattr(detector, "sure_score", 0.0):
        return True
    places = [Place(face.box_xyxy, turn) for turn in TURNS[1:]]
    others = detect_near(search_of(detector), image_bgr, places, closeup_of(detector))
    return not any(other is not None and other.score > face.score for other in others)


def _best(seen: Sequence[Detection], place: Place, view: View) -> Detection | None:
    """Of what was seen in a turned view, what covers the place best, in the pixels of the whole image."""
    size = view.image_bgr.shape[1::-1]
    found = [_moved(turned_back(face, place.clockwise_deg, size), view) for face in seen]
    best = best_near([face.box_xyxy for face in found], place.box_xyxy)
    return None if best is None else found[best]


def _moved(face: Detection, view: View) -> Detection:
    """A detection in a view, in the pixels of the whole image."""
    points = face.landmarks_xy and tuple(view.point_in_whole(*point) for point in face.landmarks_xy)
    return replace(face, box_xyxy=view.box_in_whole(face.box_xyxy), landmarks_xy=points)
