"""A photographed person as a closed surface: a front sheet that carries the photograph, a back sheet behind it.

Over the face, skull, ears and neck the sheets follow the fitted head. Hair and shoulders beyond it are rounded: their
depth grows from the rim of the person inwards. Both sheets meet in the rim.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from fsanet.profiling.filling import fill
from fsanet.profiling.fitted_head import FittedHead
from fsanet.rendering.head_pack import Part, head_pack
from fsanet.rendering.noise import ramp
from fsanet.rendering.raster import draw_depth

_STEP = 2  # pixels between vertices
_AXIS_DEPTH = 0.10  # decimetres on the base head: between temples and occiput, where hair and shoulders are centred
_HAIR_DEPTH, _TORSO_DEPTH = 0.62, 0.95  # decimetres from there to the front
_ROUND_OVER = 0.55  # decimetres from the rim to the full depth
_NECK_HEIGHTS = (6.0, 5.6)  # on the base head: hair above, shoulders below
_RIM = 0.06  # decimetres in which a sheet bends to the rim
_CLOSED_PX = 1.5 * _STEP  # vertices of the grid that are nearer to the rim lie on it
_EAR_WIDTH, _EAR_THICK, _EAR_SPREAD = 0.3, 0.5, 0.07  # decimetres
_SHORT_HAIR = (0.12, 0.4)  # decimetres beyond the head: less is short, more has a volume of its own
_FACE = (6.3, 8.1, 0.3)  # of the base head: face and ears lie between these heights, before this depth
_NAPE = (6.75, 6.5)  # height on the base head where hair ends behind
_SURELY_HAIR = 7.1  # above this height: below it lies the skin of the neck beside the jaw
_FEW_PIXELS = 30
_SHOULDER_RIM = 0.35  # decimetres
_HOLES = 0.16  # decimetres: the fitted mouth may stand open where the photographed one is shut
_NOWHERE = -1e6


@dataclass(frozen=True)
class Relief:
    """The surface of a person in a picture of H x W pixels.

    Attributes:
        vertices: (V, 3) float32, pixels in the picture's axes: x right, y up (negative), z towards the camera.
        triangles: (T, 3) int32; the first `front` are of the front sheet.
        front: number of triangles of the front sheet.
        texture_xy: (V, 2) float32 where in the picture a vertex takes its colour.
        back_image: (H, W, 3) uint8 what the back sheet carries: hair and skin without the face and the ears.
        background: (H, W, 3) uint8 the picture with the person painted over.
    """

    vertices: NDArray[np.float32]
    triangles: NDArray[np.int32]
    front: int
    texture_xy: NDArray[np.float32]
    back_image: NDArray[np.uint8]
    background: NDArray[np.uint8]


def make_relief(image_bgr: NDArray[np.uint8], person: NDArray[np.bool_], head: FittedHead) -> Relief:
    """The surface of a person.

    Args:
        image_bgr: (H, W, 3) the photograph.
        person: (H, W) where the person is.
        head: fitted to it.
    """
    front, back = _sheets(person, head)
    grid = person[::_STEP, ::_STEP]
    number = np.full(grid.shape, -1, np.int32)
    rows, columns = np.nonzero(grid)
    number[rows, columns] = np.arange(len(rows))
    xy = np.column_stack([columns, rows]).astype(np.float32) * _STEP + 0.5
    depths = (front[::_STEP, ::_STEP][grid], back[::_STEP, ::_STEP][grid])
    vertices = np.concatenate([np.column_stack([xy[:, 0], -xy[:, 1], depth]) for depth in depths])
    faces = _faces(number)
    around = ndimage.binary_dilation(person, iterations=max(3, int(0.05 * head.placement.scale)))
    return Relief(
        vertices.astype(np.float32),
        np.concatenate([faces, faces[:, ::-1] + len(rows)]),
        len(faces),
        np.concatenate([_inside(xy, person), xy]),
        _back_of(image_bgr, person, head),
        (fill(image_bgr, ~around) + 0.5).astype(np.uint8),
    )


def _sheets(person: NDArray, head: FittedHead) -> tuple[NDArray, NDArray]:
    """Depth (H, W) of the front and of the back in pixels."""
    scale, shape = head.placement.scale, person.shape
    rim = ndimage.distance_transform_edt(np.pad(person, 1, mode="edge"))[1:-1, 1:-1]
    front, back = (_depth(head, shape, side) for side in (1.0, -1.0))
    covered = front > _NOWHERE
    axis, half = _axis_and_depth(shape, head)
    axis = _through_ears(axis, front, back, covered & (rim < _EAR_WIDTH * scale), scale)
    inward = np.clip(rim / (_ROUND_OVER * scale), 0, 1)
    rounded = _volume(person, covered, scale) * half * np.sqrt(1 - (1 - inward) ** 2)
    closing = np.sqrt(np.clip((rim - _CLOSED_PX) / (_RIM * scale), 0, 1))
    ahead = np.maximum(np.where(covered, front - axis, 0), rounded)
    behind = np.maximum(np.where(covered, axis - back, 0), rounded)
    smooth = (cv2.GaussianBlur(part.astype(np.float32), (0, 0), 0.8) for part in (ahead, behind))
    ahead, behind = (closing * part for part in smooth)
    return axis + ahead, axis - behind


def _axis_and_depth(shape: tuple[int, int], head: FittedHead) -> tuple[NDArray, NDArray]:
    """Per pixel the depth of the plane through the middle of head and shoulders, and the half depth around it."""
    at = head.placement
    normal = at.rotation[:, 2]
    middle = at.to_picture(np.array([[0.0, 7.2, _AXIS_DEPTH]]))[0]
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    tilt = normal[:2] / max(normal[2], 0.35)
    x, y = columns - middle[0], -rows - middle[1]
    depth = middle[2] - np.clip(tilt[0], -0.6, 0.6) * x - np.clip(tilt[1], -0.5, 0.5) * y
    share = ramp(*_NECK_HEIGHTS, _heights(shape, head))
    return depth, at.scale * (_HAIR_DEPTH + share * (_TORSO_DEPTH - _HAIR_DEPTH))


def _heights(shape: tuple[int, int], head: FittedHead) -> NDArray[np.float64]:
    """Height (H, W) of pixels on the base head, decimetres, as if all lay in the plane of the axis."""
    at = head.placement
    middle = at.to_picture(np.array([[0.0, 7.2, _AXIS_DEPTH]]))[0]
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    up = at.rotation[:2, 1]
    return 7.2 + ((columns - middle[0]) * up[0] + (-rows - middle[1]) * up[1]) / at.scale


def _through_ears(axis: NDArray, front: NDArray, back: NDArray, at_rim: NDArray, scale: float) -> NDArray:
    """The plane of the axis, drawn to the middle of what is thin at the rim: ears would smear back to it."""
    thickness = np.where(at_rim, front - back, 0)
    weight = np.where(at_rim, np.exp(-np.square(thickness / (_EAR_THICK * scale))), 0)
    spread = _EAR_SPREAD * scale
    total = cv2.GaussianBlur(weight, (0, 0), spread)
    offset = cv2.GaussianBlur(weight * np.where(at_rim, (front + back) / 2 - axis, 0), (0, 0), spread)
    return axis + offset / np.maximum(total, 0.15)


def _volume(person: NDArray, covered: NDArray, scale: float) -> NDArray:
    """How much (H, W) there is beyond the head at a pixel's height: 0 for short hair, 1 for long hair or shoulders."""
    beyond = ndimage.distance_transform_edt(~covered) * person
    around = ndimage.maximum_filter(beyond, size=(max(1, int(0.15 * scale)), int(1.6 * scale)))
    share = np.clip((around / scale - _SHORT_HAIR[0]) / (_SHORT_HAIR[1] - _SHORT_HAIR[0]), 0, 1)
    return cv2.GaussianBlur(share, (0, 0), 0.08 * scale)


