"""A second look at one face: whether it is still about where it was, and whether it stands upright."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.detectors.any_angle import TURNS, turned, turned_back
from fsanet.detectors.detection import Detection, FaceDetector
from fsanet.image import boxes

_MARGIN = 0.75  # of the box on each side: room to have moved, and the surroundings that detectors want
_FACE_PIXELS = 96  # larger faces are shrunk to this: every detector finds them so, and the search is cheap
_LEAST_IOU = 0.25


def detect_near(
    detector: FaceDetector, image_bgr: NDArray[np.uint8], box_xyxy: boxes.BoxXYXY, clockwise_deg: int = 0
) -> Detection | None:
    """The face that a detector finds around a box, the one that covers it best; None where there is none.

    Args:
        detector: searches the surroundings of the box, at a scale of its own.
        image_bgr: (h, w, 3) uint8.
        box_xyxy: box of the face in an earlier picture, in pixels.
        clockwise_deg: by how much the surroundings are turned first: 0, 90, 180 or 270.
    """
    height, width = image_bgr.shape[:2]
    x1, y1, x2, y2 = (int(value) for value in boxes.clip(boxes.widen(box_xyxy, _MARGIN), width, height))
    if min(x2 - x1, y2 - y1) < 1:
        return None
    shrink = min(1.0, _FACE_PIXELS / max(box_xyxy[2] - box_xyxy[0], box_xyxy[3] - box_xyxy[1]))
    size = max(1, round(shrink * (x2 - x1))), max(1, round(shrink * (y2 - y1)))
    view = cv2.resize(image_bgr[y1:y2, x1:x2], size, interpolation=cv2.INTER_AREA)
    scale = (x2 - x1) / size[0], (y2 - y1) / size[1]
    seen = [turned_back(face, clockwise_deg, size) for face in detector.detect(turned(view, clockwise_deg))]
    found = [_moved(face, scale, (x1, y1)) for face in seen]
    overlap = boxes.iou(np.array([face.box_xyxy for face in found]), np.array([box_xyxy])).ravel()
    best = int(overlap.argmax()) if found else 0
    return found[best] if found and overlap[best] >= _LEAST_IOU else None


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
    others = (detect_near(detector, image_bgr, face.box_xyxy, turn) for turn in TURNS[1:])
    return not any(other is not None and other.score > face.score for other in others)


def _moved(face: Detection, scale_xy: tuple[float, float], shift_xy: tuple[int, int]) -> Detection:
    """A detection in a part of an image, in the pixels of the whole."""

    def to_whole(x: float, y: float) -> tuple[float, float]:
        return x * scale_xy[0] + shift_xy[0], y * scale_xy[1] + shift_xy[1]

    (x1, y1), (x2, y2) = to_whole(*face.box_xyxy[:2]), to_whole(*face.box_xyxy[2:])
    points = face.landmarks_xy and tuple(to_whole(*point) for point in face.landmarks_xy)
    return replace(face, box_xyxy=(x1, y1, x2, y2), landmarks_xy=points)
