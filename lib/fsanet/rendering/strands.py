"""Strands: hair, brows, beards and wires as polylines of equal point count, and how hair grows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import gaussian_filter, map_coordinates

POINTS = 9  # of every strand


@dataclass(frozen=True)
class Strands:
    """Polylines in the head's frame.

    Attributes:
        points: (S, POINTS, 3) float32, decimetres, roots first.
        widths: (S, POINTS) float32, decimetres.
        colours: (S, 3) float32 linear RGB.
        roots: (S,) skin vertex that carries each strand when the face moves, -1 for none.
        wire: (S,) bool, drawn as shiny solid instead of hair.
    """

    points: np.ndarray
    widths: np.ndarray
    colours: np.ndarray
    roots: np.ndarray
    wire: np.ndarray

    def __len__(self) -> int:
        return len(self.points)


def make_strands(
    points: ArrayLike, widths: ArrayLike, colours: ArrayLike, roots: ArrayLike | None = None, wire: bool = False
) -> Strands:
    """Strands of one kind; `widths` and `colours` are broadcast, `roots` None means fixed to the skull."""
    spots = np.asarray(points, np.float32)
    count = len(spots)
    return Strands(
        spots,
        np.broadcast_to(np.asarray(widths, np.float32), (count, POINTS)),
        np.broadcast_to(np.asarray(colours, np.float32), (count, 3)),
        np.full(count, -1) if roots is None else np.asarray(roots, int),
        np.full(count, wire),
    )


def join_strands(parts: list[Strands]) -> Strands:
    """All strands in one; none at all give an empty one."""
    parts = parts or [make_strands(np.zeros((0, POINTS, 3)), 0.0, 0.0)]
    names = ("points", "widths", "colours", "roots", "wire")
    return Strands(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


class SkullMap:
    """The head as a smooth radius over directions, for keeping hair outside and hats on.

    Args:
        points: (N, 3) surface points of the cranium, face and neck included, ears not.
        centre: (3,) point inside that all of them are seen from.
    """

    _ROWS, _COLUMNS = 24, 48

    def __init__(self, points: np.ndarray, centre: np.ndarray):
        self.centre = np.asarray(centre, float)
        offset = points - self.centre
        radius = np.linalg.norm(offset, axis=1)
        row, column = self._cells(offset / radius[:, None])
        row, column = row.astype(int) % self._ROWS, column.astype(int) % self._COLUMNS
        total, count = np.zeros((2, self._ROWS, self._COLUMNS))
        np.add.at(total, (row, column), radius)
        np.add.at(count, (row, column), 1.0)
        mode = ("nearest", "wrap")
        total, count = (
            gaussian_filter(a, 0.9, mode=mode) + 1e-3 * gaussian_filter(a, 4, mode=mode) for a in (total, count)
        )
        self.radius = total / count

    def _cells(self, direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        polar = np.arccos(np.clip(direction[..., 1], -1, 1)) / np.pi
        around = np.arctan2(direction[..., 0], direction[..., 2]) / (2 * np.pi) + 0.5
        return polar * self._ROWS, around * self._COLUMNS

    def radius_at(self, direction: np.ndarray) -> np.ndarray:
        """Radius (...,) of the head in unit directions (..., 3)."""
        row, column = self._cells(direction)
        row = np.clip(row - 0.5, 0, self._ROWS - 1)
        padded = np.pad(self.radius, ((0, 0), (1, 1)), mode="wrap")
        return map_coordinates(padded, [row, column + 0.5], order=1, mode="nearest")


def surface_samples(
    rng: np.random.Generator, vertices: np.ndarray, triangles: np.ndarray, density: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Random places on a mesh.

    Args:
        rng: randomness.
        vertices: (V, 3).
        triangles: (T, 3).
        density: (V,) how likely a place is, per area.
        count: how many.

    Returns:
        Corner vertices (count, 3) and their weights (count, 3).
    """
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    share = np.linalg.norm(np.cross(b - a, c - a), axis=1) * density[triangles].mean(axis=1)
    chosen = rng.choice(len(triangles), count, p=share / share.sum())
    u = rng.random((count, 2))
    u = np.where(u.sum(axis=1, keepdims=True) > 1, 1 - u, u)
    return triangles[chosen], np.column_stack([1 - u.sum(axis=1), u])


def at_samples(values: np.ndarray, corners: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Values (V, K) at the places of `surface_samples`, (count, K)."""
    return np.einsum("nck,nc->nk", values[corners], weights)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) of length 1."""
    length = np.sqrt(np.einsum("...k,...k->...", vectors, vectors))  # several times faster than np.linalg.norm
    return vectors / (length[..., None] + 1e-9)
