"""Errors between predicted and true head poses.

Euler errors are the field's habit. Near gimbal lock they mislead: the geodesic error and MAEV stand beside them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.errors import InputError
from fsanet.pose.angles import rotation_from_angles

LABEL_LIMIT_DEG = 99.0  # the protocols drop samples with a true angle beyond this
YAW_BINS_DEG = ((0, 30), (30, 60), (60, 90))
SHARE_LIMITS_DEG = (5, 10, 15)


def within_limit(true_deg: ArrayLike, limit_deg: float = LABEL_LIMIT_DEG) -> NDArray[np.bool_]:
    """Which samples the protocols keep: every true angle at most `limit_deg` in magnitude. (N, 3) -> (N,)."""
    return np.all(np.abs(np.asarray(true_deg, dtype=np.float64)) <= limit_deg, axis=-1)


def euler_errors(predicted_deg: ArrayLike, true_deg: ArrayLike) -> NDArray[np.float64]:
    """Absolute differences per angle in degrees, as the paper counts them: no wrap at 180. (N, 3) twice -> (N, 3)."""
    return np.abs(np.asarray(predicted_deg, dtype=np.float64) - np.asarray(true_deg, dtype=np.float64))


def geodesic_errors(predicted_deg: ArrayLike, true_deg: ArrayLike) -> NDArray[np.float64]:
    """Angle of the rotation that takes the predicted pose to the true one, in degrees. (N, 3), (N, 3) -> (N,)."""
    return rotation_distances_deg(rotation_from_angles(predicted_deg), rotation_from_angles(true_deg))


def rotation_distances_deg(one: NDArray, other: NDArray) -> NDArray[np.float64]:
    """Angle of the rotation that leads from one to the other, in degrees. Rotations (..., 3, 3) twice -> (...)."""
    # ||R1 - R2||_F = 2 sqrt(2) sin(angle / 2): exact near zero, where an arc cosine of the trace is not.
    half_sine = np.linalg.norm(one - other, axis=(-2, -1)) / np.sqrt(8.0)
    return np.rad2deg(2.0 * np.arcsin(np.clip(half_sine, 0.0, 1.0)))


def axis_errors(predicted_deg: ArrayLike, true_deg: ArrayLike) -> NDArray[np.float64]:
    """Angles between the predicted and true left, down and front vectors in degrees. (N, 3), (N, 3) -> (N, 3).

    Their mean over samples and axes is MAEV (Cao et al., WACV 2021, "A Vector-based Representation to Enhance Head Pose
    Estimation").
    """
    predicted, true = rotation_from_angles(predicted_deg), rotation_from_angles(true_deg)
    half_sine = np.linalg.norm(predicted - true, axis=-2) / 2.0  # chord between unit columns
    return np.rad2deg(2.0 * np.arcsin(np.clip(half_sine, 0.0, 1.0)))


@dataclass(frozen=True)
class ErrorSummary:
    """Error measures of one model on one set, all in degrees but the shares.

    Attributes:
        samples: number of samples counted.
        yaw, pitch, roll: mean absolute errors per angle.
        mae: their mean, the figure of the paper's tables.
        geodesic: mean geodesic error.
        maev: mean angle between the three axes.
        shares: {limit in degrees: share of samples whose three Euler errors average to at most it}.
        bias: mean signed error (predicted - true) of yaw, pitch, roll.
        by_yaw: {"0-30": MAE of the samples with |true yaw| in that bin, NaN where there is none}.
        samples_by_yaw: {"0-30": their number}.
    """

    samples: int
    yaw: float
    pitch: float
    roll: float
    mae: float
    geodesic: float
    maev: float
    shares: dict[int, float]
    bias: tuple[float, float, float]
    by_yaw: dict[str, float]
    samples_by_yaw: dict[str, int]


def yaw_bins(yaw_deg: ArrayLike) -> dict[str, NDArray[np.bool_]]:
    """Which samples lie in which bin of |yaw|. (N,) -> {"0-30": (N,), ...}.

    Bins are closed below; the last one takes all that lies beyond, so that no sample is lost.
    """
    magnitude, last = np.abs(np.asarray(yaw_deg, dtype=np.float64)), YAW_BINS_DEG[-1][1]
    return {
        f"{low}-{high}": (magnitude >= low) & (magnitude < (np.inf if high == last else high))
        for low, high in YAW_BINS_DEG
    }


def summarize(predicted_deg: ArrayLike, true_deg: ArrayLike, roll_labelled: bool = True) -> ErrorSummary:
    """All error measures of one model on one set.

    Args:
        predicted_deg: (N, 3) yaw, pitch, roll in degrees.
        true_deg: (N, 3) likewise. Filter by `within_limit` before.
        roll_labelled: False where the labels have no roll: what needs it is NaN, means are over yaw and pitch.

    Raises:
        ValueError: when the shapes differ or there is no sample.
    """
    predicted, true = np.asarray(predicted_deg, dtype=np.float64), np.asarray(true_deg, dtype=np.float64)
    if predicted.shape != true.shape or true.ndim != 2 or true.shape[1] != 3 or len(true) == 0:
        raise InputError(
            f"Errors need two equal (N, 3) arrays, N > 0; got predictions {predicted.shape}, labels {true.shape}."
        )
    errors = euler_errors(predicted, true)
    per_sample = errors[:, : 3 if roll_labelled else 2].mean(axis=1)
    yaw, pitch, roll = errors.mean(axis=0)
    bias = [float(angle) for angle in (predicted - true).mean(axis=0)]
    bins = yaw_bins(true[:, 0])
    of_roll = 1.0 if roll_labelled else np.nan
    return ErrorSummary(
        samples=len(true),
        yaw=float(yaw),
        pitch=float(pitch),
        roll=float(of_roll * roll),
        mae=float(per_sample.mean()),
        geodesic=float(of_roll * geodesic_errors(predicted, true).mean()),
        maev=float(of_roll * axis_errors(predicted, true).mean()),
        shares={limit: float((per_sample <= limit).mean()) for limit in SHARE_LIMITS_DEG},
        bias=(bias[0], bias[1], of_roll * bias[2]),
        by_yaw={
            name: float(per_sample[chosen].mean()) if chosen.any() else float("nan") for name, chosen in bins.items()
        },
        samples_by_yaw={name: int(chosen.sum()) for name, chosen in bins.items()},
    )
