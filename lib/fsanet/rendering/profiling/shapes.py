"""Shapes of faces, apart from who has them: a photograph of one person is turned with the face of another one beneath.

Some hundred photographed people are some hundred faces, and a network learns them by heart: it knows how far each of
them looks up. With another face under the same picture, only the shape that is seen tells the pose.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from fsanet.rendering.profiling.fitted_head import FittedHead
from fsanet.rendering.profiling.subject import Subject

_NEIGHBOURS = 6  # vertices of the head that move a point of the surface
_REACH = 0.12  # decimetres: how their pull fades
_FADE = 0.5  # decimetres from the head in which hair stops to follow


def shape_of(head: FittedHead) -> NDArray[np.float32]:
    """(V, 3) vertices of a head in the frame of the renderer's, decimetres."""
    return head.placement.to_head(head.vertices).astype(np.float32)


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
