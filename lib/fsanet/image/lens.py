"""The lens of a camera: in which direction a face is seen, and the turn from that line of sight to the camera's axis.

A crop shows a face as a camera would that looks straight at it. The rotation R of such a reading becomes R_ray R in the
frame of the camera that took the picture, where R_ray turns the camera's axis to the line of sight on the shortest way.
Labels that were measured with the camera's axes (BIWI's) are of the second kind, those of 300W-LP of the first.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.errors import InputError
from fsanet.image.boxes import BoxXYXY

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

    def to_camera(self, box_xyxy: BoxXYXY, size_wh: tuple[int, int]) -> NDArray[np.float64]:
        """The line of sight: a unit vector (3,) from the face to the camera, in axes x right, y up, z to the camera.

        Args:
            box_xyxy: pixels; its middle is where the face is seen.
            size_wh: of the picture, pixels.
        """
        width, height = size_wh
        x1, y1, x2, y2 = box_xyxy
        right = ((x1 + x2) / 2 - self.centre_xy[0] * width) / (self.focal * width)
        up = (self.centre_xy[1] * height - (y1 + y2) / 2) / (self.focal * width)
        sight = np.array([-right, -up, 1.0])
        return sight / np.linalg.norm(sight)

    def to_face(self, box_xyxy: BoxXYXY, size_wh: tuple[int, int]) -> NDArray[np.float64]:
        """R_ray (3, 3): turns the camera's axis, towards its back, to the line of sight of `to_camera`."""
        return shortest_turn(self.to_camera(box_xyxy, size_wh))


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


def shortest_turn(directions: ArrayLike) -> NDArray[np.float64]:
    """Rotations (..., 3, 3) by the least angle that turn (0, 0, 1) to directions (..., 3) with z > 0 (Rodrigues)."""
    vectors = np.asarray(directions, dtype=np.float64)
    x, y, z = np.moveaxis(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), -1, 0)
    cross = np.zeros((*vectors.shape, 3))
    cross[..., 0, 2], cross[..., 1, 2], cross[..., 2, 0], cross[..., 2, 1] = x, y, -x, -y
    return np.eye(3) + cross + cross @ cross / (1 + z)[..., None, None]
