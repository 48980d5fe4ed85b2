"""Whether an exported network gives the angles of the Keras model that it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fsanet.engines.engine import Engine
from fsanet.errors import InputError

if TYPE_CHECKING:
    import keras

TOLERANCE_DEG = 1e-3

_PROBES = 5  # an odd number, so that the dynamic batch is tried too


def probe_crops(size: int, number: int = _PROBES) -> NDArray[np.float32]:
    """Smooth random pictures, (number, size, size, 3), BGR 0..255; the same at every call.

    Smooth, because the angles of pure noise are far outside what a network was trained for and blow up differences.
    """
    import cv2

    random = np.random.default_rng(0)
    crops = []
    for i in range(number):
        coarse = random.integers(0, 256, (4 + 3 * i, 4 + 3 * i, 3)).astype(np.uint8)
        crops.append(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC))
    return np.stack(crops).astype(np.float32)


def largest_difference(model: keras.Model, engine: Engine) -> float:
    """Largest difference of any angle between a Keras model and an engine, in degrees, over the probes."""
    crops = probe_crops(engine.input_size)
    expected = np.asarray(model.predict_on_batch(crops))
    return float(np.abs(engine.predict(crops) - expected).max())


def check_same_angles(model: keras.Model, engine: Engine, name: str) -> float:
    """The largest difference in degrees, where it is within the tolerance.

    Raises:
        ValueError: where it is not, or an angle is no number; `name` says which export.
    """
    difference = largest_difference(model, engine)
    if not difference <= TOLERANCE_DEG:  # also true for NaN
        raise InputError(
            f"The export '{name}' differs from its Keras model by up to {difference:.2g} degrees; "
            f"at most {TOLERANCE_DEG:g} is accepted, so it was not kept."
        )
    return difference
