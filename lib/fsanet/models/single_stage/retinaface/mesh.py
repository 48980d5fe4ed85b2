"""The mesh of a face as a further thing to learn: L_mesh = L_vert + L_edge of the 68 landmarks that renders have.

The paper has a thousand vertices and the edges of their triangles; here the edges are the lines of the 68 points. The
mesh helps to learn; it is not part of the faces that are found.
"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from keras import ops
from numpy.typing import NDArray

from fsanet.tensors import Tensor

WEIGHTS: Mapping[str, float] = {"vertices": 0.01, "edges": 0.01}

_OPEN = (
    range(17),
    range(17, 22),
    range(22, 27),
    range(27, 31),
    range(31, 36),
)  # jaw, brows, bridge and base of the nose
_CLOSED = (range(36, 42), range(42, 48), range(48, 60), range(60, 68))  # eyes, lips
_TINY = 1e-8  # squared: lengths have a slope at zero


def edges() -> NDArray[np.int64]:
    """(edges, 2) numbers of the vertices that each edge joins."""
    steps = [pair for line in _OPEN for pair in pairwise(line)]
    rings = [pair for ring in _CLOSED for pair in zip(ring, [*ring[1:], ring[0]], strict=True)]
    return np.array(steps + rings)


def mesh_from(boxes: Tensor, mesh: Tensor) -> Tensor:
    """Vertices (..., 204) of pictures as ((x - cx) / s, (y - cy) / s, z / s) of boxes (..., 4), s = sqrt(w h)."""
    count = mesh.shape[-1] // 3
    zero = ops.zeros_like(boxes[..., :1])
    side = ops.sqrt(ops.prod(boxes[..., 2:], axis=-1, keepdims=True))
    return (mesh - ops.tile(ops.concatenate([boxes[..., :2], zero], axis=-1), count)) / side


def mesh_parts(true: Tensor, said: Tensor) -> dict[str, Tensor]:
    """Mean distance of the coordinates and of the edges' lengths, (...) each, of vertices (..., 204)."""
    return {
        "vertices": ops.mean(ops.abs(true - said), axis=-1),
        "edges": ops.mean(ops.abs(_lengths(true) - _lengths(said)), axis=-1),
    }


def _lengths(mesh: Tensor) -> Tensor:
    vertices = ops.reshape(mesh, (*ops.shape(mesh)[:-1], -1, 3))
    one, other = (ops.take(vertices, ends, axis=-2) for ends in edges().T)
    return ops.sqrt(ops.sum(ops.square(one - other), axis=-1) + _TINY)
