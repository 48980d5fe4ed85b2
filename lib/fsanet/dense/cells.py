"""The cells of a picture: where a network with one prediction a cell looks, stride by stride, row by row."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError

STRIDES = (8, 16, 32)


@lru_cache(maxsize=32)
def cells(height: int, width: int, strides: tuple[int, ...] = STRIDES) -> NDArray[np.float32]:
    """Centre x, centre y and stride (N, 3) of every cell, in pixels.

    Args:
        height, width: of the picture; multiples of the largest stride.
        strides: pixels a cell.

    Raises:
        InputError: for another size.
    """
    if height % max(strides) or width % max(strides):
        raise InputError(f"a picture's sides are multiples of {max(strides)} pixels, got {width}x{height}")
    levels = []
    for stride in strides:
        y, x = np.mgrid[0 : height // stride, 0 : width // stride]
        levels.append(np.stack([(x + 0.5) * stride, (y + 0.5) * stride, np.full(x.shape, stride)], axis=-1))
    grid = np.concatenate([level.reshape(-1, 3) for level in levels]).astype(np.float32)
    grid.flags.writeable = False  # one array for all callers
    return grid
