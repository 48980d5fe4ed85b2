"""The renderer's head fitted to points of a face: a skull, ears and a neck where a photograph only shows a face."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from fsanet.pose.errors import rotation_distances_deg
from fsanet.profiling.correction import ReadingCorrection
from fsanet.profiling.template import Placement, face_template, mean_rotation, place
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.shape import mean_head

_NEIGHBOURS = 8  # points that pull a vertex
_REACH = 0.18  # decimetres: how far a point's pull spreads
_MOST_DISAGREEMENT_DEG = 6.0  # of a mesh with itself after turns in the plane
_FLAT_STEPS = 12


@dataclass(frozen=True)
class FittedHead:
    """A head in a photograph.

    Attributes:
        vertices: (V, 3) pixels in the picture's axes (see `Placement`), vertex by vertex the renderer's head.
        placement: how it stands.
    """

    vertices: NDArray[np.float64]
    placement: Placement

    @property
    def landmarks(self) -> NDArray[np.float64]:
        """(68, 3) landmarks of 300W-LP, hidden ones included."""
        return self.vertices[head_pack().landmarks]


class MeshReading(NamedTuple):
    """What a face mesh says of a head, the mean over turns of the picture.

    Attributes:
        rotation: (3, 3) of the pose.
        bent: (478, 3) what its points have more than the template, in the head's frame, decimetres.
    """

    rotation: NDArray[np.float64]
    bent: NDArray[np.float64]


def read_mesh(turns: NDArray) -> MeshReading | None:
    """Read the pose off a face mesh.

    Args:
        turns: (T, 478, 3) what Face Mesh says of a picture in T turns, pixels, x right, y DOWN, z to the camera.

    Returns:
        The reading; None where a face was not found in all turns, or where they contradict each other.
    """
    if not np.isfinite(turns).all():
        return None
    template = face_template()
    seen = turns * [1.0, -1.0, 1.0]
    placed = [place(template.points, points, template.weights) for points in seen]
    rotations = np.stack([at.rotation for at in placed])
    middle = mean_rotation(rotations)
    if rotation_distances_deg(middle, rotations).max() > _MOST_DISAGREEMENT_DEG:
        return None
    in_head = np.mean([at.to_head(points) for at, points in zip(placed, seen, strict=True)], axis=0)
    return MeshReading(middle, in_head - template.points)


def fit_to_mesh(turns: NDArray, correction: ReadingCorrection | None = None) -> FittedHead | None:
    """Fit to the points of a face mesh.

    Args:
        turns: as in `read_mesh`.
        correction: of the pose; None to take it as it is read.

    Returns:
        The head; None where `read_mesh` gives none.
    """
    reading = read_mesh(turns)
    if reading is None:
        return None
    rotation = reading.rotation if correction is None else correction.corrected(*reading)
    template, seen = face_template(), turns * [1.0, -1.0, 1.0]
    upright = place(template.points, seen[0], template.weights)
    return _deformed(template.points, seen[0], _with_rotation(template.points, seen[0], rotation, upright.scale))


def fit_to_landmarks(points_xy: NDArray, rotation: NDArray | None = None) -> FittedHead:
    """Fit to 68 landmarks, whose depth the head itself supplies.

    Args:
        points_xy: (68, 2) pixels, y down, in the order of 300W-LP.
        rotation: (3, 3) of a pose that is known, such as a .mat file's; None to read it off the points.
    """
    model = mean_head()[head_pack().landmarks]
    flat = points_xy * [1.0, -1.0]
    depth = np.zeros(len(flat))
    for _ in range(_FLAT_STEPS):  # the pose says how deep the points lie, their depth says the pose
        seen = np.column_stack([flat, depth])
        found = place(model, seen, np.ones(len(flat)))
        at = found if rotation is None else _with_rotation(model, seen, rotation, found.scale)
        depth = at.to_picture(model)[:, 2]
    return _deformed(model, np.column_stack([flat, depth]), at)


def _with_rotation(template: NDArray, seen: NDArray, rotation: NDArray, scale: float) -> Placement:
    """A placement with a given rotation and scale."""
    return Placement(rotation, scale, (seen - scale * template @ rotation.T).mean(axis=0))


def _deformed(template: NDArray, seen: NDArray, placement: Placement) -> FittedHead:
    """The mean head, each vertex moved as the points around it differ from the template."""
    vertices = mean_head()
    offsets = placement.to_head(seen) - template
    distance, nearest = cKDTree(template).query(vertices, k=_NEIGHBOURS)
    pull = np.exp(-0.5 * (distance / _REACH) ** 2)
    moved = np.einsum("vk,vkd->vd", pull, offsets[nearest]) / (pull.sum(axis=1, keepdims=True) + 0.05)
    return FittedHead(placement.to_picture(vertices + moved), placement)
