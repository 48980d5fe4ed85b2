"""The camera: perspective from a drawn distance, aimed so that the head lies on its axis, or a given lens.

A label is the rotation of the head relative to the camera's axis. 300W-LP's labels come from a weak-perspective fit,
which sees each head along the ray that leads to it. So that both are the same thing, the head always lies on the axis,
and a picture with the face off its middle is a window cut out of a larger picture (the principal point moves). Only
with a `Place` does the head lie off the axis of a camera that stays: then the two kinds of labels differ.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fsanet.image.lens import Lens
from fsanet.pose.angles import angles_from_rotation, rotation_from_angles


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks along -z; x right, y up in the world, y down in the picture.

    Attributes:
        distance: decimetres from the head's middle, along z.
        focal: pixels.
        centre: (cx, cy) principal point, pixels.
        size: (width, height), pixels.
        aside: how far right and up of its axis the head's middle lies, decimetres.
    """

    distance: float
    focal: float
    centre: tuple[float, float]
    size: tuple[int, int]
    aside: tuple[float, float] = (0.0, 0.0)

    @property
    def eye(self) -> np.ndarray:
        """Where it stands, (3,) float32, the head's middle being the origin."""
        return np.array([0.0 - self.aside[0], 0.0 - self.aside[1], self.distance], np.float32)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels x, y and 1 / distance of points (..., 3), float32."""
        near = 1.0 / np.maximum(self.distance - points[..., 2], 0.05)
        x = self.centre[0] + self.focal * (points[..., 0] + self.aside[0]) * near
        y = self.centre[1] - self.focal * (points[..., 1] + self.aside[1]) * near
        return np.stack([x, y, near], axis=-1).astype(np.float32)

    def unproject(self, x: np.ndarray, y: np.ndarray, near: np.ndarray) -> np.ndarray:
        """Points (..., 3) that appear at pixels x, y with 1 / distance `near`."""
        far = 1.0 / near
        px, py = ((x - self.centre[0]) * far / self.focal, (self.centre[1] - y) * far / self.focal)
        return np.stack([px - self.aside[0], py - self.aside[1], self.distance - far], axis=-1).astype(np.float32)


@dataclass(frozen=True)
class Place:
    """Where in the picture of a camera that stays as it is a face is seen.

    Attributes:
        lens: of the camera.
        middle_xy: the head's middle, pixels.
        size: (width, height) of the picture, pixels.
    """

    lens: Lens
    middle_xy: tuple[float, float]
    size: tuple[int, int]

    def in_camera_frame(self, yaw_pitch_roll_deg: ArrayLike) -> np.ndarray:
        """The pose (3,) relative to the camera's axes of a head whose pose relative to the line of sight is given."""
        to_face = self.lens.to_face((*self.middle_xy, *self.middle_xy), self.size)
        return angles_from_rotation(to_face @ rotation_from_angles(yaw_pitch_roll_deg))

    def camera(self, landmarks: np.ndarray, box_px: float) -> Camera:
        """The camera, from so far that the box of the landmarks (68, 3) has about this side."""
        width, height = self.size
        focal, (cx, cy) = self.lens.focal * width, self.lens.centre_xy
        distance = focal * np.sqrt(np.prod(np.ptp(landmarks[:, :2], axis=0))) / box_px
        centre = cx * width, cy * height
        right, down = ((at - middle) * distance / focal for at, middle in zip(self.middle_xy, centre, strict=True))
        return Camera(float(distance), focal, centre, self.size, (float(right), float(-down)))


def draw_distance(rng: np.random.Generator) -> float:
    """How far the photographer stands, decimetres: 0.6 m (a telephone held out) to 5 m, evenly on a log scale."""
    return float(np.exp(rng.uniform(np.log(6.0), np.log(50.0))))


def frame_head(
    landmarks: np.ndarray, distance: float, box_px: float, size: tuple[int, int], face_at: tuple[float, float]
) -> Camera:
    """A camera that shows a face at a given size and place.

    Args:
        landmarks: (68, 3) posed landmarks, camera axes.
        distance: decimetres.
        box_px: geometric mean of width and height of the landmark box.
        size: (width, height) of the picture.
        face_at: pixels, where the middle of the landmark box shall lie.
    """
    flat = Camera(distance, 1.0, (0.0, 0.0), size).project(landmarks)[:, :2].astype(np.float64)
    low, high = flat.min(axis=0), flat.max(axis=0)
    focal = box_px / np.sqrt(np.prod(high - low))
    middle = (low + high) / 2 * focal
    return Camera(distance, focal, (face_at[0] - middle[0], face_at[1] - middle[1]), size)
