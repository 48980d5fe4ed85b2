"""ONNX, in float16 and int8 through ONNX Runtime's tools, and what OpenVINO reads from it."""

from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
from onnxruntime.transformers.float16 import convert_float_to_float16

from fsanet.export.formats.table import FLOAT16, INT8, Source
from fsanet.export.onnx_file import write_onnx
from fsanet.export.quantising import quantise

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
    crops = source.crops
    batches = (crops[i : i + _CALIBRATION_BATCH] for i in range(0, len(crops), _CALIBRATION_BATCH))
    return quantise(exact, batches, ["Conv"], left_exact=_first_convolutions)


def _first_convolutions(graph: onnx.GraphProto) -> list[str]:
    """Names of the convolutions on the three colours."""
    shapes = {array.name: array.dims for array in graph.initializer}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    return [node.name for node in convolutions if shapes[node.input[1]][1] == 3 and shapes[node.input[1]][2] == 3]
