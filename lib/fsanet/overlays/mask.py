"""Putting a mask on a face in a photograph.

The mask's sheet is laid over the mean head, carried to the picture by the face's landmarks (or by its pose and box),
lit by the light that the face shows, and drawn with its far side hidden; left, front and right views come out of that.
"""

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.image.reading import check_picture
from fsanet.overlays.face_light import FaceLight, read_light, to_linear, to_srgb
from fsanet.overlays.placing import Placing, place_by_points, place_by_pose
from fsanet.rendering.masks.canvas import draw_sheet
from fsanet.rendering.masks.chart import mean_chart, outward
from fsanet.rendering.masks.fabric import paint_sheet
from fsanet.rendering.masks.kinds import SHIELD
from fsanet.rendering.masks.look import MaskLook, draw_mask
from fsanet.rendering.masks.sheet import Sheet, finer, lay_straps, make_sheet, sheet_normals

_FINE_PX = 160  # the mask's picture is drawn with about so many pixels a face
_MOST_FINE = 4
_SHADOW = 0.22  # the share of light that a mask takes from the skin beneath, seen where its edge is half transparent


class MaskedPicture(NamedTuple):
    """A picture with a mask on it.

    Attributes:
        image_bgr: (H, W, 3) uint8.
        kind, worn: names of `KINDS` and `WORN`.
    """

    image_bgr: NDArray[np.uint8]
    kind: str
    worn: str


class _Layer(NamedTuple):
    """A transparent picture (h, w) whose first pixel is the picture's (x, y): colour times opacity, and opacity."""

    x: int
    y: int
    colour: NDArray
    opacity: NDArray


def mask_by_points(
    image_bgr: NDArray[np.uint8],
    points_xy: ArrayLike,
    rng: np.random.Generator,
    kind: str | None = None,
    worn: str | None = None,
) -> MaskedPicture:
    """Put a mask on the face with the given landmarks.

    Args:
        image_bgr: (H, W, 3) uint8, a crop or a whole picture.
        points_xy: (68, 2) landmarks in pixels of the picture, 0 the middle of the first, in the order of 300W-LP; those
            that are hidden where they would be.
        rng: randomness; equal states give equal pictures.
        kind: one of `fsanet.rendering.masks.kinds.KINDS`; None draws one by its share.
        worn: `right`, `below nose` or `below chin`; None draws one by its share.

    Returns:
        A new picture, and what mask it shows.

    Raises:
        ValueError: for another image, for landmarks that are not (68, 2) and finite, or an unknown kind.
    """
    return _put_on(image_bgr, place_by_points(points_xy), rng, draw_mask(rng, kind, worn))


def mask_by_pose(
    image_bgr: NDArray[np.uint8],
    yaw_pitch_roll_deg: ArrayLike,
    box_xyxy: ArrayLike,
    rng: np.random.Generator,
    kind: str | None = None,
    worn: str | None = None,
) -> MaskedPicture:
    """Put a mask on a face of which the pose and the box are known, but no landmarks.

    Args:
        image_bgr, rng, kind, worn: as in `mask_by_points`.
        yaw_pitch_roll_deg: (3,) degrees.
        box_xyxy: (4,) the box around its landmarks, pixels.

    Raises:
        ValueError: as `mask_by_points`, and for a box without area.
    """
    return _put_on(image_bgr, place_by_pose(yaw_pitch_roll_deg, box_xyxy), rng, draw_mask(rng, kind, worn))


def _put_on(image: NDArray[np.uint8], placing: Placing, rng: np.random.Generator, look: MaskLook) -> MaskedPicture:
    check_picture(image)
    gain = float(np.exp(rng.normal(0, 0.15)))
    soft = float(rng.uniform(0.0, 0.5))
    light = read_light(image, placing)
    layer = None if light is None else _draw(image.shape[:2], placing, look, light, gain)
    return MaskedPicture(image.copy() if layer is None else _composed(image, layer, look, soft), look.kind, look.worn)


