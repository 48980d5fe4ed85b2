"""How far the angles of poses may be off once the poses are turned."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.pose.angles import angles_from_rotation, rotation_from_angles, wrapped_deg

_STEP_DEG = 0.01  # of the slopes
# None, and one of each angle either way: the larger counts, for across a yaw of 90 degrees yaw comes back.
_STEPS_DEG = _STEP_DEG * np.vstack([np.zeros(3), np.eye(3), -np.eye(3)])


def turned_errors(yaw_pitch_roll_deg: ArrayLike, error_deg: ArrayLike, turn: ArrayLike) -> NDArray[np.float64]:
    """Errors to be expected of yaw, pitch and roll after the rotation R of a pose has become T R, to first order.

    The errors are taken for independent: a new one is the root of the summed squares of what each of the old ones
    changes that angle by. So a quarter turn of the image exchanges those of yaw and pitch of a face that looks ahead.
    Near yaw = +-90 the least turn moves pitch and roll by any amount: no error is more than the root of the squares of
    all three before.

    Args:
        yaw_pitch_roll_deg: (..., 3) degrees, before the turn.
        error_deg: (..., 3) degrees; NaN where they are not known, and so is what comes of them.
        turn: (..., 3, 3) rotation matrices T.

    Returns:
        (..., 3) degrees.
    """
    pose = np.asarray(yaw_pitch_roll_deg, dtype=np.float64)[..., None, :]
    error, turn = np.asarray(error_deg, dtype=np.float64), np.asarray(turn)[..., None, :, :]
    angles = angles_from_rotation(turn @ rotation_from_angles(pose + _STEPS_DEG))
    changes = np.abs(wrapped_deg(angles[..., 1:, :] - angles[..., :1, :])) / _STEP_DEG
    changes = np.maximum(changes[..., :3, :], changes[..., 3:, :]) * error[..., None]
    together = np.sqrt(np.square(error).sum(axis=-1, keepdims=True))
    return np.minimum(np.sqrt(np.square(changes).sum(axis=-2)), together)
