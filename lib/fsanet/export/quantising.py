"""ONNX files in int8, by ONNX Runtime's tools."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from fsanet.export.formats.table import INPUT_NAME

# Of matrices: a scale for each column, and sums in floats.
_PRODUCTS = {"QDQOpTypePerChannelSupportToAxis": {"MatMul": 1}, "OpTypesToExcludeOutputQuantization": ["MatMul"]}


def quantise(
    exact: Path,
    inputs: Iterable[NDArray],
    kinds: Sequence[str],
    *,
    left_exact: Callable[[onnx.GraphProto], Sequence[str]],
    seven_bits: bool = False,
) -> onnx.ModelProto:
    """Weights and activations of some operations in int8, all else in float32.

    Args:
        exact: an ONNX file with one input, its weights inside.
        inputs: what it is to be calibrated on, one call each.
        kinds: of operations that are quantised.
        left_exact: the graph, arranged for quantisation -> names of its nodes that are not.
        seven_bits: of weights. Processors of the x86 family that lack VNNI cut off sums of two products of eight-bit
            weights; with seven bits all processors give the same numbers.
    """
    with TemporaryDirectory() as folder, _quiet():
        prepared, quantised = Path(folder, "prepared.onnx"), Path(folder, "int8.onnx")
        quant_pre_process(exact, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            quantised,
            _Reader(inputs),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(kinds),
            nodes_to_exclude=list(left_exact(onnx.load(prepared).graph)),
            per_channel=True,
            reduce_range=seven_bits,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            extra_options=_PRODUCTS,
        )
        written = onnx.load(quantised)
    _drop_repeats(written.graph)
    return written


def _drop_repeats(graph: onnx.GraphProto) -> None:
    """Take out what brings whole numbers that were just made floats, such as pixels, into whole numbers again."""
    makers = {output: node for node in graph.node for output in node.output}
    exact: dict[
        str, str
    ] = {}  # name of a float that went through whole numbers twice -> that of the one which did so once
    for node in list(graph.node):
        source = makers.get(node.input[0])
        if node.op_type == "QuantizeLinear" and source is not None and source.op_type == "DequantizeLinear":
            again = [other for other in graph.node if node.output[0] in other.input]
            exact |= {other.output[0]: node.input[0] for other in again}
            for repeat in (node, *again):
                graph.node.remove(repeat)
    for node in graph.node:
        node.input[:] = [exact.get(name, name) for name in node.input]


class _Reader(CalibrationDataReader):
    """Calibration inputs, one at a time, as ONNX Runtime's quantiser asks for them."""

    def __init__(self, inputs: Iterable[NDArray]):
        self._inputs = iter(inputs)

    def get_next(self) -> dict[str, NDArray] | None:
        """The next by the name of the input, or None."""
        one = next(self._inputs, None)
        return None if one is None else {INPUT_NAME: one}


@contextmanager
def _quiet() -> Iterator[None]:
    """The quantiser logs advice on the root logger."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
