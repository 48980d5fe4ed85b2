"""The networks as the page loads them: without what it does not read, arranged for its runtime, and half as heavy.

Servers and archives pack weights that take few steps to almost half.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

from fsanet.dense import layout

BOX_SIZE = layout.BOX.stop  # numbers for each cell: score and box

_LEAST_NUMBERS = 64  # what is smaller saves nothing
_STEPS = 1 << 15  # of weights, so few that every number ends with zeros


def boxes_only(network: bytes) -> bytes:
    """The ONNX file of a finder whose prediction ends with the box: (N, cells, 5), otherwise equal to the bit.

    A quarter of its work goes to points and rotations, which the page does not read.

    Each size of cells has two branches, one for score and box, one for points and rotation, which are joined along the
    channels, brought to rows, and joined again along the cells.

    Args:
        network: the ONNX file of `scout`.
    """
    model = onnx.load_from_string(network)
    graph = model.graph
    makers = {output: node for node in graph.node for output in node.output}
    shape = numpy_helper.from_array(np.array([0, -1, BOX_SIZE], np.int64), "boxes/shape")
    graph.initializer.append(shape)
    for rows in _made_of(makers, makers[graph.output[0].name]):
        [channels_last] = _made_of(makers, rows)
        [both] = _made_of(makers, channels_last)
        channels_last.input[0] = both.input[0]
        rows.CopyFrom(helper.make_node("Reshape", [rows.input[0], shape.name], list(rows.output), rows.name))
    graph.output[0].type.tensor_type.shape.dim[-1].dim_value = BOX_SIZE
    _keep_what_is_used(graph)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _made_of(makers: dict[str, NodeProto], node: NodeProto) -> Sequence[NodeProto]:
    """What makes the pictures that a node takes, not their shapes."""
    names = node.input if node.op_type == "Concat" else node.input[:1]
    return [makers[name] for name in names]


def _keep_what_is_used(graph: GraphProto) -> None:
    """Without nodes and weights that lead to no output."""
    wanted = {output.name for output in graph.output}
    kept = []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    weights = [tensor for tensor in graph.initializer if tensor.name in wanted]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(weights)


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
    """An ONNX file whose weights are float32 as before, but multiples of a power of two: sixteen bits, sign and all.

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
    step = np.ldexp(np.float32(1 / _STEPS), exponent)
    return np.rint(weights / step) * step
