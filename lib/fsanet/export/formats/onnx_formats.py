"""ONNX, in float16 and int8 through ONNX Runtime's tools, and what OpenVINO reads from it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from onnxruntime.transformers.float16 import convert_float_to_float16

from fsanet.export.formats.table import FLOAT16, INPUT_NAME, INT8, Source
from fsanet.export.onnx_file import write_onnx

_CALIBRATION_BATCH = 16


def write_onnx_format(source: Source, path: Path) -> None:
    """An .onnx file."""
    with TemporaryDirectory() as folder:
        exact = write_onnx(source.model, Path(folder) / "exact.onnx", source.metadata)
        if source.quantize == FLOAT16:
            proto = convert_float_to_float16(onnx.load(exact), keep_io_types=True)
        elif source.quantize == INT8:
            proto = _int8(exact, source)
        else:
            proto = onnx.load(exact)
    onnx.helper.set_model_props(proto, source.properties)
    onnx.save(proto, path)


def write_openvino(source: Source, path: Path) -> None:
    """A folder with model.xml and model.bin.

    float16 rounds the stored weights only; what is computed in, the engine decides. int8 is the quantised ONNX model.
    """
    import openvino

    with TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        by_onnx = Source(source.model, source.metadata, INT8 if source.quantize == INT8 else "", source.calibration)
        write_onnx_format(by_onnx, file)
        model = openvino.Core().read_model(file)
        for key, value in source.properties.items():
            model.set_rt_info(value, ["fsanet", key])
        path.mkdir()
        openvino.save_model(model, path / "model.xml", compress_to_fp16=source.quantize == FLOAT16)


def _int8(exact: Path, source: Source) -> onnx.ModelProto:
    """Weights and activations of the convolutions in int8, all else in float32.

    The few numbers behind the streams decide the angles: they stay exact. So does the first convolution, whose
    channels are too few for int8 arithmetic to gain anything.
    """
    prepared, quantized = exact.with_name("prepared.onnx"), exact.with_name("int8.onnx")
    with _quiet():
        quant_pre_process(exact, prepared, skip_symbolic_shape=True)
        graph = onnx.load(prepared).graph
        quantize_static(
            prepared,
            quantized,
            _Reader(source.crops),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=_first_convolutions(graph),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
    return onnx.load(quantized)


def _first_convolutions(graph: onnx.GraphProto) -> list[str]:
    """Names of the convolutions on the three colours."""
    shapes = {array.name: array.dims for array in graph.initializer}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    return [node.name for node in convolutions if shapes[node.input[1]][1] == 3 and shapes[node.input[1]][2] == 3]


class _Reader(CalibrationDataReader):
    """Calibration crops, a batch at a time, as ONNX Runtime's quantiser asks for them."""

    def __init__(self, crops: NDArray[np.float32]):
        self._batches = (crops[i : i + _CALIBRATION_BATCH] for i in range(0, len(crops), _CALIBRATION_BATCH))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next batch by the name of the input, or None."""
        batch = next(self._batches, None)
        return None if batch is None else {INPUT_NAME: batch}


@contextmanager
def _quiet() -> Iterator[None]:
    """The quantiser logs advice on the root logger."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
