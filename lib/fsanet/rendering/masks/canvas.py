"""Drawing a sheet with its colours and opacity, the side that faces away left out."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fsanet.rendering.masks.sheet import sheet_triangles
from fsanet.rendering.raster import NOTHING, draw_triangles


def draw_sheet(canvas: NDArray, screen: NDArray, values: NDArray) -> None:
    """Lay a sheet over a canvas, in place.

    Args:
        canvas: (h, w, 4) float32, colour times opacity, and opacity.
        screen: (R, C, 3) pixel x, pixel y (0.5 is the middle of the first pixel) and a positive nearness.
        values: (R, C, 4) as on the canvas.
    """
    triangles = sheet_triangles(screen.shape[:2])
    depth, weights = np.zeros(canvas.shape[:2], np.float32), np.zeros((*canvas.shape[:2], 2), np.float32)
    ids = np.full(canvas.shape[:2], NOTHING, np.int32)
    flat = np.ascontiguousarray(screen.reshape(-1, 3), np.float32)
    draw_triangles(flat, triangles, len(triangles), 0, depth, ids, weights)
    _lay(canvas.reshape(-1, 4), ids.ravel(), weights.reshape(-1, 2), triangles, np.float32(values).reshape(-1, 4))


@njit(cache=True)
def _lay(canvas: np.ndarray, ids: np.ndarray, weights: np.ndarray, triangles: np.ndarray, values: np.ndarray) -> None:
    """Lay what triangles `ids` show of `values` over the pixels (P, 4) of a canvas, the last channel being opacity."""
    drawn = np.empty(4, np.float32)
    for pixel in range(ids.shape[0]):
        if ids[pixel] < 0:
            continue
        l1, l2 = weights[pixel, 0], weights[pixel, 1]
        l0 = 1.0 - l1 - l2
        a, b, c = triangles[ids[pixel], 0], triangles[ids[pixel], 1], triangles[ids[pixel], 2]
        for k in range(4):
            drawn[k] = l0 * values[a, k] + l1 * values[b, k] + l2 * values[c, k]
        clear = np.float32(1) - drawn[3]
        for k in range(4):
            canvas[pixel, k] = drawn[k] + canvas[pixel, k] * clear
