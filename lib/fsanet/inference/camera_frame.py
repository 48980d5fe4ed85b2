"""Poses in the camera's frame: what networks say is relative to the line of sight to each face.

A crop shows a face as a camera would that looks straight at it. The rotation R of such a reading becomes R_ray R in the
frame of the camera that took the picture, where R_ray turns the camera's axis to the line of sight on the shortest way.
Labels that were measured with the camera's axes (BIWI's) are of the second kind, those of 300W-LP of the first.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.image.boxes import BoxXYXY
from fsanet.inference.face_estimator import Face, FaceEstimator, Prepared
from fsanet.pose.angles import Pose, angles_from_rotation

_CALIBRATION = "a camera is a horizontal field of view in degrees, such as 60, or a file like BIWI's rgb.cal"


@dataclass(frozen=True)
class Lens:
    """What a pinhole camera sees, in shares of the picture, so that pictures may be scaled.

    Attributes:
        focal: focal length, in widths of the picture.
        centre_xy: principal point, in widths and heights.
    """

    focal: float
    centre_xy: tuple[float, float] = (0.5, 0.5)

    def __post_init__(self):
        if not (math.isfinite(self.focal) and self.focal > 0 and all(map(math.isfinite, self.centre_xy))):
            raise InputError(f"A lens has a focal length above 0 and a finite centre; got {self}.")

    @classmethod
    def of_field_of_view(cls, degrees: float) -> "Lens":
        """From the horizontal field of view.

        Raises:
            InputError: unless it lies between 1 and 170 degrees.
        """
        if not 1 <= degrees <= 170:
            raise InputError(f"A horizontal field of view lies between 1 and 170 degrees, got {degrees:g}.")
        return cls(0.5 / math.tan(math.radians(degrees) / 2))

    @classmethod
    def of_calibration(cls, path: Path) -> "Lens":
        """From a calibration as BIWI's `rgb.cal` has it: 3x3 intrinsics first, width and height last; distortion is
        not used.

        Raises:
            OSError: when the file cannot be read.
            InputError: when it holds something else.
        """
        try:
            numbers = [float(word) for word in path.read_text(encoding="ascii").split()]
            (fx, _, cx, _, _, cy), (width, height) = numbers[:6], numbers[-2:]
            return cls(fx / width, (cx / width, cy / height))
        except (ValueError, ZeroDivisionError):
            raise InputError(f"'{path}' is no calibration: {_CALIBRATION}.") from None

    def to_face(self, box_xyxy: BoxXYXY, size_wh: tuple[int, int]) -> NDArray[np.float64]:
        """R_ray (3, 3): turns the direction to the camera's back into that from the face to the camera.

        Args:
            box_xyxy: pixels; its middle is where the face is seen.
            size_wh: of the picture, pixels.
        """
        width, height = size_wh
        x1, y1, x2, y2 = box_xyxy
        right = ((x1 + x2) / 2 - self.centre_xy[0] * width) / (self.focal * width)
        up = (self.centre_xy[1] * height - (y1 + y2) / 2) / (self.focal * width)
        return shortest_turn(np.array([-right, -up, 1.0]))


def lens_of(text: str) -> Lens:
    """A lens by what a person types: a field of view in degrees, or the path of a calibration.

    Raises:
        InputError, OSError: as the two ways of `Lens`.
    """
    try:
        degrees = float(text)
    except ValueError:
        path = Path(text)
        if not path.is_file():
            raise InputError(f"No camera '{text}': {_CALIBRATION}.") from None
        return Lens.of_calibration(path)
    return Lens.of_field_of_view(degrees)


def shortest_turn(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation (3, 3) by the least angle that turns (0, 0, 1) to a direction (3,) with z > 0 (Rodrigues)."""
    x, y, z = direction / np.linalg.norm(direction)
    cross = np.array([[0, 0, x], [0, 0, y], [-x, -y, 0]])
    return np.eye(3) + cross + cross @ cross / (1 + z)


class InCameraFrame(Generic[Prepared]):
    """A `FaceEstimator` whose poses are in the frame of the camera.

    Args:
        estimator: reads poses relative to the line of sight.
        lens: of the camera that took the pictures.
    """

    def __init__(self, estimator: FaceEstimator[Prepared], lens: Lens):
        self.lens = lens
        self.name = f"{estimator.name}, in the camera's frame"
        self._estimator = estimator

    def prepare(self, picture_bgr: NDArray[np.uint8]) -> tuple[Prepared, tuple[int, int]]:
        """See `FaceEstimator.prepare`."""
        height, width = picture_bgr.shape[:2]
        return self._estimator.prepare(picture_bgr), (width, height)

    def estimate(self, prepared: Sequence[tuple[Prepared, tuple[int, int]]]) -> list[list[Face]]:
        """See `FaceEstimator.estimate`."""
        faces = self._estimator.estimate([inner for inner, _ in prepared])
        return [[self._turned(face, size) for face in some] for some, (_, size) in zip(faces, prepared, strict=True)]

    def look_again(self, picture_bgr: NDArray[np.uint8], faces: Sequence[Face]) -> list[Face | None]:
        """See `FaceEstimator.look_again`."""
        height, width = picture_bgr.shape[:2]
        seen = self._estimator.look_again(picture_bgr, faces)
        return [None if face is None else self._turned(face, (width, height)) for face in seen]

    def _turned(self, face: Face, size_wh: tuple[int, int]) -> Face:
        rotation = self.lens.to_face(face.box_xyxy, size_wh) @ face.pose.rotation
        return replace(face, pose=Pose(*angles_from_rotation(rotation).tolist()))
