"""Training targets: which cell answers for which face, and with what numbers.

A face belongs to the stride that suits its size, and there to the cells near its middle. Faces that are hardly seen,
or lie between two strides, are ignored where either answer is right.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.dense import layout
from fsanet.dense.layout import STRIDES, cells


class Assignment(NamedTuple):
    """Rules of the assignment.

    Attributes:
        upper_px: for each stride the largest face that belongs to it, side of a square of equal area.
        overlap: a face so many times beyond a stride's range is ignored there.
        reach: of the positive cells around the middle, in sides of the face ...
        least_cells, most_cells: ... but at least and at most so many cells.
        shown, ignored: shares of a face that must be seen to be found, and to be ignored.
        least_px: smaller faces are ignored.
    """

    upper_px: tuple[float, ...] = (40.0, 88.0, np.inf)
    overlap: float = 2.0
    reach: float = 0.3
    least_cells: float = 0.75
    most_cells: float = 1.5
    shown: float = 0.55
    ignored: float = 0.1
    least_px: float = 9.0


RULES = Assignment()


def targets(
    size: tuple[int, int],
    boxes_xyxy: NDArray,
    points_xy: NDArray,
    rotation: NDArray,
    shown: NDArray,
    mask: NDArray,
    rules: Assignment = RULES,
) -> NDArray[np.float32]:
    """Targets (N, 26) of a picture, in the order of `cells`; the columns are those of `layout`.

    Box: distances from the cell's centre to the left, top, right and bottom, in strides. Points: offsets from the
    centre in sides of the face.

    Args:
        size: (height, width) of the picture, multiples of 32.
        boxes_xyxy: (F, 4) pixels.
        points_xy: (F, 5, 2) pixels.
        rotation: (F, 3, 3).
        shown: (F,) share of each face that is seen.
        mask: (F,) number of what it wears, one of `layout.MASKS`.
        rules: of the assignment.
    """
    grid = cells(*size)
    target = np.zeros((len(grid), layout.CELL_TARGET_SIZE), np.float32)
    areas = np.prod(boxes_xyxy[:, 2:] - boxes_xyxy[:, :2], axis=1)
    for face in np.argsort(-areas):  # a small face before a large one keeps its cells
        if shown[face] <= rules.ignored:
            continue
        side = float(np.sqrt(areas[face]))
        near, inside = _where(grid, boxes_xyxy[face], side, rules)
        wanted = shown[face] >= rules.shown and side >= rules.least_px
        level = _stride_of(side, rules)
        for stride, lower, upper in zip(STRIDES, (0.0, *rules.upper_px), rules.upper_px, strict=False):
            at = grid[:, 2] == stride
            if wanted and stride == level:
                _fill(target, near & at, grid, boxes_xyxy[face], points_xy[face], rotation[face], side)
                target[near & at, layout.TARGET_MASK] = mask[face]
            elif not wanted or lower / rules.overlap <= side < upper * rules.overlap:
                target[inside & at & (target[:, layout.POSITIVE] == 0), layout.IGNORED] = 1
    return target


def _stride_of(side: float, rules: Assignment) -> int:
    return STRIDES[int(np.searchsorted(rules.upper_px, side, side="right"))]


def _where(grid: NDArray, box: NDArray, side: float, rules: Assignment) -> tuple[NDArray, NDArray]:
    """Which cells are near the middle of a face, and which lie in its box."""
    middle, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
    off = np.abs(grid[:, :2] - middle)
    stride = grid[:, 2]
    radius = np.clip(rules.reach * side, rules.least_cells * stride, rules.most_cells * stride)
    return (off < radius[:, None]).all(axis=1), (off < half).all(axis=1)


def _fill(target: NDArray, at: NDArray, grid: NDArray, box: NDArray, points: NDArray, rotation: NDArray, side: float):
    centre, stride = grid[at, :2], grid[at, 2:]
    target[at, layout.POSITIVE] = 1
    target[at, layout.IGNORED] = 0
    target[at, layout.TARGET_BOX] = np.hstack([centre - box[:2], box[2:] - centre]) / stride
    target[at, layout.TARGET_POINTS] = ((points[None] - centre[:, None]) / side).reshape(-1, 10)
    target[at, layout.TARGET_ROTATION] = rotation.ravel()
