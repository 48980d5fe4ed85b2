"""A mask in the frame of a head: a sheet, a grid of points from its top edge to its bottom edge, and its straps."""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from fsanet.rendering.masks.chart import AXIS_Z, FaceChart, outward
from fsanet.rendering.masks.kinds import SHIELD
from fsanet.rendering.masks.look import MaskLook
from fsanet.rendering.noise import noise
from fsanet.rendering.pieces import grid_triangles
from fsanet.rendering.raster import vertex_normals
from fsanet.rendering.strands import POINTS

COARSE = (11, 17)  # rows, columns of the grid that the shape is computed on
_OFF_SKIN, _LEAST_OFF_SKIN = 0.025, 0.012
_PLEAT = 0.022
_STRAP_OFF_SKIN = 0.02
_EAR = ((88.0, 7.22), (86.0, 6.92))  # angle and height where the upper and the lower loop pass behind the ear
_HEAD = ((104.0, 7.62), (104.0, 6.55))  # where straps around the head go out of sight


@dataclass(frozen=True)
class Sheet:
    """A mask's surface.

    Attributes:
        coarse: (11, 17, 3) points without folds, decimetres.
        points: (R, C, 3) points with them; columns run to the person's left, rows down.
        across: (R, C) -1..1.
        down: (R, C) 0..1.
    """

    coarse: NDArray
    points: NDArray
    across: NDArray
    down: NDArray


