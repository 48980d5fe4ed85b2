"""Angles of many crops, in batches of one size: a backend compiles once."""

import keras
import numpy as np
from numpy.typing import NDArray

BATCH = 64


def predict(network: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Yaw, pitch and roll of crops.

    Args:
        network: (N, S, S, 3) BGR 0..255 -> (N, 3).
        images: (N, S, S, 3) uint8.

    Returns:
        (N, 3) degrees.
    """
    parts = []
    for start in range(0, len(images), BATCH):
        block = np.asarray(images[start : start + BATCH], np.float32)
        filled = np.concatenate([block, np.zeros((BATCH - len(block), *block.shape[1:]), np.float32)])
        parts.append(np.asarray(network.predict_on_batch(filled))[: len(block)])
    return np.concatenate(parts).astype(np.float64) if parts else np.empty((0, 3))
