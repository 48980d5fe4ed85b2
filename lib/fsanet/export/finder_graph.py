"""The ONNX graph of a network that finds faces, written layer by layer from Keras, for pictures of any size.

Keras' exporter writes enlarging and reshaping of unknown sizes as dozens of operations on shapes, and the scale of the
input as passes over the whole picture. Here batch normalisation and that scale are part of the convolutions, enlarging
is one operation, and what predicts is a matrix times the channels of each cell. Works with every backend of Keras.
"""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import onnx
from keras import layers
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from fsanet.errors import InputError
from fsanet.export.formats.table import INPUT_NAME
from fsanet.export.onnx_file import OPSET
from fsanet.tensors import Tensor

OUTPUT_NAME = "prediction"
_IR_VERSION = 8  # of opset 17
_COLOURS, _LANES = 3, 16
_FOUR = 4  # pixels side by side that are one place with the colours of all, where a convolution steps over as many
_OF_CELLS = (layers.Concatenate, layers.Reshape)


def finder_graph(model: keras.Model, *, whole_numbers: bool = False) -> onnx.ModelProto:
    """The graph, named as the model.

    Args:
        model: (batch, height, width, 3) BGR 0..255 -> (batch, rows, columns), of the layers that `_WRITERS` lists.
        whole_numbers: take pixels as uint8 instead of float32.

    Returns:
        The graph with its weights; the input is `image_bgr`, the output `prediction`.

    Raises:
        InputError: for a layer of another kind, or one that is set otherwise than those of this project.
    """
    graph = _Graph(model, whole_numbers)
    for layer in model.operations:
        if not isinstance(layer, layers.InputLayer) and id(layer.output) not in graph.names:
            _writer_of(layer)(graph, layer)
    graph.nodes[-1].output[0] = OUTPUT_NAME
    kind = TensorProto.UINT8 if whole_numbers else TensorProto.FLOAT
    image = helper.make_tensor_value_info(INPUT_NAME, kind, ["batch", "height", "width", 3])
    sizes = ["batch", "rows", model.output_shape[-1]]
    prediction = helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, sizes)
    proto = helper.make_graph(graph.nodes, model.name, [image], [prediction], graph.weights)
    written = helper.make_model(proto, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=_IR_VERSION)
    onnx.checker.check_model(written, full_check=True)
    return written


class _Graph:
    """Nodes and weights so far. Values are (batch, channels, rows, columns), but for the cells.

    Attributes:
        names: of the values that are written, by the identity of the tensor in Keras.
        scales: of values that are to be multiplied by a number yet, which the next convolutions do.
        squares: sides of the squares of values that are to be replaced by their means yet, which they do too.
        cells: of predictions, whose values are (batch, rows, columns, channels), what is to be added to each yet.
        pairs: identities of tensors whose channels are those of two neighbours yet, one behind the other.
        fours: likewise of the picture, where its channels are the colours of four neighbours.
        users: the layers that take a tensor.
    """

    def __init__(self, model: keras.Model, whole_numbers: bool):
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.names: dict[int, str] = {}
        self.scales: dict[int, float] = {}
        self.squares: dict[int, int] = {}
        self.cells: dict[int, NDArray] = {}
        self.pairs: set[int] = set()
        self.fours: set[int] = set()
        self.users: dict[int, list[keras.Layer]] = {}
        for layer in model.operations:
            for tensor in [] if isinstance(layer, layers.InputLayer) else _inputs(layer):
                self.users.setdefault(id(tensor), []).append(layer)
        self.whole_numbers = whole_numbers
        self.names[id(model.input)] = INPUT_NAME

    def add(self, kind: str, inputs: Sequence[str], **settings) -> str:
        """A node with one output; returns the output's name."""
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name, **settings))
        return name

    def constant(self, values: NDArray) -> str:
        """An array among the weights; returns its name."""
        name = f"weights_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def only_convolutions_use(self, layer: keras.Layer, size: int | None = None) -> bool:
        """Whether what a layer gives goes to convolutions alone, all of one size if it is given."""
        users = self.users.get(id(layer.output), [])
        return all(isinstance(user, layers.Conv2D) and size in (None, *user.kernel_size) for user in users)

    def normalisation_of(self, layer: layers.Conv2D) -> layers.BatchNormalization | None:
        """What follows a convolution and can be a part of it."""
        users = self.users.get(id(layer.output), [])
        return users[0] if [type(user) for user in users] == [layers.BatchNormalization] else None

    def in_pairs(self, layer: layers.Conv2D) -> bool:
        """Whether a convolution of the picture may give two neighbours at once, which fill a processor's lanes."""
        output = (self.normalisation_of(layer) or layer).output
        of_picture = layer.input.shape[-1] == _COLOURS and 2 * layer.filters <= _LANES
        alike = (layer.strides, layer.kernel_size, layer.padding) == ((2, 2), (3, 3), "same")
        return of_picture and alike and [type(user) for user in self.users.get(id(output), [])] == [layers.ReLU]

    def predicts(self, layer: layers.Conv2D) -> bool:
        """Whether what a 1x1 convolution gives is no map for further layers, but goes to the rows of the answer."""
        users = self.users.get(id(layer.output), [])
        to_rows = layer.use_bias and all(isinstance(user, _OF_CELLS) for user in users)
        return to_rows and (*layer.kernel_size, *layer.strides) == (1, 1, 1, 1)

    def values(self, layer: keras.Layer) -> list[str]:
        """Names of what a layer takes."""
        if not isinstance(layer, _OF_CELLS) and any(id(tensor) in self.cells for tensor in _inputs(layer)):
            raise InputError(f"'{layer.name}' takes predictions; this export writes them as the answer alone.")
        return [self.names[id(tensor)] for tensor in _inputs(layer)]


