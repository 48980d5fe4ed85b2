"""TensorFlow's formats: SavedModel, the frozen graph that the original's users know, Keras' own, and LiteRT."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.tools import flatbuffer_utils
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from fsanet.export.formats.table import (
    FLOAT16,
    INPUT_NAME,
    INT8,
    METADATA_FILE,
    METADATA_PREFIX,
    OUTPUT_NAME,
    SIGNATURE,
    Source,
)
from fsanet.export.lean.lean_model import lean_model

_SMALLEST_MAP, _FEWEST_CHANNELS = 8, 16  # of what counts as a feature map when LiteRT quantises


def write_saved_model(source: Source, path: Path) -> None:
    """A folder that `tf.saved_model.load` and TensorFlow Serving read; the metadata lie in assets.extra/."""
    archive_model(source.model, path)
    file = path / METADATA_FILE
    file.parent.mkdir()
    file.write_text(json.dumps(dict(source.metadata), indent=2), encoding="utf-8")


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


def _input(model: keras.Model) -> tf.TensorSpec:
    return tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name=INPUT_NAME)


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


def write_tflite(source: Source, path: Path) -> None:
    """A .tflite file with the signature `serving_default` and fixed names.

    float16 rounds the stored weights only. int8 quantises weights and activations of the streams, and leaves input,
    output and what lies behind the streams in float32: those few numbers decide the angles.
    """
    model = lean_model(source.model)
    with TemporaryDirectory() as folder:
        archive_model(model, Path(folder) / "saved_model")
        converter = tf.lite.TFLiteConverter.from_saved_model(str(Path(folder) / "saved_model"))
        if source.quantize == FLOAT16:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = [tf.float16]
        content = _int8(converter, source.crops) if source.quantize == INT8 else converter.convert()
    path.write_bytes(_with_metadata(content, source.properties))


def _int8(converter: tf.lite.TFLiteConverter, calibration: np.ndarray) -> bytes:
    """Quantised but for what `_exact_operations` names, which TensorFlow offers as an option of its debugger."""
    exact = _exact_operations(converter.convert())

    def crops() -> Iterator[list[np.ndarray]]:
        for crop in calibration:
            yield [crop[np.newaxis]]

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = crops
    options = tf.lite.experimental.QuantizationDebugOptions(denylisted_nodes=exact)
    debugger = tf.lite.experimental.QuantizationDebugger(
        converter=converter, debug_dataset=crops, debug_options=options
    )
    return debugger.get_nondebug_quantized_model()


def _exact_operations(content: bytes) -> list[str]:
    """Names of the operations whose result is no feature map of the streams."""
    graph = flatbuffer_utils.convert_bytearray_to_object(bytearray(content)).subgraphs[0]
    outputs = [graph.tensors[operator.outputs[0]] for operator in graph.operators]
    return [tensor.name.decode() for tensor in outputs if not _is_map(tensor.shape)]


def _is_map(shape: Sequence[int]) -> bool:
    return len(shape) == 4 and min(shape[1], shape[2]) >= _SMALLEST_MAP and shape[3] >= _FEWEST_CHANNELS


def _with_metadata(content: bytes, metadata: dict[str, str]) -> bytes:
    """The file with one metadata buffer for each entry."""
    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    for key, value in metadata.items():
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(value.encode(), np.uint8)
        model.buffers.append(buffer)
        entry = schema.MetadataT()
        entry.name, entry.buffer = f"{METADATA_PREFIX}{key}", len(model.buffers) - 1
        model.metadata.append(entry)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))
