"""Smooth repeating noise in space, and the ramps that procedural painting is made of."""

import functools
import math

import numpy as np
from numba import njit
from scipy.ndimage import gaussian_filter

_SIDE = 32


@functools.cache
def _volume() -> np.ndarray:
    """The one block of smoothed normal noise that everything samples, standard deviation 1."""
    block = gaussian_filter(np.random.default_rng(7).standard_normal((_SIDE,) * 3), 0.7, mode="wrap")
    return (block / block.std()).astype(np.float32)


@njit(cache=True)
def _sample(volume, points):
    side = volume.shape[0]
    out = np.empty(points.shape[0], np.float32)
    for i in range(points.shape[0]):
        fx, fy, fz = (math.floor(points[i, 0]), math.floor(points[i, 1]), math.floor(points[i, 2]))
        x, y, z = points[i, 0] - fx, points[i, 1] - fy, points[i, 2] - fz
        x0, y0, z0 = int(fx) % side, int(fy) % side, int(fz) % side
        x1, y1, z1 = (x0 + 1) % side, (y0 + 1) % side, (z0 + 1) % side
        a = volume[x0, y0, z0] * (1 - x) + volume[x1, y0, z0] * x
        b = volume[x0, y1, z0] * (1 - x) + volume[x1, y1, z0] * x
        c = volume[x0, y0, z1] * (1 - x) + volume[x1, y0, z1] * x
        d = volume[x0, y1, z1] * (1 - x) + volume[x1, y1, z1] * x
        out[i] = (a * (1 - y) + b * y) * (1 - z) + (c * (1 - y) + d * y) * z
    return out


def noise(points: np.ndarray, per_unit: float, offset: float = 0.0) -> np.ndarray:
    """Noise of unit standard deviation at points.

    Args:
        points: (P, 3).
        per_unit: lumps per unit of length.
        offset: moves the sample, so that two persons do not share their spots.

    Returns:
        (P,) float32.
    """
    return _sample(_volume(), np.ascontiguousarray(points * per_unit + offset, dtype=np.float32))


def ramp(low: float, high: float, value: np.ndarray) -> np.ndarray:
    """Smooth step from 0 at `low` to 1 at `high` (`low` > `high` falls instead)."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def bump(value: np.ndarray, width: float) -> np.ndarray:
    """Gaussian bump exp(-(value / width)^2)."""
    return np.exp(-np.square(value / width))
