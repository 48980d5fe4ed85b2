"""OpenVINO's own format, read from ONNX by OpenVINO."""

from pathlib import Path
from tempfile import TemporaryDirectory

import openvino

from fsanet.engines.openvino_engine import OpenVinoEngine
from fsanet.export.formats import onnx_format
from fsanet.export.formats.format import FLOAT16, INT8, Format, Source

_NAME = "model.xml"


def write(source: Source, path: Path) -> None:
    """A folder with model.xml and model.bin.

    float16 rounds the stored weights only; what is computed in, the engine decides. int8 is the quantised ONNX model.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        by_onnx = Source(source.model, source.metadata, INT8 if source.quantize == INT8 else "", source.calibration)
        onnx_format.write(by_onnx, file)
        model = openvino.Core().read_model(file)
        for key, value in {**source.metadata, "quantized": source.quantize or "no"}.items():
            model.set_rt_info(value, ["fsanet", key])
        path.mkdir()
        openvino.save_model(model, path / _NAME, compress_to_fp16=source.quantize == FLOAT16)


def open_(path: Path) -> OpenVinoEngine:
    """An engine that runs the folder's model."""
    return OpenVinoEngine(path / _NAME)


FORMAT = Format("openvino", "_openvino", write, open_, folder=True, quantize=(FLOAT16, INT8))
