"""The cells of a picture, stride by stride and row by row, and the columns of numbers that each of them has.

A network with one prediction a cell looks there.

A prediction (..., 21): score (a logit), box, five points, two columns of a rotation.
A target (..., 25): positive, ignored, box, five points, the rotation whole.
Networks that learn a mesh have 68 vertices (x, y, z) behind either. Where cells answer for faces (`scout`), a
prediction has three logits more, one for each of `MASKS`, and a target the number of one of them.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError

SCORE = 0
BOX = slice(1, 5)
POINTS = slice(5, 15)
ROTATION_6D = slice(15, 21)
PREDICTION_SIZE = 21
MESH = slice(21, 225)
MASK = slice(21, 24)
CELL_PREDICTION_SIZE = 24

POSITIVE = 0  # 1 where a face is to be found
IGNORED = 1  # 1 where either answer is right: a face hardly seen, or one of another size
TARGET_BOX = slice(2, 6)
TARGET_POINTS = slice(6, 16)
TARGET_ROTATION = slice(16, 25)
TARGET_SIZE = 25
TARGET_MESH = slice(25, 229)
TARGET_MASK = 25
CELL_TARGET_SIZE = 26

STRIDES = (8, 16, 32)

MASKS = ("none", "worn", "below nose")  # what covers a mouth; a mask below the chin and a clear shield cover none


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
