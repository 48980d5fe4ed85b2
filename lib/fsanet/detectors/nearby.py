"""A second look at one face: whether it is still about where it was, and whether it stands upright."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.detectors.any_angle import TURNS, turned, turned_back
from fsanet.detectors.detection import Detection, FaceDetector
from fsanet.image import boxes

Search = Callable[[NDArray[np.uint8]], Sequence[Detection]]

MARGIN = 0.75  # of the box on each side: room to have moved, and the surroundings that detectors want
FACE_PIXELS = 96  # larger faces are shrunk to this: every detector finds them so, and the search is cheap
LEAST_IOU = 0.25


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


def view_near(image_bgr: NDArray[np.uint8], box_xyxy: boxes.BoxXYXY) -> View | None:
    """The surroundings of a box; None where it lies outside of the image.

    Args:
        image_bgr: (h, w, 3) uint8.
        box_xyxy: box of a face in an earlier picture, in pixels.
    """
    height, width = image_bgr.shape[:2]
    x1, y1, x2, y2 = (int(value) for value in boxes.clip(boxes.widen(box_xyxy, MARGIN), width, height))
    if min(x2 - x1, y2 - y1) < 1:
        return None
    shrink = min(1.0, FACE_PIXELS / max(box_xyxy[2] - box_xyxy[0], box_xyxy[3] - box_xyxy[1]))
    size = max(1, round(shrink * (x2 - x1))), max(1, round(shrink * (y2 - y1)))
    small = cv2.resize(image_bgr[y1:y2, x1:x2], size, interpolation=cv2.INTER_AREA)
    return View(small, ((x2 - x1) / size[0], (y2 - y1) / size[1]), (x1, y1))


def best_near(found_xyxy: Sequence[boxes.BoxXYXY], box_xyxy: boxes.BoxXYXY) -> int | None:
    """Number of the box that covers another one best; None where none covers enough of it."""
    overlap = boxes.iou(np.array(found_xyxy), np.array([box_xyxy])).ravel()
    best = int(overlap.argmax()) if len(overlap) else 0
    return best if len(overlap) and overlap[best] >= LEAST_IOU else None


def detect_near(
    search: Search, image_bgr: NDArray[np.uint8], box_xyxy: boxes.BoxXYXY, clockwise_deg: int = 0
) -> Detection | None:
    """The face that is found around a box, the one that covers it best; None where there is none.

    Args:
        search: a detector's `detect`, for the surroundings of the box at a scale of their own.
        image_bgr: (h, w, 3) uint8.
        box_xyxy: box of the face in an earlier picture, in pixels.
        clockwise_deg: by how much the surroundings are turned first: 0, 90, 180 or 270.
    """
    view = view_near(image_bgr, box_xyxy)
    if view is None:
        return None
    seen, size = search(turned(view.image_bgr, clockwise_deg)), view.image_bgr.shape[1::-1]
    found = [_moved(turned_back(face, clockwise_deg, size), view) for face in seen]
    best = best_near([face.box_xyxy for face in found], box_xyxy)
    return None if best is None else found[best]


def stands_upright(detector: FaceDetector, image_bgr: NDArray[np.uint8], face: Detection) -> bool:
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
    others = (detect_near(detector.detect, image_bgr, face.box_xyxy, turn) for turn in TURNS[1:])
    return not any(other is not None and other.score > face.score for other in others)


def _moved(face: Detection, view: View) -> Detection:
    """A detection in a view, in the pixels of the whole image."""
    points = face.landmarks_xy and tuple(view.point_in_whole(*point) for point in face.landmarks_xy)
    return replace(face, box_xyxy=view.box_in_whole(face.box_xyxy), landmarks_xy=points)
