"""What every face detector returns, its box in a convention common to all, and the interface that every one keeps."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from fsanet.checks import whole
from fsanet.errors import InputError
from fsanet.image import boxes
from fsanet.pose.angles import Pose

PointXY = tuple[float, float]

TURNS = (0, 90, 180, 270)  # degrees clockwise, by which faces of any angle come to stand about upright
SAME_FACE = 0.5  # of the smaller box: two that have more in common show one face


class BoxConvention(NamedTuple):
    """Factors from a detector's own box to MTCNN's box of the same face.

    Each detector's constants are medians over the faces that both find in Pointing'04, persons 1 to 4, |pan| and |tilt|
    up to 60 degrees. `python -m fsanet.benchmarks.box_conventions FOLDER` measures them again.

    Attributes:
        scale_wh: MTCNN's width and height in widths and heights of the detector's box.
        shift_wh: MTCNN's centre from the detector's, in the same units; positive is right and down.
    """

    scale_wh: tuple[float, float] = (1.0, 1.0)
    shift_wh: tuple[float, float] = (0.0, 0.0)

    def to_common(self, box_xyxy: boxes.AnyBox) -> boxes.BoxXYXY:
        """The box that MTCNN would draw around the face."""
        return boxes.remap(box_xyxy, self.scale_wh, self.shift_wh)

    def from_common(self, box_xyxy: boxes.AnyBox) -> boxes.BoxXYXY:
        """The detector's own box; the inverse of `to_common`."""
        (scale_w, scale_h), (shift_w, shift_h) = self
        return boxes.remap(box_xyxy, (1 / scale_w, 1 / scale_h), (-shift_w / scale_w, -shift_h / scale_h))


@dataclass(frozen=True)
class Detection:
    """One face, in pixels of the image that was searched.

    Attributes:
        box_xyxy: (x1, y1, x2, y2) in the common convention, which is MTCNN's box; every detector converts its own, so
            that one crop margin means the same for all. May reach beyond the image.
        score: 0..1, higher is surer. Comparable between faces of one detector only.
        landmarks_xy: five points or None: eye on the image's left, eye on its right, nose tip, mouth corner on the
            image's left, mouth corner on its right; left and right as the face is seen upright.
        upright_turn: degrees by which the image has to be turned clockwise for the face to stand about upright: 0, 90,
            180 or 270. Only `AnyAngleDetector` says other than 0.
        pose: of the head, relative to the line of sight, where the detector reads it in the same pass; else None.
        mask: what covers the mouth, one of `fsanet.dense.layout.MASKS`, where the detector tells; else None.

    Raises:
        ValueError: for a box that is empty or not finite, a score outside 0..1, other than five finite landmarks, a
            turn that is none of `TURNS`, or a pose of other than three finite angles.
    """

    box_xyxy: boxes.BoxXYXY
    score: float
    landmarks_xy: tuple[PointXY, ...] | None = None
    upright_turn: int = 0
    pose: Pose | None = None
    mask: str | None = None

    def __post_init__(self):
        box = tuple(float(value) for value in self.box_xyxy)
        if len(box) != 4 or not all(map(math.isfinite, box)) or box[2] <= box[0] or box[3] <= box[1]:
            raise InputError(f"A face box is (x1, y1, x2, y2) with x1 < x2 and y1 < y2, all finite; got {box}.")
        score = float(self.score)
        if not 0.0 <= score <= 1.0:  # also catches NaN
            raise InputError(f"A detection score lies in 0..1; got {score}.")
        object.__setattr__(self, "box_xyxy", box)
        object.__setattr__(self, "score", score)
        object.__setattr__(self, "landmarks_xy", _checked_landmarks(self.landmarks_xy))
        object.__setattr__(self, "upright_turn", _checked_turn(self.upright_turn))
        object.__setattr__(self, "pose", _checked_pose(self.pose))


def _checked_landmarks(landmarks_xy: Iterable[Iterable[float]] | None) -> tuple[PointXY, ...] | None:
    if landmarks_xy is None:
        return None
    points = tuple(tuple(float(value) for value in point) for point in landmarks_xy)
    if len(points) != 5 or any(len(point) != 2 or not all(map(math.isfinite, point)) for point in points):
        raise InputError(f"Landmarks are five finite (x, y) points, or None; got {points}.")
    return tuple((x, y) for x, y in points)


def _checked_turn(clockwise_deg: float) -> int:
    if not isinstance(clockwise_deg, Real) or clockwise_deg not in TURNS:
        raise InputError(f"An upright turn is one of {', '.join(map(str, TURNS))} degrees; got {clockwise_deg!r}.")
    return int(clockwise_deg)


def _checked_pose(pose: Iterable[float] | None) -> Pose | None:
    if pose is None:
        return None
    angles = tuple(pose) if isinstance(pose, Iterable) else ()
    if len(angles) != 3 or not all(isinstance(angle, Real) and math.isfinite(angle) for angle in angles):
        raise InputError(f"A pose is three finite angles, yaw, pitch and roll in degrees, or None; got {pose!r}.")
    return Pose(*map(float, angles))


def checked_threshold(threshold: float) -> float:
    """The threshold itself, or a ValueError unless it lies in 0..1 (1 excluded)."""
    if not 0.0 <= threshold < 1.0:
        raise InputError(f"A detection threshold lies in 0..1, 1 excluded; got {threshold}.")
    return float(threshold)


def checked_long_side(long_side: int) -> int:
    """The size itself, or a ValueError unless it is a whole number of pixels, 1 or more."""
    return whole(long_side, "The longer side, in pixels, at which pictures are searched")


class OwnDetector(Protocol):
    """The least that finds faces, for an object of one's own; `FaceDetector` says what it takes and returns."""

    def detect(self, image_bgr: NDArray, /) -> Sequence[Detection]:
        """Faces in an image (h, w, 3) uint8, BGR, in any order."""
        ...


@runtime_checkable
class FaceDetector(Protocol):
    """What a face detector offers. One object may be used from many threads at once."""

    name: str
    convention: BoxConvention  # from the detector's own boxes to those that it returns

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """Faces in an image, in the order of `sorted_detections`; an empty list where there is none.

        Args:
            image_bgr: (h, w, 3) uint8, BGR, of any size from 1x1.

        Raises:
            ValueError: when the image is not of that kind.
        """
        ...


def sorted_detections(detections: Iterable[Detection]) -> list[Detection]:
    """Largest box first; equal areas by higher score, then from left to right, then from top to bottom."""
    return sorted(detections, key=lambda face: (-boxes.area(face.box_xyxy), -face.score, face.box_xyxy))


def merged_detections(preferred: Iterable[Detection], others: Iterable[Detection]) -> list[Detection]:
    """Detections of two passes over one image: all preferred ones, and the others that show another face.

    Two boxes show the same face when they have more than half of the smaller one's area in common.
    """
    kept = list(preferred)
    return kept + [face for face in others if all(_shared(face, known) <= SAME_FACE for known in kept)]


def _shared(face: Detection, other: Detection) -> float:
    """Intersection over the smaller area: unlike intersection over union it also sees a box within a box."""
    common = boxes.common_area(face.box_xyxy, other.box_xyxy)
    return common / min(boxes.area(face.box_xyxy), boxes.area(other.box_xyxy))
