"""SavedModel, and the frozen graph of TensorFlow 1 that the original's users know."""

import json
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from fsanet.engines.engine import as_float, checked_crops
from fsanet.export.formats.format import Format, Source
from fsanet.export.onnx_file import INPUT_NAME, OUTPUT_NAME

_SIGNATURE = "serving_default"


def write_saved_model(source: Source, path: Path) -> None:
    """A folder that `tf.saved_model.load` and TensorFlow Serving read; the metadata lie in assets.extra/."""
    archive_model(source.model, path)
    extra = path / "assets.extra"
    extra.mkdir()
    (extra / "fsanet.json").write_text(json.dumps(dict(source.metadata), indent=2), encoding="utf-8")


def archive_model(model: keras.Model, path: Path) -> None:
    """A SavedModel with one signature and fixed names."""
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint(
        _SIGNATURE,
        lambda image_bgr: {OUTPUT_NAME: model(image_bgr, training=False)},
        input_signature=[_input(model)],
    )
    archive.write_out(str(path), verbose=False)


def write_frozen_graph(source: Source, path: Path) -> None:
    """A .pb with all weights as constants; input `image_bgr:0`, output `yaw_pitch_roll_deg:0`.

    The format has no place for metadata.
    """

    @tf.function(input_signature=[_input(source.model)])
    def network(image_bgr):
        return tf.identity(source.model(image_bgr, training=False), name=OUTPUT_NAME)

    frozen = convert_variables_to_constants_v2(network.get_concrete_function())
    path.write_bytes(frozen.graph.as_graph_def().SerializeToString())


def _input(model: keras.Model) -> tf.TensorSpec:
    return tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name=INPUT_NAME)


class SavedModelEngine:
    """Poses through a SavedModel."""

    name = "saved_model"

    def __init__(self, path: Path):
        self._loaded = tf.saved_model.load(str(path))  # its signatures do not keep it alive
        self._network = self._loaded.signatures[_SIGNATURE]
        self.input_size = self._network.structured_input_signature[1][INPUT_NAME].shape[1]

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops, as `Engine.predict` has it."""
        crops = as_float(checked_crops(crops_bgr, self.input_size))
        return self._network(**{INPUT_NAME: tf.constant(crops)})[OUTPUT_NAME].numpy()


class FrozenGraphEngine:
    """Poses through a frozen graph."""

    name = "frozen_graph"

    def __init__(self, path: Path, input_name: str = f"{INPUT_NAME}:0", output_name: str = f"{OUTPUT_NAME}:0"):
        graph = tf.compat.v1.GraphDef.FromString(path.read_bytes())
        wrapped = tf.compat.v1.wrap_function(lambda: tf.import_graph_def(graph, name=""), [])
        self._network = wrapped.prune(input_name, output_name)
        self.input_size = self._network.inputs[0].shape[1]

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops, as `Engine.predict` has it."""
        crops = as_float(checked_crops(crops_bgr, self.input_size))
        return self._network(tf.constant(crops)).numpy()


SAVED_MODEL = Format("saved_model", "_saved_model", write_saved_model, SavedModelEngine, folder=True)
FROZEN_GRAPH = Format("frozen_graph", ".pb", write_frozen_graph, FrozenGraphEngine)