def _draw(size: tuple[int, int], placing: Placing, look: MaskLook, light: FaceLight, gain: float) -> _Layer | None:
    """The mask alone, at the picture's resolution; None where it lies outside."""
    chart = mean_chart()
    face_px = 1.3 * placing.scale  # decimetres between the ears
    columns = int(min(max(0.6 * face_px, 33), 97)) | 1
    sheet = make_sheet(look, chart, (int(columns * 0.75) | 1, columns))
    straps = lay_straps(look, sheet, chart)
    seen = _projected(placing, sheet)
    lines = placing.project(straps)
    x, y = (np.concatenate([seen[..., k].ravel(), lines[..., k].ravel()]) for k in (0, 1))
    x1, y1 = (max(math.floor(places.min()) - 2, 0) for places in (x, y))
    x2, y2 = (min(math.ceil(places.max()) + 3, most) for places, most in zip((x, y), size[::-1], strict=True))
    if x2 <= x1 or y2 <= y1:
        return None
    fine = min(max(round(_FINE_PX / face_px), 1), _MOST_FINE)
    canvas = np.zeros(((y2 - y1) * fine, (x2 - x1) * fine, 4), np.float32)
    colour, opacity = _lit(look, sheet, seen, placing, light, gain)
    strap_colour = colour[0, 0] * 0.9 if look.kind != SHIELD else colour[0, 0]
    _draw_straps(canvas, straps, lines, placing, (x1, y1), fine, look.loops, strap_colour)
    screen = np.dstack([(seen[..., :2] + 0.5 - [x1, y1]) * fine, seen[..., 2]])
    draw_sheet(canvas, screen, np.dstack([colour * opacity[..., None], opacity]))
    small = cv2.resize(canvas, (x2 - x1, y2 - y1), interpolation=cv2.INTER_AREA)
    return _Layer(x1, y1, small[..., :3], small[..., 3])


def _projected(placing: Placing, sheet: Sheet) -> NDArray:
    """Pixels x, y and a positive nearness (R, C, 3) of a sheet; the face's own bends are read on its coarse grid."""
    shape = sheet.across.shape
    flat = placing.coefficients[69:]
    bend = placing.project(sheet.coarse) - sheet.coarse @ flat
    xy = sheet.points @ flat + finer(bend, shape)
    near = sheet.points @ placing.rotation[2]
    return np.dstack([xy, 1 + 1e-3 * (near - near.min())])  # positive, and so even that colours stay linear


def _lit(
    look: MaskLook, sheet: Sheet, seen: NDArray, placing: Placing, light: FaceLight, gain: float
) -> tuple[NDArray, NDArray]:
    """Colours (R, C, 3), linear BGR, and opacity (R, C) of a sheet under the light."""
    albedo, opacity = paint_sheet(look, sheet)
    grey = albedo @ np.array([0.21, 0.72, 0.07])
    albedo = grey[..., None] + (albedo - grey[..., None]) * light.colour
    normals = sheet_normals(sheet.points) @ placing.rotation.T
    return (albedo * light.cast_rgb * (gain * light.at(seen[..., :2], normals))[..., None])[..., ::-1], opacity


def _draw_straps(
    canvas: NDArray, straps: NDArray, lines: NDArray, placing: Placing, first_xy, fine: int, width: float, colour
) -> None:
    """Draw the parts of straps whose skin faces the camera."""
    thick = max(1, round(width * placing.scale * fine))
    value = (*(float(c) for c in colour), 1.0)
    facing = outward(straps) @ placing.rotation[2] > 0.08
    places = np.round((lines + 0.5 - first_xy) * fine * 16).astype(np.int32)
    for line, seen in zip(places, facing, strict=True):
        if seen.sum() > 1:
            cv2.polylines(canvas, [line[seen]], False, value, thick, cv2.LINE_8, 4)


def _composed(image: NDArray[np.uint8], layer: _Layer, look: MaskLook, soft: float) -> NDArray[np.uint8]:
    """The layer on the picture: what shows through the soft edge of an opaque mask lies in its shadow."""
    colour, opacity = layer.colour, layer.opacity
    if soft > 0.2:
        colour, opacity = cv2.GaussianBlur(colour, (0, 0), soft), cv2.GaussianBlur(opacity, (0, 0), soft)
    height, width = opacity.shape
    result = image.copy()
    below = result[layer.y : layer.y + height, layer.x : layer.x + width]
    share = opacity[..., None]
    if look.kind != SHIELD:
        spread = cv2.GaussianBlur(opacity, (0, 0), max(0.6, 0.02 * width))
        dimmed = to_linear(below) * (1 - _SHADOW * spread)[..., None]
    else:
        dimmed = to_linear(below)
    mixed = to_srgb(dimmed * (1 - share) + colour)
    touched = share > 0
    below[...] = np.where(touched, np.clip(mixed + 0.5, 0, 255).astype(np.uint8), below)
    return result
