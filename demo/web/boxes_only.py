"""The finder without the branches that the page does not read: a quarter of its work goes to points and rotations."""

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import GraphProto, NodeProto, helper, numpy_helper

from fsanet.dense import layout

BOX_SIZE = layout.BOX.stop  # numbers for each cell: score and box


def boxes_only(network: bytes) -> bytes:
    """The ONNX file of a finder whose prediction ends with the box: (N, cells, 5), otherwise equal to the bit.

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
