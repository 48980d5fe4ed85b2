"""Turning the head: the skull by the label, the torso by a part of it, the neck between."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from fsanet.pose.angles import rotation_from_angles
from fsanet.rendering.noise import ramp
from fsanet.rendering.shape import face_middle

_NECK = np.array([0.0, 6.35, 0.2])  # of the base head: around it the torso bends
_MOST_TWIST = 65.0  # degrees that a neck turns


@dataclass(frozen=True)
class Posing:
    """How a head stands.

    Attributes:
        head: (3, 3) rotation of the skull, what the label says.
        torso: (3,) rotation vector of the torso relative to the skull, in camera axes.
    """

    head: np.ndarray
    torso: np.ndarray

    def place(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 3) of the base head's frame in camera axes, the face's middle at the origin; float32."""
        flat = points.reshape(-1, 3)
        posed = (flat - face_middle()) @ self.head.T
        share = ramp(6.5, 5.7, flat[:, 1] + 0.5 * flat[:, 2])  # 1 at the torso, 0 at the skull
        low = np.flatnonzero(share > 0)
        if len(low):
            pivot = (_NECK - face_middle()) @ self.head.T
            turn = Rotation.from_rotvec(self.torso * share[low, None])
            posed[low] = turn.apply(posed[low] - pivot) + pivot
        return posed.reshape(points.shape).astype(np.float32)


def draw_posing(rng: np.random.Generator, yaw_pitch_roll_deg: np.ndarray) -> Posing:
    """A head in a pose (3,) on a torso that follows it to a drawn part."""
    yaw, pitch, roll = yaw_pitch_roll_deg
    follow = rng.uniform(0.1, 0.9)
    torso_yaw = yaw * follow
    if abs(yaw - torso_yaw) > _MOST_TWIST:
        torso_yaw = yaw - np.sign(yaw) * _MOST_TWIST
    torso = rotation_from_angles([torso_yaw, pitch * 0.25 * follow, roll * 0.4 * follow])
    head = rotation_from_angles(yaw_pitch_roll_deg)
    return Posing(head, Rotation.from_matrix(torso @ head.T).as_rotvec())
