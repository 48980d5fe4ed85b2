"""Angles of many crops, with a bar where there are enough of them to wait for."""

import numpy as np
from numpy.typing import NDArray

from fsanet.console import progress
from fsanet.engines.engine import Engine

_BLOCK = 512  # crops between two moves of the bar
_SHOWN_FROM = 4 * _BLOCK


def predict(engine: Engine, images: NDArray[np.uint8], label: str = "") -> NDArray[np.float64]:
    """Yaw, pitch and roll of crops.

    Args:
        engine: any engine of `fsanet.inference`.
        images: (N, S, S, 3) uint8 BGR, S the engine's `input_size`.
        label: the word before the bar.

    Returns:
        (N, 3) degrees.
    """
    angles = np.empty((len(images), 3))
    with progress(total=len(images), unit="img", label=label, quiet=len(images) < _SHOWN_FROM) as bar:
        for start in range(0, len(images), _BLOCK):
            block = slice(start, start + _BLOCK)
            angles[block] = engine.predict(images[block])
            bar.update(len(images[block]))
    return angles
