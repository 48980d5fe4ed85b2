"""The light on a face in a photograph, as far as its low frequencies tell it."""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.overlays.placing import Placing, spline_rows
from fsanet.rendering.masks.chart import mean_chart
from fsanet.rendering.masks.sheet import sheet_normals

_SIDE = 28  # pixels of the small picture that the light is read from
_BLUR = 2.2  # of its pixels
_ALBEDO = (0.2, 0.55)  # of skin, darkest and lightest that is assumed
_SKIN_RGB = np.array([1.0, 0.62, 0.47])  # of skin under white light, linear


def to_linear(srgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Linear light 0..1 of grey levels 0..255."""
    return cv2.LUT(srgb, _linear_levels())


@functools.cache
def _linear_levels() -> NDArray[np.float32]:
    """Linear light of each of the 256 grey levels."""
    level = np.arange(256, dtype=np.float32) / 255
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)


def to_srgb(linear: NDArray) -> NDArray:
    """Grey levels 0..255 of linear light; the brightest roll off."""
    light = np.maximum(linear, 0)
    light = np.where(light < 0.7, light, 0.7 + 0.3 * (1 - np.exp(-(light - 0.7) / 0.3)))
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@dataclass(frozen=True)
class FaceLight:
    """Light on a face.

    Attributes:
        weights: (4,) of light = w0 + w1..3 . normal, normal in camera axes; skin's own lightness divided out.
        local: (h, w) how much lighter each part of the face's box is than that, smooth.
        box_xyxy: the box, pixels of the picture.
        colour: 0 for a grey picture, 1 for one in full colour.
        cast_rgb: (3,) what the light does to the channels.
    """

    weights: NDArray
    local: NDArray
    box_xyxy: tuple[int, int, int, int]
    colour: float
    cast_rgb: NDArray

    def at(self, xy: NDArray, normals: NDArray) -> NDArray:
        """Light (R, C) that falls on a surface seen at pixels (R, C, 2) with normals (R, C, 3), 1 on white is white."""
        middle = max(self.weights[0] + 0.6 * self.weights[3], 0.02)
        plain = np.clip(self.weights[0] + normals @ self.weights[1:], 0.35 * middle, 1.6 * middle)
        x1, y1, x2, y2 = self.box_xyxy
        height, width = self.local.shape
        column = ((xy[..., 0] - x1) * width / (x2 - x1) - 0.5).astype(np.float32)
        row = ((xy[..., 1] - y1) * height / (y2 - y1) - 0.5).astype(np.float32)
        return plain * cv2.remap(self.local, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def read_light(image_bgr: NDArray[np.uint8], placing: Placing) -> FaceLight | None:
    """Read the light off a face; None where no part of the face lies on the picture."""
    box = _visible_box(image_bgr, placing.points_xy)
    if box is None:
        return None
    x1, y1, x2, y2 = box
    small = cv2.resize(image_bgr[y1:y2, x1:x2], (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    linear = to_linear(small)
    light = linear @ np.array([0.07, 0.72, 0.21], np.float32)
    rows, normals = _face()
    facing = normals @ placing.rotation.T
    cells = ((rows @ placing.coefficients - [x1, y1]) * _SIDE / [x2 - x1, y2 - y1]).astype(int)
    usable = (facing[:, 2] > 0.15) & (cells >= 0).all(axis=1) & (cells < _SIDE).all(axis=1)
    if usable.sum() < 8:
        return None
    cells, facing = cells[usable], facing[usable]
    values = light[cells[:, 1], cells[:, 0]]
    weights = _fit(facing, values)
    local = _smooth_rest(light, cells, values / np.maximum(weights[0] + facing @ weights[1:], 0.02))
    white = max(float(_quantile(light.ravel(), 0.97)), 0.05)
    skin = float(np.clip(0.8 * _quantile(values, 0.85) / white, *_ALBEDO))
    spread = float((small.max(axis=2).astype(float) - small.min(axis=2)).mean())
    colour = min(max((spread - 6) / 22, 0.0), 1.0)
    return FaceLight(weights / skin, local, box, colour, _cast(linear[cells[:, 1], cells[:, 0], ::-1], colour))


def _quantile(values: NDArray, share: float) -> NDArray:
    """The value of (N, ...) below which a share of the N lie: `np.quantile` to the bit, in a tenth of its time."""
    ordered = np.sort(values, axis=0)
    low, step = divmod(share * (len(values) - 1), 1.0)
    before, after = ordered[int(low)], ordered[min(int(low) + 1, len(values) - 1)]
    return before + (after - before) * step if step < 0.5 else after - (after - before) * (1 - step)


def _cast(skin_rgb: NDArray, colour: float) -> NDArray:
    """Colour (3,) of the light from skin (N, 3); half of what differs from common skin is put down to it."""
    seen = _quantile(skin_rgb, 0.7) + 0.01
    cast = (seen / _SKIN_RGB) ** (0.5 * colour)
    return np.clip(cast / (cast @ np.array([0.21, 0.72, 0.07])), 0.5, 1.6)


@functools.cache
def _face() -> tuple[NDArray, NDArray]:
    """Places all over the mean face, as rows (N, 72) of the spline, and its normals (N, 3) there."""
    angle, height = np.meshgrid(np.linspace(-62, 62, 15), np.linspace(7.7, 6.25, 13))
    points = mean_chart().at(angle, height)
    return spline_rows(points.reshape(-1, 3).astype(np.float64)), sheet_normals(points).reshape(-1, 3)


def _visible_box(image: NDArray, points_xy: NDArray) -> tuple[int, int, int, int] | None:
    """The landmarks' box with some forehead, cut at the borders of the picture."""
    low, high = points_xy.min(axis=0), points_xy.max(axis=0)
    pad = 0.15 * (high - low)
    x1, y1 = np.maximum(np.floor(low - pad), 0).astype(int)
    x2, y2 = np.minimum(np.ceil(high + pad), [image.shape[1], image.shape[0]]).astype(int)
    return (int(x1), int(y1), int(x2), int(y2)) if x2 - x1 >= 2 and y2 - y1 >= 2 else None


def _fit(normals: NDArray, values: NDArray) -> NDArray:
    """Light over normals by ridge regression; dark places (eyes, beards, hair) count less."""
    columns = np.column_stack([np.ones(len(normals)), normals])
    trust = np.clip(values / max(float(_quantile(values, 0.5)), 1e-3), 0.05, 1.0)[:, None] ** 2
    system = columns.T @ (trust * columns) + np.diag([0.01, 4.0, 4.0, 4.0]) * len(values) / 60
    return np.linalg.solve(system, columns.T @ (trust[:, 0] * values))


def _smooth_rest(light: NDArray, cells: NDArray, ratio: NDArray) -> NDArray:
    """What the fit leaves, spread smoothly over the box (S, S), between 0.6 and 1.5."""
    total, count = np.full((2, *light.shape), 0.0, np.float32)
    np.add.at(total, (cells[:, 1], cells[:, 0]), np.clip(ratio, 0.4, 2.0))
    np.add.at(count, (cells[:, 1], cells[:, 0]), 1.0)
    total, count = (cv2.GaussianBlur(a, (0, 0), 2 * _BLUR) for a in (total, count))
    return np.clip((total + 0.02) / (count + 0.02), 0.6, 1.5).astype(np.float32)
