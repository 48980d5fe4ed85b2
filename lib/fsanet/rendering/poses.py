"""Head poses to render: distributions over (yaw, pitch, roll) in degrees, yaw within 90, pitch and roll within 60."""

import numpy as np

from fsanet.errors import InputError
from fsanet.pose.angles import angles_from_rotation, rotation_from_angles

YAW_LIMIT, TILT_LIMIT = 90.0, 60.0


def _uniform(rng: np.random.Generator) -> tuple[float, float, float]:
    """Every pose as likely as any other."""
    return rng.uniform(-YAW_LIMIT, YAW_LIMIT), *rng.uniform(-TILT_LIMIT, TILT_LIMIT, 2)


def _frontal(rng: np.random.Generator) -> tuple[float, float, float]:
    """People who look at the camera or a little aside."""
    return rng.normal(0, 14), rng.normal(0, 9), rng.normal(0, 7)


def _like_300w_lp(rng: np.random.Generator) -> tuple[float, float, float]:
    """Like 300W-LP, by what is published of it.

    Photos found on the web, where pitch and roll are mostly within 30 with tails. Face profiling turns each of them
    in 3D, in steps towards a yaw of 90 (Zhu et al., CVPR 2016), and reads the angles of the turned head, so a nod of
    some degrees becomes a large pitch and roll near a yaw of 90: pitch fills +-99 and roll -90 to 87 degrees
    (deep-head-pose, issue 98), which heads in photos do not.
    """
    tail = 2.2 if rng.random() < 0.1 else 1.0
    photo = rng.normal(0, 22), rng.normal(-2, 10) * tail, rng.normal(0, 8) * tail
    if rng.random() < 0.25:
        return photo
    further = np.sign(photo[0]) * rng.uniform(0, max(YAW_LIMIT - abs(photo[0]), 0))
    return tuple(angles_from_rotation(rotation_from_angles([further, 0.0, 0.0]) @ rotation_from_angles(photo)))


def _mixed(rng: np.random.Generator) -> tuple[float, float, float]:
    """For training: 300W-LP's poses, and as many with strong pitch and roll.

    Near a yaw of 90 pitch and roll turn about the same axis and cannot be told apart; both narrow there.
    """
    if rng.random() < 0.5:
        return _like_300w_lp(rng)
    yaw = rng.uniform(-YAW_LIMIT, YAW_LIMIT)
    room = 1 - 0.55 * (yaw / YAW_LIMIT) ** 2
    return (yaw, room * rng.uniform(-TILT_LIMIT, TILT_LIMIT), room * rng.triangular(-TILT_LIMIT, 0, TILT_LIMIT))


POSES = {"uniform": _uniform, "frontal": _frontal, "300W_LP": _like_300w_lp, "mixed": _mixed}


def draw_pose(rng: np.random.Generator, distribution: str) -> np.ndarray:
    """One pose (3,): yaw, pitch, roll in degrees.

    Args:
        rng: randomness.
        distribution: a name in POSES.

    Raises:
        ValueError: for another name.
    """
    if distribution not in POSES:
        raise InputError(f"no pose distribution '{distribution}': choose one of {', '.join(POSES)}")
    limits = np.array([YAW_LIMIT, TILT_LIMIT, TILT_LIMIT])
    while True:  # draw again beyond the limits: clipping would heap poses up there
        pose = np.array(POSES[distribution](rng))
        if (np.abs(pose) <= limits).all():
            return pose
