"""MTCNN's three networks as ONNX, made from the weights in the `mtcnn` package; neither it nor TensorFlow is imported.

Each is a row of `PLANS`. The package holds a list of arrays for each network, in the order of its layers and in Keras'
layout: kernels (h, w, in, out), slopes of PReLU (1, 1, channels) or (units).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.detectors.loading import open_session
from fsanet.errors import MissingPackageError

if TYPE_CHECKING:
    from onnx import ModelProto

PACKAGES = ("mtcnn", "onnx", "joblib", "lz4")  # all come with fsanet[mtcnn]
_OPSET, _IR_VERSION = 17, 8

Network = Callable[[NDArray[np.float32]], list[NDArray[np.float32]]]


class Plan(NamedTuple):
    """Steps of one network, in order, up to where its answers part.

    Attributes:
        file: of its weights in the package.
        steps: "conv"; "prelu"; "pool KERNEL PADDING", stride 2; "flatten", columns first; "dense".
        answer: the step that gives each answer; the last answer is a softmax over (no face, face).
        answers: how many there are: box, in O-net landmarks, face.
    """

    file: str
    steps: tuple[str, ...]
    answer: str
    answers: int


PLANS = {
    "proposal": Plan("pnet.lz4", ("conv", "prelu", "pool 2 SAME_UPPER", "conv", "prelu", "conv", "prelu"), "conv", 2),
    "refinement": Plan(
        "rnet.lz4",
        ("conv", "prelu", "pool 3 SAME_UPPER", "conv", "prelu", "pool 3 VALID", "conv", "prelu")
        + ("flatten", "dense", "prelu"),
        "dense",
        2,
    ),
    "output": Plan(
        "onet.lz4",
        ("conv", "prelu", "pool 3 SAME_UPPER", "conv", "prelu", "pool 3 VALID", "conv", "prelu", "pool 2 SAME_UPPER")
        + ("conv", "prelu", "flatten", "dense", "prelu"),
        "dense",
        3,
    ),
}


def load_networks() -> dict[str, Network]:
    """The three networks by name: (n, h, w, 3) float32 RGB, (value - 127.5) / 128 -> its answers, channels last.

    Raises:
        ImportError: when a package of `PACKAGES` is not installed.
    """
    if missing := missing_packages():
        raise MissingPackageError(
            f"The MTCNN detector needs {' and '.join(missing)}: pip install 'fsanet[mtcnn]', or choose yunet."
        )
    return {name: _as_function(as_onnx(plan, read_weights(plan.file))) for name, plan in PLANS.items()}


def missing_packages() -> list[str]:
    """Those of `PACKAGES` that are not installed."""
    return [name for name in PACKAGES if find_spec(name) is None]


def read_weights(file: str) -> list[NDArray[np.float32]]:
    """Arrays of one network, read from the installed `mtcnn` package without importing it."""
    from importlib.metadata import distribution  # takes its time to import

    import joblib

    path = Path(str(distribution("mtcnn").locate_file(f"mtcnn/assets/weights/{file}")))
    with path.open("rb") as stream:  # joblib leaves a path's file open
        return joblib.load(stream)


def as_onnx(plan: Plan, weights: list[NDArray[np.float32]]) -> ModelProto:
    """A network as an ONNX model.

    Args:
        plan: its steps.
        weights: all its arrays, in order.
    """
    return _Graph(weights).build(plan)


class _Graph:
    """Nodes that are appended one after the other, each fed by the one before."""

    def __init__(self, weights: list[NDArray[np.float32]]):
        self._weights: Iterator[NDArray[np.float32]] = iter(weights)
        self._nodes: list = []
        self._constants: list = []

    def build(self, plan: Plan) -> ModelProto:
        from onnx import TensorProto, helper

        value = self._add("Transpose", "image", perm=[0, 3, 1, 2])
        for step in plan.steps:
            value = self._step(value, step)
        answers = [self._step(value, plan.answer) for _ in range(plan.answers)]
        answers[-1] = self._add("Softmax", answers[-1], axis=1)
        if plan.answer == "conv":
            answers = [self._add("Transpose", answer, perm=[0, 2, 3, 1]) for answer in answers]
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["faces", "height", "width", 3])
        outputs = [helper.make_tensor_value_info(answer, TensorProto.FLOAT, None) for answer in answers]
        graph = helper.make_graph(self._nodes, plan.file, [image], outputs, self._constants)
        opset = helper.make_opsetid("", _OPSET)
        return helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION)

    def _step(self, value: str, step: str) -> str:
        kind, *how = step.split()
        if kind == "conv":
            kernel, bias = (self._constant(next(self._weights), axes) for axes in ((3, 2, 0, 1), None))
            return self._add("Conv", value, kernel, bias)
        if kind == "dense":
            kernel, bias = (self._constant(next(self._weights)) for _ in range(2))
            return self._add("Gemm", value, kernel, bias)
        if kind == "prelu":
            slope = next(self._weights)
            return self._add("PRelu", value, self._constant(slope, (2, 0, 1) if slope.ndim == 3 else None))
        if kind == "pool":
            side = int(how[0])
            return self._add("MaxPool", value, kernel_shape=[side, side], strides=[2, 2], auto_pad=how[1])
        columns_first = self._add("Transpose", value, perm=[0, 3, 2, 1])
        return self._add("Flatten", columns_first)

    def _add(self, kind: str, *inputs: str, **settings: Any) -> str:
        from onnx import helper

        output = f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], **settings))
        return output

    def _constant(self, array: NDArray[np.float32], axes: tuple[int, ...] | None = None) -> str:
        from onnx import numpy_helper

        name = f"weights_{len(self._constants)}"
        turned = np.ascontiguousarray(array if axes is None else array.transpose(axes))
        self._constants.append(numpy_helper.from_array(turned, name))
        return name


def _as_function(model: ModelProto) -> Network:
    session = open_session(model.SerializeToString())
    return lambda image: session.run(None, {"image": image})