def finer(grid: NDArray, shape: tuple[int, int]) -> NDArray:
    """A coarse grid (r, c, K) at more points (R, C, K), corners on corners."""
    places = _places_on(grid.shape[:2], shape)
    return cv2.remap(grid.astype(np.float32), *places, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


@functools.cache
def _places_on(coarse: tuple[int, int], shape: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Columns and rows of a coarse grid at the points of a finer one, (R, C) each."""
    across, down = unit_grid(shape)
    return (across + 1) * np.float32((coarse[1] - 1) / 2), down * np.float32(coarse[0] - 1)


@functools.cache
def unit_grid(shape: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Places across -1..1 and down 0..1 of a grid, (R, C) each, not to be written to."""
    across, down = np.meshgrid(
        np.linspace(-1, 1, shape[1], dtype=np.float32), np.linspace(0, 1, shape[0], dtype=np.float32)
    )
    across.flags.writeable = down.flags.writeable = False
    return across, down


@functools.cache
def sheet_triangles(shape: tuple[int, int]) -> NDArray[np.int32]:
    """Triangles of a sheet's points, which face away from the head."""
    return grid_triangles(*shape).astype(np.int32)


def make_sheet(look: MaskLook, chart: FaceChart, shape: tuple[int, int]) -> Sheet:
    """Hang a mask on a face.

    Args:
        look: the mask.
        chart: the face.
        shape: rows and columns of the result.
    """
    across, down = unit_grid(shape)
    make = _shield if look.kind == SHIELD else _draped
    coarse = make(look, chart, *unit_grid(COARSE))
    points = finer(coarse, shape)
    if look.kind != SHIELD:
        out = outward(points)
        inside = ((chart.at(across * look.half_width_deg, _heights(look, across, down)) - points) * out).sum(axis=-1)
        lift = np.maximum(_folds(look, points, across, down), inside + _LEAST_OFF_SKIN)
        points = points + out * lift[..., None]
    return Sheet(coarse, points, across, down)


def _heights(look: MaskLook, across: NDArray, down: NDArray) -> NDArray:
    """Heights (R, C) on the base head of places on a mask."""
    side = np.abs(across)
    top = look.top + (look.side_top - look.top) * side**look.top_power
    bottom = look.bottom + (look.side_bottom - look.bottom) * side**look.bottom_power
    return top + (bottom - top) * down


def _draped(look: MaskLook, chart: FaceChart, across: NDArray, down: NDArray) -> NDArray:
    """A sheet pulled tight over nose and chin, its middle standing off."""
    skin = chart.at(across * look.half_width_deg, _heights(look, across, down)).astype(np.float64)
    out = outward(skin)
    radius = (skin * out).sum(axis=-1) - AXIS_Z * out[..., 2]
    tight = _taut(np.ascontiguousarray(skin[..., 1].T), np.ascontiguousarray(radius.T)).T.copy()
    wide = _taut(across.astype(np.float64), tight)
    loose = np.clip(down * 4, 0, 1)  # the top edge follows the nose
    tight = tight + (np.minimum(wide, tight + 0.2) - tight) * loose
    profile = (1 - look.ridge) * (1 - across**2) + look.ridge * (1 - np.abs(across)) ** 1.2
    standing = look.off * profile * np.sin(np.pi * np.clip(down, 0, 1) ** 0.8)
    return skin + out * (tight - radius + standing + _OFF_SKIN)[..., None]


@njit(cache=True)
def _taut(along, radius):
    """The upper hull of each row of (L, K) radii over places that run one way."""
    hull = radius.copy()
    for line in range(radius.shape[0]):
        x, r = along[line], radius[line]
        for i in range(len(r)):
            for j in range(i + 2, len(r)):
                slope = (r[j] - r[i]) / (x[j] - x[i]) if abs(x[j] - x[i]) > 1e-6 else 0.0
                for k in range(i + 1, j):
                    hull[line, k] = max(hull[line, k], r[i] + slope * (x[k] - x[i]))
    return hull


def _shield(look: MaskLook, chart: FaceChart, across: NDArray, down: NDArray) -> NDArray:
    """A clear plate bent around the face, off its nose and chin."""
    foremost = float(chart.at(np.zeros((1, 9)), np.linspace(6.2, 7.0, 9)[None])[..., 2].max())
    angle = np.radians(across * look.half_width_deg)
    depth = foremost - AXIS_Z + 0.12 + look.off + 0.12 * (down - 0.5)
    height = _heights(look, across, down)
    return np.stack([0.98 * np.sin(angle), height, AXIS_Z + depth * np.cos(angle)], axis=-1)


def _folds(look: MaskLook, points: NDArray, across: NDArray, down: NDArray) -> NDArray:
    """How far pleats and creases lift the sheet, (R, C)."""
    inner = np.clip((1 - np.abs(across)) * 6, 0, 1) * np.clip(np.minimum(down, 1 - down) * 8, 0, 1)
    flat = points.reshape(-1, 3)
    creases = noise(flat * np.array([1.0, 2.0, 1.0], np.float32), 2.5, look.seed).reshape(across.shape)
    lift = look.crumple * creases
    if look.pleats:
        phase = np.mod((down - 0.18) / 0.64 * look.pleats, 1.0)
        lift = lift + _PLEAT * (phase - 0.5) * ((down > 0.18) & (down < 0.82))
    return lift * inner


def sheet_normals(points: NDArray) -> NDArray:
    """Unit normals (R, C, 3) that point away from the face."""
    flat = np.ascontiguousarray(points.reshape(-1, 3), dtype=np.float32)
    return vertex_normals(flat, sheet_triangles(points.shape[:2])).reshape(points.shape)


def lay_straps(look: MaskLook, sheet: Sheet, chart: FaceChart) -> NDArray:
    """Lines (4, POINTS, 3) in the frame of the head, or none (0, POINTS, 3) for a shield, whose band holds it."""
    if look.kind == SHIELD:
        return np.zeros((0, POINTS, 3))
    ends = np.array(_HEAD if look.on_head else _EAR)
    rows = (np.array([0.12, 0.88]) * (len(sheet.points) - 1)).round().astype(int)
    corners = np.concatenate([sheet.points[rows, -1], sheet.points[rows, 0]]).astype(np.float64)
    side = np.array([1, 1, -1, -1])
    start_deg = np.degrees(np.arctan2(corners[:, 0], corners[:, 2] - AXIS_Z))
    end_deg, end_height = side * ends[[0, 1, 0, 1], 0], ends[[0, 1, 0, 1], 1]
    share = np.linspace(0, look.reach, POINTS)
    angle = start_deg[:, None] + share * (end_deg - start_deg)[:, None]
    height = corners[:, 1, None] + share * (end_height - corners[:, 1])[:, None]
    lines = chart.at(angle, height).astype(np.float64)
    lines += outward(lines) * _STRAP_OFF_SKIN
    lines[:, 0] = corners
    return lines
