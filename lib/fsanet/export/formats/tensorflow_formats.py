"""SavedModel, the frozen graph of TensorFlow 1 that the original's users know, and Keras' own format."""

import json
from pathlib import Path

import keras
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from fsanet.export.formats.table import INPUT_NAME, OUTPUT_NAME, SIGNATURE, Source


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
        SIGNATURE,
        lambda image_bgr: {OUTPUT_NAME: model(image_bgr, training=False)},
        input_signature=[_input(model)],
    )
    archive.write_out(str(path), verbose=False)


def write_frozen_graph(source: Source, path: Path) -> None:
    """A .pb with all weights as constants; input `image_bgr:0`, output `yaw_pitch_roll_deg:0`.

    The format has no place for metadata.
    """

    @tf.function(input_signature=[_input(source.model)])
    def network(image_bgr: tf.Tensor) -> tf.Tensor:
        return tf.identity(source.model(image_bgr, training=False), name=OUTPUT_NAME)

    frozen = convert_variables_to_constants_v2(network.get_concrete_function())
    path.write_bytes(frozen.graph.as_graph_def().SerializeToString())


def write_keras(source: Source, path: Path) -> None:
    """A .keras file: the trainable model, with its layers. The format has no place for metadata."""
    source.model.save(path)


def _input(model: keras.Model) -> tf.TensorSpec:
    return tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name=INPUT_NAME)
