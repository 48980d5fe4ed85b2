"""Angles of many crops."""

import keras
import numpy as np
from numpy.typing import NDArray

BATCH = 128


def predict(network: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Yaw, pitch and roll of crops; all batches have one size, so that a backend compiles once.

    Args:
        network: (N, S, S, 3) BGR 0..255 -> (N, 3).
        images: (N, S, S, 3) uint8.

    Returns:
        (N, 3) degrees.
    """
    batch = min(BATCH, len(images))
    parts = []
    for start in range(0, len(images), batch):
        block = np.asarray(images[start : start + batch], np.float32)
        filled = np.concatenate([block, np.zeros((batch - len(block), *block.shape[1:]), np.float32)])
        parts.append(np.asarray(network.predict_on_batch(filled))[: len(block)])
    return np.concatenate(parts).astype(np.float64) if parts else np.empty((0, 3))
