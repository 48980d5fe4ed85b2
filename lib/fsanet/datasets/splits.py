"""Splitting a set so that copies of one face never sit on both sides, the same way on any day and machine."""

import hashlib
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.errors import InputError


class Split(NamedTuple):
    """Indices of the samples on each side, ascending."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]


def split_by_source(source: ArrayLike, share: float, seed: int = 0) -> Split:
    """Hold out about `share` of the samples, whole sources at a time.

    Sources are ordered by the SHA-256 of seed and name, and taken while that brings the held out samples nearer to the
    share. A source therefore stays on its side when others are added, unless it lies at the border.

    Args:
        source: (N,) names; equal names stay together.
        share: of the samples to hold out, between 0 and 1.
        seed: other seeds, other splits.

    Raises:
        ValueError: when the share is not between 0 and 1, or when there are fewer than two sources.
    """
    if not 0 < share < 1:
        raise InputError(f"The validation share must lie between 0 and 1, got {share}.")
    names, which, counts = np.unique(np.asarray(source, np.str_), return_inverse=True, return_counts=True)
    if len(names) < 2:
        raise InputError(f"{len(names)} source cannot be split into training and validation; two are the least.")
    order = sorted(range(len(names)), key=lambda index: _drawn(seed, str(names[index])))
    total = np.cumsum(counts[order])
    taken = 1 + int(np.argmin(np.abs(total[:-1] - share * total[-1])))
    held_out = np.isin(which, order[:taken])
    return Split(np.flatnonzero(~held_out), np.flatnonzero(held_out))


def _drawn(seed: int, name: str) -> bytes:
    """A number of a name that need be no UTF-8, as those of files."""
    return hashlib.sha256(f"{seed}/{name}".encode("utf-8", "surrogatepass")).digest()
