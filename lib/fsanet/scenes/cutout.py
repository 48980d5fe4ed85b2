"""Rendered heads cut out of their background, and things that are no face, to be pasted into pictures.

Cut-out i of a split depends on the seed, the split and i alone.
"""

import dataclasses
import functools
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.dense.layout import MASKS
from fsanet.rendering.camera import Camera, draw_distance, frame_head
from fsanet.rendering.expression import with_expression
from fsanet.rendering.geometry import Geometry, build_geometry
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.landmarks import five_points
from fsanet.rendering.lights import draw_lights
from fsanet.rendering.masks.kinds import SHIELD
from fsanet.rendering.person import Person, draw_person
from fsanet.rendering.photo import take_photo
from fsanet.rendering.poses import draw_pose
from fsanet.rendering.posing import draw_posing
from fsanet.rendering.scene import Picture, draw_eyes, draw_picture
from fsanet.rendering.worn import draw_worn
from fsanet.scenes.bank_plan import SPLITS

SIDE = 256  # pixels of a cut-out

_PER_PERSON = 3  # cut-outs in a row
_FACE_SHARE = (0.32, 0.40)  # side of the landmark box, of SIDE: leaves room for hair, hats and shoulders
_HEADWEAR, _MASKED, _OCCLUDED = 0.2, 0.4, 0.12
_BACKS = 0.7  # of what is no face; the rest are clothes, hair and hats that nobody wears
_BACK_YAW = (125.0, 180.0)  # degrees: neither eye nor mouth is seen
_IN_FRONT = 0.2  # decimetres that something must lie before a point to hide it; glasses lie closer
_MOUTH = slice(3, 5)  # of the five points
_SAID = {"right": "worn", "below nose": "below nose", "below chin": "none"}  # one of MASKS for each way to wear a mask
_BEHIND_LINEAR = 0.18  # grey behind the person; its light does not matter


class Cutout(NamedTuple):
    """A head, or what is no face, on nothing.

    Attributes:
        image_bgra: (SIDE, SIDE, 4) uint8, of a whole photograph (h, w, 4); colours go on beyond the edge, alpha is 0
            or 255.
        points_xyz: (68, 3) float32 landmarks of 300W-LP, pixels from the edge (the middle of the first
            is 0.5), z towards the camera; zeros where there is no face.
        visible: (5,) bool, which of the five points nothing hides.
        rotation: (3, 3) float32 of the pose (`fsanet.pose.angles`).
        mask: number of one of `fsanet.dense.layout.MASKS`.
        is_face: False for backs of heads and for things.
    """

    image_bgra: NDArray[np.uint8]
    points_xyz: NDArray[np.float32]
    visible: NDArray[np.bool_]
    rotation: NDArray[np.float32]
    mask: int
    is_face: bool


