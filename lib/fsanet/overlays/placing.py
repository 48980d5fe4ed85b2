"""Where points of the mean head lie in a picture, by its 68 landmarks or by the pose and the box of the face."""

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.errors import InputError
from fsanet.pose.angles import rotation_from_angles
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.shape import mean_head

_STIFFNESS = 0.05  # decimetres: how little the face bends for a landmark that lies apart
_DOWN = np.array([1.0, -1.0])  # rows of a picture run down


@functools.cache
def _spots() -> NDArray[np.float64]:
    """The landmarks (68, 3) of the mean head."""
    return mean_head()[head_pack().landmarks]


def spline_rows(points: NDArray) -> NDArray[np.float64]:
    """Columns (N, 72) of a spline in space: minus the distances to the landmarks, 1, x, y, z."""
    spots = _spots()
    squares = (points**2).sum(axis=1)[:, None] + (spots**2).sum(axis=1) - 2 * points @ spots.T
    rows = np.ones((len(points), 72))
    rows[:, :68] = -np.sqrt(np.maximum(squares, 0))
    rows[:, 69:] = points
    return rows


@functools.cache
def _solver() -> NDArray[np.float64]:
    """(72, 68): from values at the landmarks to the coefficients of the spline through them."""
    rows = spline_rows(_spots())
    rows[:, :68] += _STIFFNESS * np.eye(68)
    system = np.block([[rows], [rows[:, 68:].T, np.zeros((4, 4))]])
    return np.linalg.inv(system)[:, :68]


@dataclass(frozen=True)
class Placing:
    """A face in a picture.

    Attributes:
        points_xy: (68, 2) its landmarks, pixels.
        rotation: (3, 3) from the head's axes to the camera's (x right, y up, z to the camera).
        scale: pixels per decimetre.
        coefficients: (72, 2) of the spline.
    """

    points_xy: NDArray[np.float64]
    rotation: NDArray[np.float64]
    scale: float
    coefficients: NDArray[np.float64]

    def project(self, points: NDArray) -> NDArray[np.float64]:
        """Pixels x, y (..., 2) of points (..., 3) of the mean head."""
        seen = spline_rows(points.reshape(-1, 3).astype(np.float64)) @ self.coefficients
        return seen.reshape(*points.shape[:-1], 2)


def place_by_points(points_xy: ArrayLike) -> Placing:
    """Lay the mean head over 68 landmarks.

    Args:
        points_xy: (68, 2) pixels in the order of 300W-LP; they may lie outside the picture.

    Raises:
        ValueError: when they are not 68 finite points, or all lie on a line.
    """
    points = np.asarray(points_xy, np.float64)
    if points.shape != (68, 2) or not np.isfinite(points).all():
        raise InputError(f"A mask needs 68 finite landmarks (68, 2), got {points.shape}.")
    coefficients = _solver() @ points
    across, up = coefficients[69:].T * _DOWN[:, None]
    u, stretch, v = np.linalg.svd(np.stack([across, up]), full_matrices=False)
    if stretch[1] < 1e-3 * max(stretch[0], 1e-9):
        raise InputError("The 68 landmarks of a face lie on a line: no mask can be placed on it.")
    right, upward = u @ v
    # right x upward; np.cross takes ten times as long
    forward = right[[1, 2, 0]] * upward[[2, 0, 1]] - right[[2, 0, 1]] * upward[[1, 2, 0]]
    return Placing(points, np.stack([right, upward, forward]), float(stretch.mean()), coefficients)


def place_by_pose(yaw_pitch_roll_deg: ArrayLike, box_xyxy: ArrayLike) -> Placing:
    """Lay the mean head, turned by a pose, into the box around its landmarks.

    Args:
        yaw_pitch_roll_deg: (3,) degrees.
        box_xyxy: (4,) pixels, the box that spans the face's 68 landmarks.

    Raises:
        ValueError: for a box without area, or numbers that are not finite.
    """
    pose, box = np.asarray(yaw_pitch_roll_deg, np.float64), np.asarray(box_xyxy, np.float64)
    if not (np.isfinite(pose).all() and np.isfinite(box).all()) or (box[2:] <= box[:2]).any():
        raise InputError(f"A mask needs a finite pose and a box with area, got pose {pose} and box {box}.")
    turned = (_spots() @ rotation_from_angles(pose).T)[:, :2] * _DOWN
    low, high = turned.min(axis=0), turned.max(axis=0)
    scale = np.sqrt(np.prod((box[2:] - box[:2]) / (high - low)))
    return place_by_points((turned - (low + high) / 2) * scale + (box[:2] + box[2:]) / 2)
