"""What is known of the faces in a picture, and how it moves when a head is pasted."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.dense.assign import RULES
from fsanet.rendering.landmarks import MIRRORED_LANDMARKS, five_points
from fsanet.scenes.cutout import Cutout

_CHIN, _NOSE_BRIDGE, _BROWS = 8, 27, slice(17, 27)
_FOREHEAD = 0.33  # of the way from chin to nose bridge, above the brows


class Faces(NamedTuple):
    """The faces of one picture, F of them.

    Attributes:
        box_xyxy: (F, 4) float32 pixels from the picture's edge, as all here (the middle of its first pixel is 0.5):
            around the 68 landmarks and a point of the forehead; may reach beyond it.
        points_xy: (F, 5, 2) float32: eye on the image's left, eye on its right, nose tip, mouth corners likewise, as
            in a face that stands upright; hidden ones included.
        visible: (F, 5) bool, which of the five are seen.
        rotation: (F, 3, 3) float32 of the pose relative to the line of sight (`fsanet.pose.angles`).
        mask: (F,) int, numbers of `fsanet.dense.layout.MASKS`.
        shown: (F,) float32, share of the face that is inside the picture and that nothing covers.
        mesh_xyz: (F, 68, 3) float32 landmarks of 300W-LP, z in pixels towards the camera.
    """

    box_xyxy: NDArray[np.float32]
    points_xy: NDArray[np.float32]
    visible: NDArray[np.bool_]
    rotation: NDArray[np.float32]
    mask: NDArray[np.int_]
    shown: NDArray[np.float32]
    mesh_xyz: NDArray[np.float32]


class CutoutPlacement(NamedTuple):
    """Where a cut-out goes: first mirrored, then scaled, turned clockwise about its middle, and moved there.

    Attributes:
        scale: pixels of the picture for one of the cut-out.
        turn_deg: clockwise on the screen.
        mirrored: left to right.
        middle_xy: of the face in the picture, pixels.
        face_xy: of the face in the cut-out, pixels.
    """

    scale: float
    turn_deg: float
    mirrored: bool
    middle_xy: tuple[float, float]
    face_xy: tuple[float, float]

    def matrix(self) -> NDArray[np.float64]:
        """(2, 3) from pixels of the cut-out to pixels of the picture, both counted from the edge."""
        angle = np.deg2rad(self.turn_deg)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        linear = self.scale * turn @ np.diag([-1.0 if self.mirrored else 1.0, 1.0])
        return np.column_stack([linear, np.array(self.middle_xy) - linear @ np.array(self.face_xy)])

    def rotation(self, rotation: NDArray) -> NDArray[np.float32]:
        """The pose of a head so placed: Rz(turn) R, of the mirrored head where it is mirrored."""
        angle = np.deg2rad(self.turn_deg)
        turn = np.array([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1.0]])
        flip = np.diag([-1.0, 1.0, 1.0]) if self.mirrored else np.eye(3)
        return (turn @ flip @ rotation @ flip).astype(np.float32)

    def points(self, points_xyz: NDArray) -> NDArray[np.float32]:
        """(68, 3) landmarks of a cut-out in the picture, in the order of an upright face."""
        matrix = self.matrix()
        flat = points_xyz[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        moved = np.column_stack([flat, points_xyz[:, 2] * self.scale]).astype(np.float32)
        return moved[MIRRORED_LANDMARKS] if self.mirrored else moved

    def visible(self, visible: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(5,) which points are seen, in the order of an upright face."""
        return visible[[1, 0, 2, 4, 3]] if self.mirrored else visible


def face_box(mesh_xyz: NDArray) -> NDArray[np.float32]:
    """Box (4,) around 68 landmarks (68, 2 or 3) and the forehead above them."""
    flat = mesh_xyz[:, :2]
    forehead = flat[_BROWS].mean(axis=0) + _FOREHEAD * (flat[_NOSE_BRIDGE] - flat[_CHIN])
    spots = np.vstack([flat, forehead])
    return np.concatenate([spots.min(axis=0), spots.max(axis=0)]).astype(np.float32)


def faces_of(
    cutouts: list[Cutout], placements: list[CutoutPlacement], shown: list[float], seen: list[NDArray]
) -> Faces:
    """Labels of pasted faces.

    Args:
        cutouts: F of them, with a face each.
        placements: where each went.
        shown: share of each that is left to be seen.
        seen: (5,) bool for each: which points are inside the picture and not covered by what was pasted later.
    """
    if not cutouts:
        return no_faces()
    pairs = list(zip(cutouts, placements, strict=True))
    mesh = np.stack([placement.points(cutout.points_xyz) for cutout, placement in pairs])
    return Faces(
        np.stack([face_box(points) for points in mesh]),
        five_points(mesh[..., :2]),
        np.stack([p.visible(c.visible) & s for (c, p), s in zip(pairs, seen, strict=True)]),
        np.stack([placement.rotation(cutout.rotation) for cutout, placement in pairs]),
        np.array([cutout.mask for cutout in cutouts], int),
        np.array(shown, np.float32),
        mesh,
    )


def findable(faces: Faces) -> NDArray[np.bool_]:
    """(F,) which faces are to be found: most of each is seen, and one of its five points."""
    return (faces.shown >= RULES.shown) & faces.visible.any(axis=1)


def no_faces() -> Faces:
    """The labels of a picture without a face."""
    shapes = ((4,), (5, 2), (5,), (3, 3), (), (), (68, 3))
    kinds = (np.float32, np.float32, bool, np.float32, int, np.float32, np.float32)
    return Faces(*(np.zeros((0, *shape), kind) for shape, kind in zip(shapes, kinds, strict=True)))
