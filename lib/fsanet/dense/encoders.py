"""From the faces of a picture to an array of one shape, which a batch is made of: what a loss is told."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fsanet.dense import layout
from fsanet.dense.assign import RULES, Assignment, targets

ROOM = 16  # faces of a picture that a padded target has rows for
_NOSE_TIP = 30


class Labelled(Protocol):
    """F labelled faces of a picture."""

    @property
    def box_xyxy(self) -> NDArray:
        """(F, 4) pixels."""

    @property
    def points_xy(self) -> NDArray:
        """(F, 5, 2) pixels."""

    @property
    def rotation(self) -> NDArray:
        """(F, 3, 3)."""

    @property
    def shown(self) -> NDArray:
        """(F,) share of each face that is seen."""

    @property
    def mask(self) -> NDArray:
        """(F,) number of what each wears, one of `layout.MASKS`."""

    @property
    def mesh_xyz(self) -> NDArray:
        """(F, 68, 3) landmarks, pixels."""


Encoder: TypeAlias = Callable[[tuple[int, int], Labelled], NDArray[np.float32]]  # (height, width) of the picture first


def cell_targets(size: tuple[int, int], faces: Labelled) -> NDArray[np.float32]:
    """(cells, 26) a row a cell, see `fsanet.dense.assign`: cells and faces are matched here."""
    return targets(size, faces.box_xyxy, faces.points_xy, faces.rotation, faces.shown, faces.mask)


def padded_faces(size: tuple[int, int], faces: Labelled, rules: Assignment = RULES) -> NDArray[np.float32]:
    """(16, 25) a row a face, the largest first, and rows of zeros: the loss matches anchors with them.

    The columns are those of targets in `layout`, in pixels: a box x1, y1, x2, y2, points, the rotation whole. Smaller
    faces that there is no room for are left out.

    Args:
        size: (height, width) of the picture; any.
        faces: in it.
        rules: what is to be found and what may be.
    """
    rows = np.zeros((ROOM, layout.TARGET_SIZE), np.float32)
    chosen = _chosen(faces, rules)
    wanted = (faces.shown[chosen] >= rules.shown) & (_areas(faces)[chosen] >= rules.least_px**2)
    rows[: len(chosen), layout.POSITIVE] = wanted
    rows[: len(chosen), layout.IGNORED] = ~wanted
    rows[: len(chosen), layout.TARGET_BOX] = faces.box_xyxy[chosen]
    rows[: len(chosen), layout.TARGET_POINTS] = faces.points_xy[chosen].reshape(-1, 10)
    rows[: len(chosen), layout.TARGET_ROTATION] = faces.rotation[chosen].reshape(-1, 9)
    return rows


def padded_meshes(size: tuple[int, int], faces: Labelled, rules: Assignment = RULES) -> NDArray[np.float32]:
    """(16, 229) the rows of `padded_faces`, and behind each 68 vertices in pixels, z from the tip of the nose on."""
    rows, chosen = padded_faces(size, faces, rules), _chosen(faces, rules)
    mesh = np.zeros((ROOM, layout.TARGET_MESH.stop - layout.TARGET_MESH.start), np.float32)
    origin = faces.mesh_xyz[chosen][:, _NOSE_TIP : _NOSE_TIP + 1] * np.array([0, 0, 1])
    mesh[: len(chosen)] = (faces.mesh_xyz[chosen] - origin).reshape(-1, mesh.shape[1])
    return np.hstack([rows, mesh])


def _areas(faces: Labelled) -> NDArray:
    return np.prod(faces.box_xyxy[:, 2:] - faces.box_xyxy[:, :2], axis=1)


def _chosen(faces: Labelled, rules: Assignment) -> list[int]:
    """Numbers of the faces that have rows."""
    by_size = np.argsort(-_areas(faces), kind="stable").tolist()
    return [face for face in by_size if faces.shown[face] > rules.ignored][:ROOM]