def _depth(head: FittedHead, shape: tuple[int, int], side: float) -> NDArray[np.float64]:
    """Depth (H, W) of the head's front (side 1) or back (-1); nowhere where it is not. The mouth is closed."""
    pack = head_pack()
    solid = pack.triangles[pack.parts != Part.LASHES]
    reach = 4000.0  # pixels, above any depth: heights over a plane are positive
    screen = np.column_stack([head.vertices[:, 0], -head.vertices[:, 1], side * head.vertices[:, 2] + reach])
    depth = np.zeros(shape, np.float32)
    draw_depth(screen.astype(np.float32), solid, depth)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (int(_HOLES * head.placement.scale) | 1,) * 2)
    closed = cv2.morphologyEx(depth, cv2.MORPH_CLOSE, kernel)
    return np.where(depth > 0, side * (closed - reach), _NOWHERE)


def _back_of(image_bgr: NDArray[np.uint8], person: NDArray[np.bool_], head: FittedHead) -> NDArray[np.uint8]:
    """What (H, W, 3) the back shows: hair down to the nape, below it neck and clothes."""
    shown = _shown_behind(person, head)
    heights = _heights(person.shape, head)
    below = ramp(*_NAPE, heights)
    parts = (shown & (heights > _SURELY_HAIR), shown & (heights < _NAPE[0]))
    upper, lower = (fill(image_bgr, part if part.sum() > _FEW_PIXELS else shown) for part in parts)
    return (upper + below[..., None].astype(np.float32) * (lower - upper) + 0.5).astype(np.uint8)


def _shown_behind(person: NDArray, head: FittedHead) -> NDArray[np.bool_]:
    """Pixels (H, W) whose colours the back may have: hair and the rim of the shoulders, no face, ears or collar."""
    base, scale = head_pack().vertices, head.placement.scale
    front = (base[:, 1] > _FACE[0]) & (base[:, 1] < _FACE[1]) & (base[:, 2] > _FACE[2])
    outline = cv2.convexHull(np.int32(np.round(head.vertices[front, :2] * [1.0, -1.0])))
    face = cv2.fillConvexPoly(np.zeros(person.shape, np.uint8), outline, 1).astype(bool)
    rim = ndimage.distance_transform_edt(np.pad(person, 1, mode="edge"))[1:-1, 1:-1]
    rows = np.arange(person.shape[0])[:, None]
    below = rows > outline[:, 0, 1].max()
    return (rim > 2) & ~face & ~(below & (rim > _SHOULDER_RIM * scale))


def _faces(number: NDArray[np.int32]) -> NDArray[np.int32]:
    """Triangles of a grid of vertex numbers, -1 where there is none."""
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
    upper, lower = (np.stack(corners, axis=-1).reshape(-1, 3) for corners in ((a, b, c), (b, d, c)))
    both = np.concatenate([upper, lower])
    return np.ascontiguousarray(both[(both >= 0).all(axis=1)])


def _inside(xy: NDArray, person: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Places (V, 2) drawn in by a pixel or two, so that the rim does not carry the background's colour."""
    rim, nearest = ndimage.distance_transform_edt(np.pad(person, 1, mode="edge"), return_indices=True)
    rows, columns = (xy[:, ::-1].T.astype(int)) + 1
    outside = np.column_stack([nearest[1][rows, columns], nearest[0][rows, columns]]) - 0.5
    distance = rim[rows, columns][:, None]
    away = (xy - outside) / np.maximum(distance, 1e-6)
    return (xy + away * np.clip(3.0 - distance, 0, 2)).astype(np.float32)
