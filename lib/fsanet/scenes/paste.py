"""Pasting a cut-out into a picture so that its edge tells nothing: drawn anew each time, softer or harder."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.image.turning import opencv_matrix
from fsanet.scenes.labels import CutoutPlacement

_SHRINK_FIRST = 0.5  # below this scale pixels are averaged before the turn
_FADES = (0, 0, 6, 14, 28, 44)  # pixels of a cut-out over which its border fades, so that shoulders end somewhere
_MIDDLE = 110.0  # grey around which contrast changes


def paste(
    canvas: NDArray[np.float32], image_bgra: NDArray[np.uint8], placement: CutoutPlacement, rng: np.random.Generator
) -> tuple[slice, slice, NDArray[np.bool_]] | None:
    """Draw a cut-out into a picture, in place.

    Args:
        canvas: (H, W, 3) BGR 0..255.
        image_bgra: (h, w, 4).
        placement: where.
        rng: its edge and colours.

    Returns:
        Rows, columns and which pixels among these it covers now; None when it lies outside.
    """
    source, corner = _trimmed(_faded(image_bgra, _FADES[rng.integers(len(_FADES))]))
    soft, sigma, hard = rng.random() < 0.6, rng.uniform(0.4, 1.3), rng.uniform(1.0, 1.8)
    tones = _tones(rng)
    matrix = placement.matrix()
    matrix[:, 2] += matrix[:, :2] @ corner
    region = _region(matrix, source.shape, canvas.shape)
    if region is None:
        return None
    rows, columns = region
    if placement.scale < _SHRINK_FIRST:
        factor = max(1.5 * placement.scale, 0.06)
        source = cv2.resize(source, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        matrix = np.column_stack([matrix[:, :2] / factor, matrix[:, 2]])
    matrix[:, 2] -= columns.start, rows.start
    size = columns.stop - columns.start, rows.stop - rows.start
    warped = cv2.warpAffine(source, opencv_matrix(matrix), size, flags=cv2.INTER_LINEAR)
    alpha = warped[..., 3].astype(np.float32) * (hard / 255) + (1 - hard)  # the harder, the narrower
    if soft:
        alpha = cv2.GaussianBlur(alpha, (0, 0), sigma)
    alpha = np.clip(alpha, 0, 1, out=alpha)
    under = canvas[rows, columns]
    under += (cv2.LUT(warped[..., :3], tones) - under) * alpha[..., None]
    return rows, columns, alpha > 0.5


def _tones(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A table (256, 1, 3) from a cut-out's colours to those in the picture."""
    contrast, shift, cast = rng.uniform(0.7, 1.25), rng.uniform(-30, 30), rng.normal(1, 0.05, 3)
    tones = ((np.arange(256)[:, None] - _MIDDLE) * contrast + _MIDDLE + shift) * cast
    return np.clip(tones, 0, 255).astype(np.uint8)[:, None]


def _trimmed(image_bgra: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The part of a cut-out that shows something, with a rim of one pixel, and its corner (x, y)."""
    x, y, width, height = cv2.boundingRect(image_bgra[..., 3])
    left, top = max(x - 1, 0), max(y - 1, 0)
    return image_bgra[top : y + height + 1, left : x + width + 1], np.array([left, top])


def _region(matrix: NDArray, source: tuple[int, ...], canvas: tuple[int, ...]) -> tuple[slice, slice] | None:
    """Rows and columns of the picture that a cut-out reaches; None where that is none."""
    height, width = source[:2]
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) @ matrix[:, :2].T + matrix[:, 2]
    limit = np.array([canvas[1], canvas[0]])
    low = np.clip(np.floor(corners.min(axis=0)), 0, limit).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)), 0, limit).astype(int)
    if (high <= low).any():
        return None
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _faded(image_bgra: NDArray[np.uint8], pixels: int) -> NDArray[np.uint8]:
    if pixels == 0:
        return image_bgra
    faded = image_bgra.copy()
    faded[..., 3] = cv2.multiply(faded[..., 3], _fade(pixels, faded.shape[:2]), scale=1 / 255)
    return faded


@lru_cache(maxsize=64)
def _fade(pixels: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Of a size (height, width), 255 inside, falling to 0 at the border."""
    down, along = (np.clip(np.minimum(np.arange(n), np.arange(n)[::-1]) / pixels, 0, 1) for n in size)
    return (255 * np.minimum(down[:, None], along[None])).astype(np.uint8)
