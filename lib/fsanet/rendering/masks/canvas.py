"""Drawing a sheet with its colours and opacity, the side that faces away left out."""

import numpy as np
from numpy.typing import NDArray

from fsanet.rendering.masks.sheet import sheet_triangles
from fsanet.rendering.raster import NOTHING, draw_triangles, gather


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
    pixels = np.flatnonzero(ids.ravel() >= 0)
    drawn = gather(ids, weights, pixels, triangles, np.ascontiguousarray(values.reshape(-1, 4), np.float32))
    below = canvas.reshape(-1, 4)
    below[pixels] = drawn + below[pixels] * (1 - drawn[:, 3:])
