"""Keras model -> ONNX file, through Keras' exporter."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fsanet.errors import MissingPackageError
from fsanet.export.comparison import Predict, check_same_angles
from fsanet.export.formats.table import INPUT_NAME, OUTPUT_NAME, SPREAD_NAME
from fsanet.files import replace_whole

if TYPE_CHECKING:
    import keras
    import onnx

OPSET = 17  # the newest that ONNX Runtime of 2022 and OpenCV 4.10 read; newer ones bring nothing here


def write_onnx(
    model: keras.Model, path: str | Path, metadata: Mapping[str, str] | None = None, *, spread: bool = False
) -> Path:
    """Write a Keras model as ONNX, in its lean form and with a dynamic batch, and compare both.

    Args:
        model: (batch, size, size, 3) BGR 0..255 -> (batch, 3) degrees.
        path: of the file. It is whole, and gives the model's angles, or is not there.
        metadata: what the file shall say of itself, as `metadata_props`.
        spread: give a fusion a second output, how far its members are apart (see `lean_model_with_spread`). Programs
            that expect one output need a file without.

    Returns:
        The path. The input is named `image_bgr`, the output `yaw_pitch_roll_deg`, a second one `spread_deg`.

    Raises:
        ImportError: without TensorFlow, tf2onnx or onnx.
        ValueError: when the file's angles differ from the model's by more than a thousandth of a degree.
    """
    from fsanet.export.lean.lean_model import lean_model, lean_model_with_spread

    lean = (lean_model_with_spread if spread else lean_model)(model)
    with replace_whole(path) as temporary:
        export_graph(lean, temporary)
        finish_graph(temporary, model.name, (OUTPUT_NAME, SPREAD_NAME)[: len(lean.outputs)], metadata or {})
        check_same_angles(model, _predict(temporary), str(path))
    return Path(path)


def export_graph(model: keras.Model, path: Path) -> None:
    """Write a Keras model of one picture input as ONNX; names are the exporter's."""
    import keras

    if keras.backend.backend() != "tensorflow":
        raise MissingPackageError(f"ONNX export needs Keras on TensorFlow; here it runs on {keras.backend.backend()}.")
    signature = [keras.InputSpec(dtype="float32", shape=(None, *model.input_shape[1:]), name=INPUT_NAME)]
    with _quiet_conversion():
        model.export(str(path), format="onnx", input_signature=signature, opset_version=OPSET, verbose=False)


@contextmanager
def _quiet_conversion() -> Iterator[None]:
    """tf2onnx logs its progress as warnings, and its copy of protobuf code warns of deprecations."""
    logger = logging.getLogger("tf2onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def finish_graph(path: Path, model_name: str, output_names: Sequence[str], metadata: Mapping[str, str]) -> None:
    """Give a written file fixed names of input, outputs and batch, and its metadata; check it."""
    import onnx

    proto = onnx.load(path)
    graph = proto.graph
    graph.name = model_name
    _rename(graph, graph.input[0].name, INPUT_NAME)
    for output, name in zip(graph.output, output_names, strict=True):
        _rename(graph, output.name, name)
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    onnx.helper.set_model_props(proto, dict(metadata))
    onnx.checker.check_model(proto, full_check=True)
    onnx.save(proto, path)


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        for names in (node.input, node.output):
            for i, name in enumerate(names):
                if name == old:
                    names[i] = new
    for value in (*graph.input, *graph.output, *graph.value_info):
        if value.name == old:
            value.name = new


def _predict(path: Path) -> Predict:
    """The angles of a file, by ONNX Runtime as it comes."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return lambda crops: session.run([OUTPUT_NAME], {INPUT_NAME: crops})[0]
