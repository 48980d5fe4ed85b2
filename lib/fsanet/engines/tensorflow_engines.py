"""TensorFlow's own graphs: the engines for what `fsanet export` writes as SavedModel and as frozen graph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.engines.engine import as_float, checked_crops
from fsanet.errors import InputError
from fsanet.export.formats.table import INPUT_NAME, OUTPUT_NAME, SIGNATURE


class SavedModelEngine:
    """Poses through a SavedModel.

    Args:
        path: the folder.

    Raises:
        ImportError: without TensorFlow.
        ValueError: when it is not a SavedModel with our signature.
    """

    name = "saved_model"

    def __init__(self, path: str | Path):
        import tensorflow as tf

        try:
            self._loaded = tf.saved_model.load(str(path))  # its signatures do not keep it alive
            self._network = self._loaded.signatures[SIGNATURE]
            self.input_size = int(self._network.structured_input_signature[1][INPUT_NAME].shape[1])
        except (OSError, KeyError) as error:
            raise InputError(f"'{path}' is not a SavedModel of a head pose network: {error}.") from error

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops, as `Engine.predict` has it."""
        crops = as_float(checked_crops(crops_bgr, self.input_size))
        return self._network(**{INPUT_NAME: crops})[OUTPUT_NAME].numpy()


class FrozenGraphEngine:
    """Poses through a frozen graph of TensorFlow 1.

    Args:
        path: the .pb file.
        input_name: the tensor that takes crops.
        output_name: the tensor with the angles.

    Raises:
        ImportError: without TensorFlow.
        FileNotFoundError: when there is no such file.
        ValueError: when it is no graph with those tensors.
    """

    name = "frozen_graph"

    def __init__(self, path: str | Path, input_name: str = f"{INPUT_NAME}:0", output_name: str = f"{OUTPUT_NAME}:0"):
        import tensorflow as tf
        from google.protobuf.message import DecodeError

        try:
            graph = tf.compat.v1.GraphDef.FromString(Path(path).read_bytes())
            wrapped = tf.compat.v1.wrap_function(lambda: tf.import_graph_def(graph, name=""), [])
            self._network = wrapped.prune(input_name, output_name)
        except (DecodeError, KeyError, ValueError) as error:
            raise InputError(f"'{path}' is not a frozen graph with {input_name} and {output_name}: {error}.") from error
        self._constant = tf.constant
        self.input_size = int(self._network.inputs[0].shape[1])

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops, as `Engine.predict` has it."""
        crops = as_float(checked_crops(crops_bgr, self.input_size))
        return self._network(self._constant(crops)).numpy()
