"""Yaw, pitch and roll, and the rotation that they stand for.

Angles are degrees in the order (yaw, pitch, roll), with the signs of 300W-LP and AFLW2000: yaw > 0 turns the face to
the image's left, pitch > 0 up, roll > 0 clockwise on the screen. The rotation is R = Rx(pitch) Ry(yaw) Rz(roll) in
axes x right, y up, z towards the camera, with

    Rx = [1 0 0; 0 c s; 0 -s c]    Ry = [c 0 -s; 0 1 0; s 0 c]    Rz = [c s 0; -s c 0; 0 0 1]
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Pose(NamedTuple):
    """Head pose in degrees."""

    yaw: float
    pitch: float
    roll: float


def rotation_from_angles(yaw_pitch_roll_deg: ArrayLike) -> NDArray[np.float64]:
    """Rotation matrices of poses.

    Args:
        yaw_pitch_roll_deg: (..., 3) degrees.

    Returns:
        (..., 3, 3). R times a column vector in head axes is it in camera axes (x right, y up, z to the camera).
    """
    angles = np.deg2rad(np.asarray(yaw_pitch_roll_deg, dtype=np.float64))
    (cy, cp, cr), (sy, sp, sr) = (np.moveaxis(f(angles), -1, 0) for f in (np.cos, np.sin))
    rows = [
        [cy * cr, cy * sr, -sy],
        [sp * sy * cr - cp * sr, sp * sy * sr + cp * cr, sp * cy],
        [cp * sy * cr + sp * sr, cp * sy * sr - sp * cr, cp * cy],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def angles_from_rotation(rotation: ArrayLike) -> NDArray[np.float64]:
    """Poses of rotation matrices; the inverse of `rotation_from_angles` for |yaw| < 90.

    At yaw = +-90 only pitch and roll together are defined (gimbal lock); roll is then reported as 0.

    Args:
        rotation: (..., 3, 3) rotation matrices.

    Returns:
        (..., 3) degrees, yaw in [-90, 90], pitch and roll in [-180, 180].
    """
    r = np.asarray(rotation, dtype=np.float64)
    yaw = np.arcsin(np.clip(-r[..., 0, 2], -1.0, 1.0))
    locked = np.hypot(r[..., 0, 0], r[..., 0, 1]) < 1e-8
    pitch = np.where(locked, np.arctan2(-r[..., 2, 1], r[..., 1, 1]), np.arctan2(r[..., 1, 2], r[..., 2, 2]))
    roll = np.where(locked, 0.0, np.arctan2(r[..., 0, 1], r[..., 0, 0]))
    return np.rad2deg(np.stack([yaw, pitch, roll], axis=-1))


def rotate_in_plane(yaw_pitch_roll_deg: ArrayLike, clockwise_deg: ArrayLike) -> NDArray[np.float64]:
    """Poses after the image is turned clockwise by some degrees: the rotation becomes Rz(a) R.

    Args:
        yaw_pitch_roll_deg: (..., 3) degrees.
        clockwise_deg: (...) degrees, clockwise on the screen.

    Returns:
        (..., 3) degrees.
    """
    turn = np.zeros((*np.shape(clockwise_deg), 3))
    turn[..., 2] = clockwise_deg
    return angles_from_rotation(rotation_from_angles(turn) @ rotation_from_angles(yaw_pitch_roll_deg))


def mirror(yaw_pitch_roll_deg: ArrayLike) -> NDArray[np.float64]:
    """Poses after the image is flipped left to right: yaw and roll change sign.

    Args:
        yaw_pitch_roll_deg: (..., 3) degrees.

    Returns:
        (..., 3) degrees.
    """
    return np.asarray(yaw_pitch_roll_deg, dtype=np.float64) * [-1.0, 1.0, -1.0]
