"""How much each labelled source sample counts, by the poses that the unlabelled target seems to have.

Distances are those of rotations, so that no order of axes and no gimbal lock has a part in them.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.pose.angles import rotation_from_angles

_SATURATION_SHARE = 0.5  # of the target poses' spread: beyond that distance a source sample of PADA-like counts nothing


def neighbour_counts(source_deg: NDArray, target_deg: NDArray, neighbours: int) -> NDArray[np.float64]:
    """W of PADACO (Kuhnke and Ostermann, ICCV 2019, algorithm 1): how often a source sample is among the nearest.

    Args:
        source_deg: (S, 3) labels, yaw, pitch, roll in degrees.
        target_deg: (T, 3) poses that the network reads in the target.
        neighbours: N_n, how many nearest source samples each target pose counts; at most S.

    Returns:
        (S,) counts; their sum is T times N_n.
    """
    from scipy.spatial import KDTree

    most = min(neighbours, len(source_deg))
    _, nearest = KDTree(_flat(source_deg)).query(_flat(target_deg), k=most)
    return np.bincount(np.asarray(nearest).ravel(), minlength=len(source_deg)).astype(np.float64)


def distance_weights(source_deg: NDArray, target_deg: NDArray, neighbours: int) -> NDArray[np.float64]:
    """max(0, t - distance to the nearest target pose) of "PADA-like" in the same paper, as a share of t.

    The paper does not say t: here it is the mean distance of a target pose to the middle of all, divided by the root of
    two. Distances are those of the nine numbers of two rotation matrices. `neighbours` has no part.
    """
    from scipy.spatial import KDTree

    target = _flat(target_deg)
    nearest, _ = KDTree(target).query(_flat(source_deg), k=1)
    middle = target.mean(axis=0)
    limit = max(_SATURATION_SHARE * np.sqrt(2.0) * np.linalg.norm(target - middle, axis=1).mean(), 1e-6)
    return np.maximum(0.0, 1.0 - np.asarray(nearest) / limit)


WEIGHTINGS: dict[str, Callable[[NDArray, NDArray, int], NDArray[np.float64]]] = {
    "neighbours": neighbour_counts,
    "distance": distance_weights,
    "": lambda source_deg, target_deg, neighbours: np.ones(len(source_deg)),
}


def counts_by(weighting: str, source_deg: NDArray, target_deg: NDArray, neighbours: int) -> NDArray[np.float64]:
    """How much each source sample counts by a name of `WEIGHTINGS`, "" for evenly. (S,), not all of them 0.

    Raises:
        InputError: when no sample counts.
    """
    counts = WEIGHTINGS[weighting](source_deg, target_deg, neighbours)
    if not counts.any():
        raise InputError(
            f"None of the {len(counts):,} source samples counts: all are too far from the poses that the network reads "
            "in the target. Name a source (--set) whose poses reach there, or another --method, such as padaco."
        )
    return counts


def effective_samples(weights: NDArray[np.float64]) -> float:
    """Kish's effective sample size, (sum w)^2 / sum w^2: as many equal samples say as much."""
    return float(weights.sum() ** 2 / max(np.square(weights).sum(), 1e-12))


def _flat(poses_deg: NDArray) -> NDArray[np.float64]:
    """(N, 9): distances of these grow with the angle between the rotations."""
    return rotation_from_angles(poses_deg).reshape(-1, 9)
