"""Filling holes in pictures from what lies around them."""

import cv2
import numpy as np
from numpy.typing import NDArray

_SMALLEST = 4  # pixels: below, the mean is as good


def fill(image: NDArray, known: NDArray) -> NDArray[np.float32]:
    """A picture whose unknown pixels take on the colours around them: finest detail near the rim, means far inside.

    After the pull-push of Gortler et al., The Lumigraph, SIGGRAPH 1996.

    Args:
        image: (H, W, 3).
        known: (H, W) how far each pixel is known, 0..1.

    Returns:
        (H, W, 3) float32.
    """
    known = known.astype(np.float32)
    return _pull_push(image.astype(np.float32) * known[..., None], known)


def _pull_push(weighted: NDArray, known: NDArray) -> NDArray[np.float32]:
    """`fill` of a picture that is already multiplied by its weights."""
    height, width = known.shape
    if min(height, width) <= _SMALLEST:
        mean = weighted.sum(axis=(0, 1)) / max(float(known.sum()), 1e-6)
        return np.broadcast_to(mean, weighted.shape).astype(np.float32)
    half = ((width + 1) // 2, (height + 1) // 2)
    smaller = (cv2.resize(part, half, interpolation=cv2.INTER_AREA) for part in (weighted, known))
    weighted_half, known_half = smaller
    gain = np.minimum(1.0, 4.0 * known_half) / np.maximum(known_half, 1e-6)  # a quarter known is known at half the size
    below = _pull_push(weighted_half * gain[..., None], known_half * gain)
    coarse = cv2.resize(below, (width, height), interpolation=cv2.INTER_LINEAR)
    return weighted + (1.0 - known)[..., None] * coarse
