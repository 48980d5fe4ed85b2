"""Keras itself: the reference that the other engines are compared with."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.engines.engine import as_float, checked_batch_size, checked_crops, shares

if TYPE_CHECKING:
    import keras


class KerasEngine:
    """Poses through a Keras model, on whichever backend Keras runs.

    `predict_on_batch` compiles for the shapes it meets, so batches are padded to powers of two: a handful of
    compilations instead of one for each number of faces. `predict`, made for data sets, costs ten times as much a call.

    Args:
        model: as `load_model` or `build_model` returns it.
        batch_size: crops that are computed at once, 64 where not given; more are computed in turns.
        metadata: what is known of its weights, as `describe` tells it.
    """

    name = "keras"

    def __init__(
        self, model: keras.Model, *, batch_size: int | None = None, metadata: Mapping[str, str] = MappingProxyType({})
    ):
        self.model = model
        self.metadata = {"model": model.name, **metadata}
        self.batch_size = checked_batch_size(batch_size, default=64)
        self.input_size = model.input_shape[1]
        self._lock = threading.Lock()  # the first calls build functions within the model

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops, as `Engine.predict` has it."""
        crops = checked_crops(crops_bgr, self.input_size)
        angles = np.empty((len(crops), 3), np.float32)
        with self._lock:
            for part in shares(len(crops), self.batch_size):
                angles[part] = self._run(as_float(crops[part]))
        return angles

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        padding = (1 << (len(batch) - 1).bit_length()) - len(batch)
        padded = np.pad(batch, [(0, padding), (0, 0), (0, 0), (0, 0)])
        return np.asarray(self.model.predict_on_batch(padded))[: len(batch)]
