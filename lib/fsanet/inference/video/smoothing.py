"""The One-Euro filter on rotations: less jitter while a head rests, little lag while it turns.

Casiez, Roussel and Vogel, "1 Euro Filter: A Simple Speed-based Low-pass Filter for Noisy Input in Interactive Systems",
CHI 2012. The filter works on the rotation, not on the three angles, so that it has no trouble near gimbal lock.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.pose.angles import Pose, angles_near, rotation_from_angles, wrapped_deg


class OneEuroRotationFilter:
    """Smooths the rotation of one head over time.

    Args:
        min_cutoff_hz: cutoff frequency at rest: lower removes more jitter and lags more.
        beta: how much the cutoff rises with speed, in Hz per (degree / s): higher lags less in motion.
        speed_cutoff_hz: cutoff frequency of the low-pass on the speed.

    Raises:
        InputError: for a cutoff that is not above 0, or a beta that is negative or not finite.
    """

    def __init__(self, min_cutoff_hz: float = 0.5, beta: float = 0.05, speed_cutoff_hz: float = 1.0):
        if not (min_cutoff_hz > 0 and speed_cutoff_hz > 0 and 0 <= beta < math.inf):  # NaN is neither
            raise InputError(
                "The One-Euro filter needs cutoffs above 0 Hz and a finite beta of 0 or more; "
                f"got {min_cutoff_hz}, {speed_cutoff_hz} and {beta}."
            )
        self.min_cutoff_hz = min_cutoff_hz
        self.beta = beta
        self.speed_cutoff_hz = speed_cutoff_hz
        self._time_s: float | None = None
        self._measured = np.eye(3)
        self._rotation = np.eye(3)
        self._velocity = np.zeros(3)  # rotation vector per second, radians

    def __call__(self, pose: Pose, time_s: float) -> Pose:
        """Smoothed pose. A time that does not lie after the last one, or is NaN, starts the filter anew.

        A pose that is no numbers comes back as it is, and leaves no trace.
        """
        if not all(map(math.isfinite, pose)):
            return pose
        measured = rotation_from_angles(pose)
        if self._time_s is None or not time_s > self._time_s:
            self._rotation, self._velocity = measured, np.zeros(3)
        else:
            self._advance(measured, time_s - self._time_s)
        self._time_s, self._measured = time_s, measured
        return Pose(*angles_near(self._rotation, pose).tolist())

    def _advance(self, measured: NDArray[np.float64], seconds: float) -> None:
        # The speed is that of the measured poses: taken from the smoothed one, as the paper's listing does, the lag
        # itself would count as speed and the cutoff would no longer be what the settings say.
        velocity = rotation_vector(measured @ self._measured.T) / seconds
        self._velocity += smoothing_share(self.speed_cutoff_hz, seconds) * (velocity - self._velocity)
        speed_deg = math.degrees(float(np.linalg.norm(self._velocity)))
        share = smoothing_share(self.min_cutoff_hz + self.beta * speed_deg, seconds)
        step = rotation_vector(measured @ self._rotation.T)  # from the smoothed pose to the measured one
        self._rotation = cv2.Rodrigues(share * step)[0] @ self._rotation


def smoothing_share(cutoff_hz: float, seconds: float) -> float:
    """Share of the way that a first-order low-pass goes towards a new value after `seconds`."""
    return 1.0 / (1.0 + 1.0 / (2.0 * math.pi * cutoff_hz * seconds))


def rotation_vector(rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Axis times angle (radians) of a rotation matrix. (3, 3) -> (3,)."""
    return cv2.Rodrigues(rotation)[0].ravel()


def relative_to(pose: Pose, neutral: Pose) -> Pose:
    """A pose with `neutral` taken as zero, for a camera that does not stand in front of the person: R0^T R.

    Of both triples that say this rotation it is the one nearer to the differences of the angles: beyond profile the yaw
    goes on rising, and pitch and roll do not jump.
    """
    rotation = rotation_from_angles(neutral).T @ rotation_from_angles(pose)
    return Pose(*angles_near(rotation, wrapped_deg(np.subtract(pose, neutral))).tolist())
