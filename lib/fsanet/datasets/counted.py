"""Which samples of a set count, in training and in testing alike."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.protocols import SETS
from fsanet.datasets.twins import plain_name
from fsanet.pose.errors import LABEL_LIMIT_DEG, within_limit


def which_count(
    path: Path, poses_deg: NDArray[np.float64], limit_deg: float = LABEL_LIMIT_DEG
) -> tuple[NDArray[np.bool_], list[str]]:
    """Which samples of a set count, and the rules in words.

    Args:
        path: the npz; a twin has the rules of its set.
        poses_deg: (N, 3) yaw, pitch, roll.
        limit_deg: the largest angle of the protocol.

    Returns:
        (N,) and a few words a rule.
    """
    kept, words = within_limit(poses_deg, limit_deg), [f"every |angle| <= {limit_deg:g}"]
    info = SETS.get(plain_name(path.stem))
    if info and info.pitch_limit_deg < limit_deg:
        kept &= np.abs(poses_deg[:, 1]) <= info.pitch_limit_deg
        words.append(f"|pitch| <= {info.pitch_limit_deg:g}")
    return kept, words