def _rescaling(graph: _Graph, layer: layers.Rescaling) -> None:
    """The shift now, the scale with the next convolutions: what lies beyond the edges stays zero so."""
    if np.ndim(layer.scale) or np.ndim(layer.offset) or not graph.only_convolutions_use(layer):
        raise InputError(
            f"'{layer.name}' is not one scale for all colours before convolutions, which this export writes."
        )
    zero, output = -layer.offset / layer.scale, id(layer.output)
    graph.scales[output] = layer.scale
    [picture] = graph.values(layer)
    if not graph.whole_numbers:
        channels_first = graph.add("Transpose", [picture], perm=[0, 3, 1, 2])
        graph.names[output] = graph.add("Sub", [channels_first, graph.constant(np.array(zero, np.float32))])
        return
    if zero not in range(256):
        raise InputError(f"'{layer.name}' makes {zero:g} zero, which no pixel is; whole numbers need one that is.")
    if all(graph.in_pairs(user) for user in graph.users[output]):
        shape = graph.constant(np.array([0, 0, -1, _FOUR * _COLOURS], np.int64))
        picture = graph.add("Reshape", [picture, shape])
        graph.fours.add(output)
    parameters = [graph.constant(np.array(value, kind)) for value, kind in ((1, np.float32), (zero, np.uint8))]
    channels_first = graph.add("Transpose", [picture], perm=[0, 3, 1, 2])
    graph.names[output] = graph.add("DequantizeLinear", [channels_first, *parameters])


