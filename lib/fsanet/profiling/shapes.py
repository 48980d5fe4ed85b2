"""Shapes of faces, apart from who has them: a photograph of one person is turned with the face of another one beneath.

Some hundred photographed people are some hundred faces, and a network learns them by heart: it knows how far each of
them looks up. With another face under the same picture, only the shape that is seen tells the pose.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from fsanet.datasets.npz_file import write_npy
from fsanet.errors import InputError
from fsanet.profiling.fitted_head import FittedHead
from fsanet.profiling.heads import Photograph
from fsanet.profiling.subject import Subject
from fsanet.readers.set_builder import Unusable
from fsanet.workers import run_on_all_cores

_NEIGHBOURS = 6  # vertices of the head that move a point of the surface
_REACH = 0.12  # decimetres: how their pull fades
_FADE = 0.5  # decimetres from the head in which hair stops to follow


def shape_of(head: FittedHead) -> NDArray[np.float32]:
    """(V, 3) vertices of a head in the frame of the renderer's, decimetres."""
    return head.placement.to_head(head.vertices).astype(np.float32)


def write_shapes(path: Path, photographs: Sequence[Photograph], workers: int | None = None) -> int:
    """Write the shapes of the heads in photographs, (N, V, 3) float32, for all processes to read; returns N."""
    shapes = dict(run_on_all_cores(_numbered_shape, list(enumerate(photographs)), workers))
    usable = [shape for _, shape in sorted(shapes.items()) if shape is not None]
    write_npy(path, np.array(usable, np.float32))
    return len(usable)


def _numbered_shape(numbered: tuple[int, Photograph]) -> tuple[int, NDArray[np.float32] | None]:
    number, photograph = numbered
    try:
        return number, shape_of(photograph.head())
    except (Unusable, InputError, OSError):  # said where the photograph itself is read
        return number, None


@dataclass(frozen=True)
class Reshaping:
    """A subject, ready to get other shapes.

    Attributes:
        subject: who.
        own: (V, 3) the shape that is photographed.
        nearest, pull: (P, K) for each vertex of the relief the vertices of the head that move it, and how much.
    """

    subject: Subject
    own: NDArray[np.float32]
    nearest: NDArray[np.int64]
    pull: NDArray[np.float32]

    @classmethod
    def of(cls, subject: Subject) -> "Reshaping":
        """Prepare a subject."""
        own = shape_of(subject.head)
        placed = subject.head.placement.to_head(subject.relief.vertices.astype(np.float64))
        distance, nearest = cKDTree(own).query(placed, k=_NEIGHBOURS)
        beyond = distance - distance[:, :1]
        pull = np.exp(-np.square(beyond / _REACH)) + 1e-6
        pull *= np.exp(-np.square(distance[:, :1] / _FADE)) / pull.sum(axis=1, keepdims=True)
        return cls(subject, own, nearest, pull.astype(np.float32))

    def with_shape(self, shape: NDArray[np.float32]) -> Subject:
        """The subject with a shape (V, 3), under the same picture."""
        at = self.subject.head.placement
        offset = at.scale * (shape - self.own) @ at.rotation.T
        moved = np.einsum("pk,pkd->pd", self.pull, offset[self.nearest])
        relief = replace(self.subject.relief, vertices=(self.subject.relief.vertices + moved).astype(np.float32))
        return replace(self.subject, relief=relief, head=FittedHead(self.subject.head.vertices + offset, at))
