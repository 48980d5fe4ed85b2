"""The skin of a face unrolled around an upright axis: where it lies at an angle and a height.

A mask hangs on the face as paper around a can, so angle and height are its natural coordinates. The chart belongs to
the base head; a person's face is read at the same places of its own mesh.
"""

import functools

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from fsanet.rendering.head_pack import Part, head_pack
from fsanet.rendering.raster import NOTHING, draw_triangles
from fsanet.rendering.shape import mean_head
from fsanet.rendering.strands import unit

AXIS_Z = 0.45  # decimetres in front of the base head's origin
_WIDEST_DEG, _PER_DEG = 112.0, 0.5  # columns per degree
_LOWEST, _HIGHEST, _PER_DM = 5.5, 7.95, 40.0  # rows per decimetre


def _cells(theta_deg: NDArray, y: NDArray) -> tuple[NDArray, NDArray]:
    """Column and row, counted from the middle of the first cell."""
    return (theta_deg + _WIDEST_DEG) * _PER_DEG, (_HIGHEST - y) * _PER_DM


@functools.cache
def _places() -> tuple[NDArray, NDArray]:
    """Vertices (rows, columns, 3) of the triangle under each cell, and their weights."""
    pack = head_pack()
    x, y, z = pack.vertices.astype(np.float64).T
    theta, radius = np.degrees(np.arctan2(x, z - AXIS_Z)), np.hypot(x, z - AXIS_Z)
    usable = (pack.inside_mouth < 0.4) & (pack.ears < 0.3) & (np.abs(theta) < _WIDEST_DEG + 10)
    triangles = pack.triangles[(pack.parts == Part.SKIN) & usable[pack.triangles].all(axis=1)]
    column, row = _cells(theta, y)
    # A nearly constant depth keeps the weights linear; the outermost skin still wins.
    screen = np.column_stack([column + 0.5, row + 0.5, 1 + 1e-3 * radius]).astype(np.float32)
    shape = int((_HIGHEST - _LOWEST) * _PER_DM) + 1, int(2 * _WIDEST_DEG * _PER_DEG) + 1
    depth, weights = np.zeros(shape, np.float32), np.zeros((*shape, 2), np.float32)
    ids = np.full(shape, NOTHING, np.int32)
    draw_triangles(screen, triangles, 0, 0, depth, ids, weights)
    near = distance_transform_edt(ids == NOTHING, return_distances=False, return_indices=True)
    second, third = np.moveaxis(weights[tuple(near)], -1, 0)
    return triangles[ids[tuple(near)]], np.stack([1 - second - third, second, third], axis=-1)


def outward(points: NDArray) -> NDArray:
    """Unit vectors (..., 3) from the axis to points."""
    out = points - np.array([0, 0, AXIS_Z], points.dtype)
    out[..., 1] = 0
    return unit(out)


class FaceChart:
    """A face's skin over angle and height.

    Args:
        skin: (V, 3) the vertices of a head in the order of the pack.
    """

    def __init__(self, skin: NDArray):
        corners, weights = _places()
        self.points = np.einsum("rck,rckd->rcd", weights, skin[corners]).astype(np.float32)

    def at(self, theta_deg: NDArray, y: NDArray) -> NDArray[np.float32]:
        """Points (R, C, 3) of the skin at angles to the person's left and heights of the base head, (R, C) each."""
        column, row = _cells(np.asarray(theta_deg, np.float32), np.asarray(y, np.float32))
        return cv2.remap(self.points, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


@functools.cache
def mean_chart() -> FaceChart:
    """The chart of the mean head."""
    return FaceChart(mean_head())
