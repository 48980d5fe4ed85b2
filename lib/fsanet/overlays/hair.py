"""Rendered hair laid over a face in a photograph: curtains, fringes, hair swept over an eye.

A head of the same pose is rendered twice, bald and with hair, alike in all else. What is nearer in the second is hair;
it is carried to the photograph by the affine map of the 68 landmarks, and brightened or darkened as the face there is.
Where the skin of the second is darker, the hair's shadow darkens the photograph.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.errors import InputError
from fsanet.image.reading import check_picture
from fsanet.image.turning import opencv_matrix
from fsanet.rendering.frame import Frame, RenderSettings, render_frame
from fsanet.rendering.hair_styles import get_style

# style -> share of the faces: what falls before the face, and what hangs beside it
SHARES = {
    "curtain": 0.25,
    "swept_long": 0.125,
    "swept_short": 0.125,
    "fringe_long": 0.125,
    "mop": 0.125,
    "long_wavy": 0.125,
    "locks": 0.125,
}
_BALD = "bald"
_SIZE_WH, _FACE_SHARE = (280, 280), 0.2  # of the rendered picture, in pixels; of the landmarks' box in it
_FINE = 3  # times finer than the photograph, and shrunk then
_SOFT = 0.6  # blur of hair and shadows, in pixels of the rendered picture
_DARKEST = 0.6  # the share of light that a shadow takes away at most
_LEAST_SKIN = 0.1  # share of skin around a pixel below which a shadow fades
_DARK = 40.0  # grey levels added to both faces, so that black photographs do not blacken all hair
_GAIN, _GAIN_NOISE = (0.6, 1.6), 0.2
_COLOURLESS = 4.0  # mean range of a pixel's channels below which a photograph is black and white


class HairedPicture(NamedTuple):
    """A picture with hair over the face.

    Attributes:
        image_bgr: (H, W, 3) uint8.
        style: a name of `HAIR_STYLES`.
    """

    image_bgr: NDArray[np.uint8]
    style: str


class _Layer(NamedTuple):
    """Hair on a photograph.

    Attributes:
        colour: (H, W, 3) BGR times opacity.
        opacity: (H, W, 1) 0 to 1.
        shadow: (H, W, 1) the share of light that the hair takes away beside it.
    """

    colour: NDArray[np.float32]
    opacity: NDArray[np.float32]
    shadow: NDArray[np.float32]


def hair_over(
    image_bgr: NDArray[np.uint8],
    points_xy: ArrayLike,
    yaw_pitch_roll_deg: ArrayLike,
    rng: np.random.Generator,
    style: str | None = None,
) -> HairedPicture:
    """Lay hair over the face with the given landmarks and pose.

    Args:
        image_bgr: (H, W, 3) uint8, a crop or a whole picture.
        points_xy: (68, 2) landmarks in pixels of the picture, 0 the middle of the first, in the order of 300W-LP; those
            that are hidden where they would be.
        yaw_pitch_roll_deg: (3,) degrees.
        rng: randomness; equal states give equal pictures.
        style: a name of `HAIR_STYLES`; None draws one by its share.

    Raises:
        ValueError: for another image, landmarks that are not (68, 2) and finite, or an unknown style.
    """
    check_picture(image_bgr)
    points = np.asarray(points_xy, np.float64)
    if points.shape != (68, 2) or not np.isfinite(points).all():
        raise InputError(f"68 finite landmarks are needed, got an array of shape {points.shape}.")
    drawn = str(rng.choice(list(SHARES), p=list(SHARES.values())))  # always: a given style changes nothing else
    style = drawn if style is None else get_style(style).name
    seed, gain = int(rng.integers(2**31)), float(rng.uniform(1 - _GAIN_NOISE, 1 + _GAIN_NOISE))
    pose = np.asarray(yaw_pitch_roll_deg, np.float64)
    bald, haired = (_head(seed, pose, hair) for hair in (_BALD, style))
    height, width = image_bgr.shape[:2]
    layer = _carried(bald, haired, points, (width, height))
    colour = layer.colour * gain * _brighter(image_bgr, points, bald)
    if np.ptp(image_bgr.astype(np.float32), axis=-1).mean() < _COLOURLESS:
        colour = np.repeat(colour.mean(axis=-1, keepdims=True), 3, axis=-1)
    mixed = image_bgr * (1 - layer.shadow) * (1 - layer.opacity) + np.minimum(colour, 255 * layer.opacity)
    return HairedPicture(np.round(mixed).astype(np.uint8), style)


def _head(seed: int, pose: NDArray, hair: str) -> Frame:
    settings = RenderSettings(per_person=1, headwear=0.0, occluded=0.0, hair=hair, clean=True)
    return render_frame(seed, 0, settings, _SIZE_WH, (_FACE_SHARE, _FACE_SHARE), pose)


def _carried(bald: Frame, haired: Frame, points_xy: NDArray, size_wh: tuple[int, int]) -> _Layer:
    """The hair and its shadow on the photograph."""
    ones = np.ones((len(points_xy), 1))
    from_edge_xy = points_xy + 0.5  # of the picture, as those of the render are counted
    to_points = np.linalg.lstsq(np.hstack([haired.landmarks_xy, ones]), from_edge_xy, rcond=None)[0].T
    fine = (_FINE * size_wh[0], _FINE * size_wh[1])
    layer = np.dstack([_hair(bald, haired), _shadow(bald, haired)])
    layer = cv2.warpAffine(layer, opencv_matrix(_FINE * to_points), fine)
    layer = cv2.resize(layer, size_wh, interpolation=cv2.INTER_AREA)
    return _Layer(layer[..., :3], layer[..., 3:4], layer[..., 4:])


def _hair(bald: Frame, haired: Frame) -> NDArray[np.float32]:
    """Colour times opacity, and opacity (h, w, 4) of hair, but for what hangs out below the shoulders."""
    hair = (haired.near > bald.near).astype(np.uint8)
    _, piece, stats, _ = cv2.connectedComponentsWithStats(hair)
    hair *= (stats[:, cv2.CC_STAT_TOP] < haired.landmarks_xy[:, 1].max())[piece]
    drawn = np.dstack([haired.image_bgr * hair[..., None], hair]).astype(np.float32)
    return cv2.GaussianBlur(drawn, (0, 0), _SOFT)


def _shadow(bald: Frame, haired: Frame) -> NDArray[np.float32]:
    """The share (h, w) of its light that hair takes from the skin; beneath hair that of the skin beside."""
    skin = (bald.skin & haired.skin).astype(np.float32)
    light = (haired.image_bgr.mean(axis=-1) + 1) / (bald.image_bgr.mean(axis=-1) + 1)
    exposure = np.median(light)  # most of the pictures is alike but for that
    taken = cv2.GaussianBlur(skin * (1 - light / exposure).astype(np.float32), (0, 0), _SOFT)
    return np.clip(taken / np.maximum(cv2.GaussianBlur(skin, (0, 0), _SOFT), _LEAST_SKIN), 0, _DARKEST)


def _brighter(image_bgr: NDArray[np.uint8], points_xy: NDArray, head: Frame) -> float:
    """How much brighter the face of the photograph is than the rendered one."""
    there, here = (_face_grey(*of) for of in ((image_bgr, points_xy), (head.image_bgr, head.landmarks_xy)))
    return float(np.clip((there + _DARK) / (here + _DARK), *_GAIN))


def _face_grey(image_bgr: NDArray[np.uint8], points_xy: NDArray) -> float:
    """Mean grey level of the middle of a face; 128 where it lies outside the picture."""
    low, high = points_xy.min(axis=0), points_xy.max(axis=0)
    inset = (high - low) / 4
    x1, y1, x2, y2 = np.clip(np.concatenate([low + inset, high - inset + 1]), 0, None).astype(int)
    inside = image_bgr[y1:y2, x1:x2]
    return float(inside.mean()) if inside.size else 128.0
