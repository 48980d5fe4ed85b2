"""Poses as tensors: what `fsanet.pose.angles` does, in `keras.ops`, for losses and augmentation on any backend.

Degrees, order and signs are those of `fsanet.pose.angles`. Losses may go through `rotation_from_angles`, `mirror` and
`chord_deg`, whose gradients are finite everywhere; `angles_from_rotation` and `rotate_in_plane` are for labels.
"""

import math

from keras import ops

from fsanet.tensors import Tensor

_DEGREES = 180.0 / math.pi
_EPSILON = 1e-7


def rotation_from_angles(yaw_pitch_roll_deg: Tensor) -> Tensor:
    """Rotation matrices R = Rx(pitch) Ry(yaw) Rz(roll).

    Args:
        yaw_pitch_roll_deg: (..., 3) degrees.

    Returns:
        (..., 3, 3).
    """
    angles = yaw_pitch_roll_deg / _DEGREES
    cosines, sines = ops.cos(angles), ops.sin(angles)
    cy, cp, cr = (cosines[..., i] for i in range(3))
    sy, sp, sr = (sines[..., i] for i in range(3))
    rows = [
        [cy * cr, cy * sr, -sy],
        [sp * sy * cr - cp * sr, sp * sy * sr + cp * cr, sp * cy],
        [cp * sy * cr + sp * sr, cp * sy * sr - sp * cr, cp * cy],
    ]
    return ops.stack([ops.stack(row, axis=-1) for row in rows], axis=-2)


def angles_from_rotation(rotation: Tensor) -> Tensor:
    """Poses of rotation matrices, for |yaw| < 90; for labels, not for losses: the gradient is infinite at yaw = +-90.

    Args:
        rotation: (..., 3, 3).

    Returns:
        (..., 3) degrees, yaw in [-90, 90], pitch and roll in [-180, 180].
    """
    yaw = ops.arcsin(ops.clip(-rotation[..., 0, 2], -1.0, 1.0))
    pitch = ops.arctan2(rotation[..., 1, 2], rotation[..., 2, 2])
    roll = ops.arctan2(rotation[..., 0, 1], rotation[..., 0, 0])
    return ops.stack([yaw, pitch, roll], axis=-1) * _DEGREES


def rotate_in_plane(yaw_pitch_roll_deg: Tensor, clockwise_deg: Tensor) -> Tensor:
    """Poses after the image is turned clockwise by some degrees: the rotation becomes Rz(a) R.

    For labels, not for losses, as `angles_from_rotation`.

    Args:
        yaw_pitch_roll_deg: (N, 3) degrees.
        clockwise_deg: (N,) degrees, clockwise on the screen.

    Returns:
        (N, 3) degrees.
    """
    zeros = ops.zeros_like(clockwise_deg)
    turn = rotation_from_angles(ops.stack([zeros, zeros, clockwise_deg], axis=-1))
    return angles_from_rotation(ops.matmul(turn, rotation_from_angles(yaw_pitch_roll_deg)))


def mirror(yaw_pitch_roll_deg: Tensor) -> Tensor:
    """Poses after the image is flipped left to right: yaw and roll change sign. (..., 3) -> (..., 3)."""
    return yaw_pitch_roll_deg * ops.convert_to_tensor([-1.0, 1.0, -1.0], dtype=yaw_pitch_roll_deg.dtype)


def chord_deg(first_deg: Tensor, second_deg: Tensor) -> Tensor:
    """Distance of two rotations, near the angle between them, as a loss can use it.

    The chord |R1 - R2| / sqrt(2) = 2 sin(angle / 2), in degrees: 1 % below the angle at 28 degrees, 10 % at 90, and
    without the infinite slopes of an arc cosine at 0 and 180 degrees.

    Args:
        first_deg, second_deg: (N, 3) yaw, pitch, roll in degrees.

    Returns:
        (N,).
    """
    difference = rotation_from_angles(first_deg) - rotation_from_angles(second_deg)
    return ops.sqrt(ops.sum(ops.square(difference), axis=(-2, -1)) / 2.0 + _EPSILON) * _DEGREES
