"""Random numbers of one batch, drawn in one go.

A step needs a handful of numbers a sample. One draw of a table costs a backend as much as one draw of a single column,
and noise for every pixel would cost more than all else: it comes from a fixed bank.
"""

from functools import lru_cache

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.tensors import Tensor
from fsanet.together import own_rows

_COLUMNS = 64
_BANK = 256  # noise images; with their negatives and random levels enough for any training


class Chance:
    """Columns of independent uniform numbers, one row a sample, handed out in order.

    Args:
        samples: N.
        seed: a `keras.random.SeedGenerator`, whose state moves on.
    """

    def __init__(self, samples: int, seed: keras.random.SeedGenerator):
        self.samples = samples
        self._table = own_rows(samples, lambda rows: keras.random.uniform((rows, _COLUMNS), seed=seed))
        self._used = 0

    def uniform(self, low: float = 0.0, high: float = 1.0) -> Tensor:
        """(N,) float32 in [low, high)."""
        if self._used == _COLUMNS:
            raise InputError(f"A recipe may draw {_COLUMNS} numbers a sample; raise _COLUMNS for more.")
        column = self._table[:, self._used]
        self._used += 1
        return low + (high - low) * column

    def happens(self, probability: float) -> Tensor:
        """(N,) bool."""
        return self.uniform() < probability

    def integer(self, high: int | Tensor) -> Tensor:
        """(N,) int32 in 0..high - 1; `high` is a number or (N,) int32."""
        drawn = ops.cast(ops.floor(self.uniform() * ops.cast(high, "float32")), "int32")
        return ops.minimum(drawn, high - 1)  # the product may round up to `high`

    def factor(self, largest: float) -> Tensor:
        """(N,) in 1 / largest .. largest, as likely above 1 as below."""
        return ops.exp(self.uniform(-1.0, 1.0) * ops.log(largest))

    def noise(self, side: int) -> Tensor:
        """(N, side, 3 side) float32 of a standard normal distribution from the bank, equal in the three channels."""
        drawn = ops.take(_noise_bank(side), self.integer(_BANK), axis=0)
        sign = ops.where(self.happens(0.5), 1.0, -1.0)
        return drawn * sign[:, None, None]


@lru_cache(maxsize=4)
def _noise_bank(side: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal((_BANK, side, side), dtype=np.float32).repeat(3, axis=2)
