"""Anchors: the boxes that a network starts from, some at every cell of a picture.

Stride by stride, row by row, cell by cell, and there from small to large.
"""

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fsanet.dense.layout import cells

Anchors: TypeAlias = tuple[tuple[int, tuple[float, ...]], ...]  # each stride with the sides of its squares, in pixels


def octave(stride: int) -> tuple[float, ...]:
    """Sides in pixels of three anchors a third of an octave apart, from four strides on."""
    return tuple(4.0 * stride * 2.0 ** (third / 3) for third in range(3))


def count(anchors: Anchors, height: int, width: int) -> tuple[int, ...]:
    """How many anchors each stride has in a picture."""
    return tuple((height // stride) * (width // stride) * len(sides) for stride, sides in anchors)


@lru_cache(maxsize=32)
def anchor_boxes(anchors: Anchors, height: int, width: int) -> NDArray[np.float32]:
    """Centre x, centre y, width and height (N, 4) of every anchor, in pixels.

    Args:
        anchors: of the network.
        height, width: of the picture; multiples of the largest stride.

    Raises:
        InputError: for another size.
    """
    grid = cells(height, width, tuple(stride for stride, _ in anchors))
    levels = []
    for stride, sides in anchors:
        centres = np.repeat(grid[grid[:, 2] == stride, :2], len(sides), axis=0)
        lengths = np.tile(np.array(sides, np.float32), len(centres) // len(sides))
        levels.append(np.column_stack([centres, lengths, lengths]))
    boxes = np.concatenate(levels).astype(np.float32)
    boxes.flags.writeable = False  # one array for all callers
    return boxes
