"""Solid pieces that a person wears or holds, and how they are cut from the head or spun around it."""

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fsanet.rendering.noise import noise
from fsanet.rendering.strands import SkullMap, unit


class Material(enum.IntEnum):
    """How a surface is shaded."""

    SKIN = 0
    EYE = 1
    TOOTH = 2
    FLESH = 3  # tongue, gums
    LASH = 4
    HAIR = 5
    CLOTH = 6
    PLASTIC = 7
    WIRE = 8


@dataclass(frozen=True)
class Piece:
    """A mesh in the frame of the base head.

    Attributes:
        vertices: (V, 3) float32.
        triangles: (T, 3) int32.
        colours: (V, 3) float32 linear RGB.
        material: how it is shaded.
        weave: amount of fine pattern in the colour.

    What lies below the jaw turns with the neck, the rest with the skull (`posing`).
    """

    vertices: np.ndarray
    triangles: np.ndarray
    colours: np.ndarray
    material: Material
    weave: float = 0.0


def make_piece(
    vertices: ArrayLike, triangles: ArrayLike, colour: ArrayLike, material: Material, weave: float = 0.0
) -> Piece:
    """A piece; one `colour` (3,) or one per vertex (V, 3)."""
    vertices = np.asarray(vertices, np.float32)
    colours = np.array(np.broadcast_to(np.asarray(colour, np.float32), vertices.shape))
    return Piece(vertices, np.asarray(triangles, np.int32), colours, material, weave)


def cut_out(triangles: np.ndarray, keep: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The part of a mesh whose corners are all kept: (used vertices, triangles counted among them)."""
    inside = triangles[keep[triangles].all(axis=1)]
    used = np.unique(inside)
    number = np.full(len(keep), -1)
    number[used] = np.arange(len(used))
    return used, number[inside]


@dataclass(frozen=True)
class Cut:
    """A part of a mesh, cut through its triangles.

    Attributes:
        first, second, share: (N,) every vertex lies on an edge of the mesh, `share` of the way from first to second.
        triangles: (T, 3) counted among the N.
    """

    first: np.ndarray
    second: np.ndarray
    share: np.ndarray
    triangles: np.ndarray

    def at(self, values: np.ndarray) -> np.ndarray:
        """Values (V, ...) of the mesh's vertices at the vertices of the part, (N, ...)."""
        share = self.share.reshape(-1, *[1] * (values.ndim - 1))
        return values[self.first] * (1 - share) + values[self.second] * share


def cut_along(triangles: np.ndarray, field: np.ndarray) -> Cut:
    """The part of a mesh where a field (V,) is positive, with an edge along its zero."""
    triangles = triangles[(field[triangles] > 0).any(axis=1)]
    inside = field[triangles] > 0
    count = inside.sum(axis=1)
    odd = np.argmax(inside == (count == 1)[:, None], axis=1)  # the corner that stands alone, if one does
    a, b, c = np.take_along_axis(triangles, (odd[:, None] + np.arange(3)) % 3, axis=1).T
    one, two, whole = (np.flatnonzero(count == k) for k in (1, 2, 3))
    corners = [  # each a pair of the mesh's vertices: where the field is zero between them, or one vertex twice
        [(a[one], a[one]), (a[one], b[one]), (a[one], c[one])],
        [(b[two], a[two]), (b[two], b[two]), (c[two], c[two])],
        [(b[two], a[two]), (c[two], c[two]), (c[two], a[two])],
        [(a[whole], a[whole]), (b[whole], b[whole]), (c[whole], c[whole])],
    ]
    pairs = np.concatenate([np.stack([np.stack(pair, axis=-1) for pair in three], axis=1) for three in corners])
    unique, number = np.unique(pairs.reshape(-1, 2), axis=0, return_inverse=True)
    first, second = unique.T
    share = np.where(first == second, 0.0, field[first] / np.where(first == second, 1.0, field[first] - field[second]))
    return Cut(first, second, share, number.reshape(-1, 3))


def smooth(values: np.ndarray, triangles: np.ndarray, rounds: int) -> np.ndarray:
    """Average (V, K) values with their neighbours on a mesh some times."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    a, b = np.concatenate([edges, edges[:, ::-1]]).T
    count = np.maximum(np.bincount(a, minlength=len(values)), 1)[:, None]
    for _ in range(rounds):
        around = np.stack([np.bincount(a, weights=column[b], minlength=len(values)) for column in values.T], axis=1)
        values = 0.5 * values + 0.5 * around / count
    return values


def grid_triangles(rows: int, columns: int, closed: bool = False) -> np.ndarray:
    """Triangles of a grid of rows x columns vertices; `closed` joins the last column to the first."""
    wide = columns if closed else columns - 1
    r, c = np.meshgrid(np.arange(rows - 1), np.arange(wide), indexing="ij")
    a, b = r * columns + c, r * columns + (c + 1) % columns
    first, second = (np.stack([a, a + columns, b], axis=-1), np.stack([b, a + columns, b + columns], axis=-1))
    return np.concatenate([first, second]).reshape(-1, 3)


def spun_shell(
    skull: SkullMap, axis: np.ndarray, polar_deg: tuple[float, float], off: float, wobble: float, seed: float
) -> tuple[np.ndarray, np.ndarray]:
    """A mesh that wraps the head around an axis.

    Args:
        skull: the head.
        axis: (3,) direction out of the skull's centre.
        polar_deg: angles off the axis between which the shell lies.
        off: distance from the head.
        wobble: folds, as a share of `off`.
        seed: of the folds.

    Returns:
        Vertices (18 * 40, 3), rings from the first angle to the last, and triangles.
    """
    rows, columns = 18, 40
    axis = unit(np.asarray(axis, float))
    right = unit(np.cross([0, 1, 0] if abs(axis[1]) < 0.9 else [0, 0, 1], axis))
    up = np.cross(axis, right)
    polar = np.radians(np.linspace(*polar_deg, rows))[:, None, None]
    around = np.linspace(0, 2 * np.pi, columns, endpoint=False)[None, :, None]
    direction = np.cos(polar) * axis + np.sin(polar) * (np.cos(around) * right + np.sin(around) * up)
    direction = direction.reshape(-1, 3)
    radius = skull.radius_at(direction) + off * (1 + wobble * noise(direction, 3.0, seed))
    return skull.centre + direction * radius[:, None], grid_triangles(rows, columns, closed=True)
