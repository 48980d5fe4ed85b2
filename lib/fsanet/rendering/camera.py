"""The camera: perspective from a drawn distance, aimed so that the head lies on its axis.

A label is the rotation of the head relative to the camera's axis. 300W-LP's labels come from a weak-perspective fit,
which sees each head along the ray that leads to it. So that both are the same thing, the head always lies on the axis,
and a picture with the face off its middle is a window cut out of a larger picture (the principal point moves).
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Camera:
    """A pinhole camera at (0, 0, distance) that looks along -z; x right, y up in the world, y down in the picture.

    Attributes:
        distance: decimetres from the head's middle.
        focal: pixels.
        centre: (cx, cy) principal point, pixels; the head's middle appears there.
        size: (width, height), pixels.
    """

    distance: float
    focal: float
    centre: tuple[float, float]
    size: tuple[int, int]

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels x, y and 1 / distance of points (..., 3), float32."""
        near = 1.0 / np.maximum(self.distance - points[..., 2], 0.05)
        x = self.centre[0] + self.focal * points[..., 0] * near
        y = self.centre[1] - self.focal * points[..., 1] * near
        return np.stack([x, y, near], axis=-1).astype(np.float32)

    def unproject(self, x: np.ndarray, y: np.ndarray, near: np.ndarray) -> np.ndarray:
        """Points (..., 3) that appear at pixels x, y with 1 / distance `near`."""
        far = 1.0 / near
        px, py = ((x - self.centre[0]) * far / self.focal, (self.centre[1] - y) * far / self.focal)
        return np.stack([px, py, self.distance - far], axis=-1).astype(np.float32)


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