def render_face(seed: int, split: str, index: int) -> Cutout:
    """A cut-out with a face.

    Args:
        seed: of the whole bank.
        split: one of SPLITS.
        index: of the cut-out.
    """
    person = _person(seed, split, index // _PER_PERSON)
    rng = _rng(seed, split, 1, index)
    pose = draw_pose(rng, "mixed")
    return _render(rng, person, pose, masked=_MASKED)


def render_non_face(seed: int, split: str, index: int) -> Cutout:
    """A cut-out without a face: the back of a head, or clothes, hair, hats and hands without a head.

    Args:
        seed: of the whole bank.
        split: one of SPLITS.
        index: of the cut-out.
    """
    person = _person(seed, split, index // _PER_PERSON)
    rng = _rng(seed, split, 2, index)
    if rng.random() < _BACKS:
        yaw = rng.choice([-1, 1]) * rng.uniform(*_BACK_YAW)
        return _render(rng, person, np.array([yaw, *rng.normal(0, 12, 2)]), masked=0.0, is_face=False)
    return _render(rng, person, draw_pose(rng, "mixed"), masked=0.3, is_face=False, has_head=False)


def _render(
    rng: np.random.Generator,
    person: Person,
    pose: NDArray,
    masked: float,
    is_face: bool = True,
    has_head: bool = True,
) -> Cutout:
    skin = with_expression(person.shape, rng)
    mask_rng = rng.spawn(1)[0]  # a mask draws from its own stream
    worn = draw_worn(rng, mask_rng, person, skin, _HEADWEAR, masked, _OCCLUDED if has_head else 0.6)
    geometry = build_geometry(person, skin, worn.pieces, worn.wires, worn.hair, worn.on_face, worn.shell)
    posing = draw_posing(rng, pose)
    landmarks = posing.place(skin[head_pack().landmarks])
    camera = _aim(rng, landmarks)
    behind = np.full((SIDE, SIDE, 3), _BEHIND_LINEAR, np.float32)
    drawn = geometry if has_head else _without_head(geometry)
    picture = draw_picture(
        person, drawn, posing, camera, draw_lights(rng), draw_eyes(rng, pose[0]), behind, rng.uniform(0.02, 0.25)
    )
    image = take_photo(picture.colour, picture.skin, rng, _FACE_SHARE[0] * SIDE, plain=True)
    bgra = _cut(image, picture.covered)
    if not is_face:
        nothing = np.zeros((68, 3), np.float32)
        return Cutout(bgra, nothing, np.zeros(5, bool), np.eye(3, dtype=np.float32), 0, False)
    seen = camera.project(landmarks)
    points = np.column_stack([seen[:, :2], landmarks[:, 2] * camera.focal / camera.distance]).astype(np.float32)
    visible = _visible(picture, camera, five_points(landmarks))
    mask = 0 if worn.mask is None else mask_number(worn.mask.look.kind, worn.mask.look.worn)
    return Cutout(bgra, points, unmasked(visible, mask), posing.head.astype(np.float32), mask, True)


def mask_number(kind: str, worn: str) -> int:
    """Number in `MASKS` of a mask of some kind that is worn in some way, see `fsanet.rendering.masks.kinds`."""
    return MASKS.index("none" if kind == SHIELD else _SAID[worn])


def unmasked(visible: NDArray[np.bool_], mask: int) -> NDArray[np.bool_]:
    """Which of the five points (5,) are seen where a mask is worn: it lies too close to the skin to tell by depth."""
    covered = np.zeros(5, bool)
    covered[_MOUTH] = mask > 0
    return visible & ~covered


def _aim(rng: np.random.Generator, landmarks: NDArray) -> Camera:
    box_px = rng.uniform(*_FACE_SHARE) * SIDE
    return frame_head(landmarks, draw_distance(rng), box_px, (SIDE, SIDE), (SIDE / 2, 0.52 * SIDE))


def _without_head(geometry: Geometry) -> Geometry:
    """What a person wears and holds, and the mass of the hair: the head's triangles shrink to nothing."""
    triangles = geometry.triangles.copy()
    triangles[: len(head_pack().triangles)] = 0
    return dataclasses.replace(geometry, triangles=triangles)


def _cut(image_bgr: NDArray[np.uint8], covered: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The picture with alpha; around the person its colours go on, so that no edge is mixed with the grey behind."""
    alpha = covered.astype(np.float32)
    spread = cv2.GaussianBlur(image_bgr * alpha[..., None], (0, 0), 2.0)
    share = cv2.GaussianBlur(alpha, (0, 0), 2.0)[..., None]
    colour = np.where(covered[..., None], image_bgr, spread / np.maximum(share, 1e-3))
    return np.dstack([colour, 255 * alpha]).astype(np.uint8)


def _visible(picture: Picture, camera: Camera, points: NDArray) -> NDArray[np.bool_]:
    """Which points (P, 3) in camera axes nothing lies before; False outside of the picture."""
    x, y, near = camera.project(points).T
    column, row = (np.floor(v).astype(int) for v in (x, y))
    inside = (column >= 0) & (column < SIDE) & (row >= 0) & (row < SIDE)
    surface = picture.near[np.clip(row, 0, SIDE - 1), np.clip(column, 0, SIDE - 1)]
    return inside & (1 / np.maximum(surface, 1e-6) > 1 / near - _IN_FRONT)


def _rng(seed: int, split: str, purpose: int, index: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence([seed, SPLITS.index(split), purpose, index]))


@functools.lru_cache(maxsize=2)
def _person(seed: int, split: str, number: int) -> Person:
    return draw_person(_rng(seed, split, 0, number), held_out_styles=split == "test")
