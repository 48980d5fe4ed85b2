"""Resampling rows and columns of a batch of images by matrices, one pair a sample.

Crop, zoom, blur and loss of resolution all are such matrices. A matrix product is what every backend does fastest.
"""

import math

import numpy as np
from keras import ops
from numpy.typing import NDArray

from fsanet.tensors import Tensor

FIXED_POINT = 2048  # OpenCV keeps interpolation weights of 8-bit images in 11 bits
_CUBIC = np.float32(-0.75)  # OpenCV's INTER_CUBIC


def resample_rows(matrices: Tensor, images: Tensor) -> Tensor:
    """(N, K, H) times the rows of (N, H, W, C): (N, K, W, C)."""
    _, height, width, channels = images.shape
    rows = ops.matmul(matrices, ops.reshape(images, (-1, height, width * channels)))
    return ops.reshape(rows, (-1, matrices.shape[1], width, channels))


def transpose(images: Tensor) -> Tensor:
    """Swap rows and columns: (N, H, W, C) -> (N, W, H, C)."""
    return ops.transpose(images, (0, 2, 1, 3))


def resample(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Rows times images times columns: (N, H, W, C) with (N, K, H) and (N, L, W) -> (N, K, L, C)."""
    return transpose(resample_rows(columns, transpose(resample_rows(rows, images))))


def cubic_table(size: int, most: int) -> NDArray[np.float32]:
    """Weights that enlarge `size - removed` pixels to `size`, as OpenCV's 8-bit INTER_CUBIC does it.

    Args:
        size: side of the image.
        most: largest number of pixels taken away.

    Returns:
        (most + 1, most, size, size): [removed, offset] is a matrix in units of 1 / FIXED_POINT that takes the source
        from `offset` on. Row 0 and what lies beyond (offset >= removed) stay zero.
    """
    table = np.zeros((most + 1, most, size, size), np.float32)
    for removed in range(1, most + 1):
        matrix = _cubic_matrix(size, size - removed)
        for offset in range(removed):
            table[removed, offset, :, offset : offset + size - removed] = matrix
    return table


def _cubic_matrix(size: int, source: int) -> NDArray[np.float32]:
    """(size, source) in units of 1 / FIXED_POINT; samples beyond the border repeat it."""
    matrix = np.zeros((size, source), np.float32)
    for target in range(size):
        position = np.float32((target + 0.5) * (source / size) - 0.5)
        first = math.floor(position)
        for tap, weight in enumerate(_cubic_weights(np.float32(position - first)), start=first - 1):
            matrix[target, min(max(tap, 0), source - 1)] += np.rint(weight * FIXED_POINT)
    return matrix


def _cubic_weights(t: np.float32) -> tuple[np.float32, ...]:
    """Weights of the four samples around a point that lies `t` behind the second; they sum to 1."""
    a, one = _CUBIC, np.float32(1)
    first = ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a
    second = ((a + 2) * t - (a + 3)) * t * t + 1
    third = ((a + 2) * (one - t) - (a + 3)) * (one - t) * (one - t) + 1
    return first, second, third, one - first - second - third


def linear_matrices(positions: Tensor, size: int) -> Tensor:
    """Matrices of linear interpolation; beyond the border its pixel is repeated.

    Args:
        positions: (N, K) where to read, in pixels, 0 being the centre of the first.
        size: H.

    Returns:
        (N, K, H).
    """
    inside = ops.clip(positions, 0.0, size - 1.0)
    distance = ops.abs(inside[:, :, None] - ops.arange(size, dtype="float32"))
    return ops.maximum(1.0 - distance, 0.0)


def gaussian_matrix(size: int, sigma: float) -> NDArray[np.float32]:
    """Blur by `sigma` pixels: (size, size), rows sum to 1 at the border too."""
    distance = np.arange(size)[:, None] - np.arange(size)
    weights = np.exp(-0.5 * (distance / sigma) ** 2)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def low_resolution_matrix(size: int, side: int) -> NDArray[np.float32]:
    """Shrink `size` pixels to `side` by area and enlarge them linearly again: (size, size)."""
    edges = np.linspace(0, size, side + 1)
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    shrink = np.clip(overlap, 0, None) * (side / size)  # (side, size)
    positions = np.clip((pixels + 0.5) * (side / size) - 0.5, 0, side - 1)
    enlarge = np.clip(1 - np.abs(positions[:, None] - np.arange(side)), 0, None)  # (size, side)
    return (enlarge @ shrink).astype(np.float32)
