"""The networks as the page loads them: arranged for its runtime, and weights of float32 half as heavy.

Servers and archives pack weights that take few steps to almost half. The finder is in int8 and light as it is.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper

_LEAST_NUMBERS = 64  # what is smaller saves nothing
# (numbers, steps): a tensor of fewer numbers has so many steps, so few that every number ends with zeros. In sums of
# many roundings average out, and of small ones nobody feels the weight.
_STEPS = ((1 << 14, 1 << 17), (1 << 19, 1 << 15))
_STEPS_OF_MORE = 1 << 14


def arranged(network: bytes) -> bytes:
    """The ONNX file with constants folded and activations joined to their convolutions: for ONNX Runtime only.

    The page need not do it then each time it loads. What suits one kind of processor alone is left out, for it runs in
    WebAssembly.

    Args:
        network: an ONNX file with its weights inside.
    """
    with TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(Path(folder) / "arranged.onnx")
        onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        return Path(options.optimized_model_filepath).read_bytes()


def lighter(network: bytes) -> bytes:
    """An ONNX file whose weights are float32 as before, but multiples of a power of two: sixteen bits, sign and all,
    fifteen in a matrix of half a million, and eighteen in small ones.

    The rest of each number is zeros, which servers and archives pack away, and the runtime has nothing to unpack. Even
    steps round trained weights more finely than float16 does.

    Args:
        network: an ONNX file with its weights inside.
    """
    model = onnx.load_from_string(network)
    for tensor in model.graph.initializer:
        if _is_large(tensor):
            tensor.CopyFrom(numpy_helper.from_array(_in_steps(numpy_helper.to_array(tensor)), tensor.name))
    return model.SerializeToString()


def _is_large(tensor: TensorProto) -> bool:
    return tensor.data_type == TensorProto.FLOAT and int(np.prod(tensor.dims)) >= _LEAST_NUMBERS


def _in_steps(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weights rounded to a number of steps between zero and the least power of two above all of them."""
    _, exponent = np.frexp(np.abs(weights).max())
    steps = next((steps for most, steps in _STEPS if weights.size < most), _STEPS_OF_MORE)
    step = np.ldexp(np.float32(1 / steps), exponent)
    return np.rint(weights / step) * step