def _convolution(graph: _Graph, layer: layers.Conv2D) -> None:
    """With the normalisation behind it, and the means of squares before it: larger kernels that step further."""
    if graph.predicts(layer):
        _prediction(graph, layer)
        return
    kernel, *bias = [keras.ops.convert_to_numpy(array).astype(np.float64) for array in layer.get_weights()]
    kernel, shift = kernel.transpose(3, 2, 0, 1), bias[0] if bias else np.zeros(layer.filters)
    [stride], [size], [source] = set(layer.strides), set(layer.kernel_size), _inputs(layer)
    square = graph.squares.get(id(source), 1)
    kernel = np.tile(kernel * graph.scales.get(id(source), 1.0) / square**2, (1, 1, square, square))
    beyond = max(size - stride, 0) if layer.padding == "same" else 0  # sides are multiples of the strides
    output, normalisation = layer.output, graph.normalisation_of(layer)
    if normalisation is not None:
        kernel, shift = _normalised(kernel, shift, normalisation)
        output = normalisation.output
    strides = [stride * square] * 2
    if graph.in_pairs(layer):
        kernel, shift, strides = _paired(kernel, stride), np.tile(shift, 2), [stride, 2 * stride]
        graph.pairs.add(id(output))
    if id(source) in graph.fours:
        kernel, strides = _of_fours(kernel), [stride, 1]
    weights = [graph.constant(array.astype(np.float32)) for array in (kernel, shift)]
    pads = [beyond // 2] * 2 + [beyond - beyond // 2] * 2  # TensorFlow pads the far side more
    settings = {"kernel_shape": kernel.shape[2:], "strides": strides, "pads": pads}
    graph.names[id(output)] = graph.add("Conv", [*graph.values(layer), *weights], **settings)


def _paired(kernel: NDArray, stride: int) -> NDArray:
    """A kernel (channels, colours, rows, columns) that answers for a place and for its right neighbour at once."""
    channels, colours, rows, columns = kernel.shape
    both = np.zeros((2, channels, colours, rows, columns + stride))
    both[0, ..., :columns], both[1, ..., stride:] = kernel, kernel
    return both.reshape(2 * channels, colours, rows, columns + stride)


def _of_fours(kernel: NDArray) -> NDArray:
    """A kernel that steps over four columns, for a picture in which these are one, (channels, 4 * colours, rows, 2)."""
    channels, colours, rows, columns = kernel.shape
    wide = np.zeros((channels, colours, rows, 2 * _FOUR))
    wide[..., :columns] = kernel
    return wide.reshape(channels, colours, rows, 2, _FOUR).transpose(0, 4, 1, 2, 3).reshape(channels, -1, rows, 2)


def _prediction(graph: _Graph, layer: layers.Conv2D) -> None:
    """A 1x1 convolution as a matrix: in int8 it takes whole numbers and gives floats, and no map has to be turned."""
    kernel, bias = [keras.ops.convert_to_numpy(array).astype(np.float32) for array in layer.get_weights()]
    channels_last = graph.add("Transpose", graph.values(layer), perm=[0, 2, 3, 1])
    graph.names[id(layer.output)] = graph.add("MatMul", [channels_last, graph.constant(kernel[0, 0])])
    graph.cells[id(layer.output)] = bias


def _normalised(kernel: NDArray, bias: NDArray, layer: layers.BatchNormalization) -> tuple[NDArray, NDArray]:
    gamma, beta, mean, variance = (
        keras.ops.convert_to_numpy(array).astype(np.float64) for array in layer.get_weights()
    )
    factor = gamma / np.sqrt(variance + layer.epsilon)
    return kernel * factor[:, None, None, None], (bias - mean) * factor + beta


def _averaging(graph: _Graph, layer: layers.AveragePooling2D) -> None:
    """Left to 1x1 convolutions behind it: means are slow in int8, and a pass over the map in any case."""
    [size] = set(layer.pool_size)
    if not graph.only_convolutions_use(layer, 1) or layer.padding != "valid" or set(layer.strides) != {size}:
        raise InputError(f"'{layer.name}' is not a mean of squares before 1x1 convolutions, which this export writes.")
    [graph.names[id(layer.output)]] = graph.values(layer)
    graph.squares[id(layer.output)] = size


def _rectifier(graph: _Graph, layer: layers.ReLU) -> None:
    name = graph.add("Relu", graph.values(layer))
    [source] = _inputs(layer)
    if id(source) in graph.pairs:  # neighbours lie one behind the other: in int8, where channels are last, for nothing
        channels_last = graph.add("Transpose", [name], perm=[0, 2, 3, 1])
        shape = graph.constant(np.array([0, 0, -1, layer.output.shape[-1]], np.int64))
        name = graph.add("Transpose", [graph.add("Reshape", [channels_last, shape])], perm=[0, 3, 1, 2])
    graph.names[id(layer.output)] = name


def _enlarging(graph: _Graph, layer: layers.UpSampling2D) -> None:
    scales = graph.constant(np.array([1, 1, *layer.size], np.float32))
    settings = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    graph.names[id(layer.output)] = graph.add("Resize", [*graph.values(layer), "", scales], **settings)


def _sum(graph: _Graph, layer: layers.Add) -> None:
    graph.names[id(layer.output)] = graph.add("Add", graph.values(layer))


def _joined(graph: _Graph, layer: layers.Concatenate) -> None:
    """Along the channels of maps and cells, along the rows of what is neither any more."""
    biases = [graph.cells[id(tensor)] for tensor in _inputs(layer) if id(tensor) in graph.cells]
    graph.names[id(layer.output)] = graph.add("Concat", graph.values(layer), axis=3 if biases else 1)
    if biases:
        graph.cells[id(layer.output)] = np.concatenate(biases)


def _rows(graph: _Graph, layer: layers.Reshape) -> None:
    """Cells one below the other; what follows is (batch, rows, columns)."""
    [source] = _inputs(layer)
    if id(source) not in graph.cells:
        raise InputError(f"'{layer.name}' arranges a map, not predictions, in rows; this export writes the latter.")
    whole = graph.add("Add", [*graph.values(layer), graph.constant(graph.cells[id(source)])])
    shape = graph.constant(np.array([0, *layer.target_shape], np.int64))
    graph.names[id(layer.output)] = graph.add("Reshape", [whole, shape])


_WRITERS: dict[type[keras.Layer], Callable] = {
    layers.Rescaling: _rescaling,
    layers.Conv2D: _convolution,
    layers.AveragePooling2D: _averaging,
    layers.ReLU: _rectifier,
    layers.UpSampling2D: _enlarging,
    layers.Add: _sum,
    layers.Concatenate: _joined,
    layers.Reshape: _rows,
}


def _writer_of(layer: keras.Layer) -> Callable[[_Graph, keras.Layer], None]:
    if type(layer) not in _WRITERS:
        known = ", ".join(kind.__name__ for kind in _WRITERS)
        raise InputError(f"'{layer.name}' is a {type(layer).__name__}; this export writes {known}.")
    return _WRITERS[type(layer)]


def _inputs(layer: keras.Layer) -> list[Tensor]:
    return layer.input if isinstance(layer.input, list) else [layer.input]
