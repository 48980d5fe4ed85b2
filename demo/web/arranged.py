"""Networks as ONNX Runtime arranges them before it runs them, so that the page need not do it each time it loads."""

from pathlib import Path
from tempfile import TemporaryDirectory

import onnxruntime


def arranged(network: bytes) -> bytes:
    """The ONNX file with constants folded and activations joined to their convolutions: for ONNX Runtime only.

    What suits one kind of processor alone is left out: the page runs in WebAssembly.

    Args:
        network: an ONNX file with its weights inside.
    """
    with TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(Path(folder) / "arranged.onnx")
        onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        return Path(options.optimized_model_filepath).read_bytes()
