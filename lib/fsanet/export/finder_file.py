"""Keras model of a network that finds faces -> ONNX files for pictures of any size, in float32 and in int8."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import keras
import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from fsanet.dense import layout
from fsanet.errors import InputError
from fsanet.export.comparison import probe_crops
from fsanet.export.finder_graph import finder_graph
from fsanet.export.formats.table import INPUT_NAME
from fsanet.export.quantising import quantise
from fsanet.files import replace_whole

_TOLERANCE = 1e-3  # of logits, logarithms of distances and the like
_PROBE_SIZES = ((64, 64), (96, 128))
_KINDS = ("Conv", "Add", "Relu", "Concat", "Resize", "Transpose", "Reshape", "MatMul")
_CALIBRATION_SIDES = range(128, 481, 32)
_COMPARED = 8  # pictures
_MOST_APART = 0.1


def write_finder_onnx(model: keras.Model, path: str | Path, metadata: Mapping[str, str] | None = None) -> Path:
    """Write a finder as ONNX, with free height and width, and compare both.

    Args:
        model: (batch, height, width, 3) BGR 0..255 -> (batch, cells, 24).
        path: of the file. It is whole, and gives the model's numbers, or is not there.
        metadata: what the file shall say of itself, as `metadata_props`.

    Returns:
        The path. The input is named `image_bgr`, the output `prediction`.

    Raises:
        ImportError: without onnx.
        InputError: when the file's numbers differ from the model's.
    """
    with replace_whole(path) as temporary:
        _save(finder_graph(model), temporary, metadata)
        difference = max(_difference(model, temporary, height, width) for height, width in _PROBE_SIZES)
        if not difference <= _TOLERANCE:  # also true for NaN
            raise InputError(
                f"The export '{path}' differs from its Keras model by up to {difference:.2g}; "
                f"at most {_TOLERANCE:g} is accepted, so it was not kept."
            )
    return Path(path)


def write_int8_finder(
    model: keras.Model,
    path: str | Path,
    pictures: Sequence[NDArray[np.uint8]],
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """Write a finder as ONNX with its convolutions in int8; what they predict is in floats.

    Args:
        model: as in `write_finder_onnx`.
        path: of the file. It is whole, and finds faces where the model does, or is not there.
        pictures: (h, w, 3) uint8 BGR, some dozens with faces, for calibration. Each is shown in a size of its own.
        metadata: what the file shall say of itself.

    Returns:
        The path. The input is `image_bgr`, uint8; the output is `prediction`.

    Raises:
        ImportError: without onnx.
        InputError: when there is no picture with a face, or the file's scores differ from the model's by more than a
            tenth in the mean of where faces are.
    """
    if not pictures:
        raise InputError("There is no picture to calibrate int8 on: give a folder of photographs of people.")
    shown = [picture[None] for picture in _in_many_sizes(pictures)]
    with replace_whole(path) as temporary:
        onnx.save(finder_graph(model, whole_numbers=True), temporary)
        quantised = quantise(temporary, shown, _KINDS, left_exact=_behind_the_last, seven_bits=True)
        _save(quantised, temporary, metadata)
        apart = _scores_apart(model, temporary, shown[:_COMPARED])
        if not apart <= _MOST_APART:
            raise InputError(
                f"In int8 the scores of faces differ by {apart:.2g} in the mean; at most {_MOST_APART:g} is accepted, "
                f"so '{path}' was not kept. Other pictures may calibrate better."
            )
    return Path(path)


def _in_many_sizes(pictures: Sequence[NDArray[np.uint8]]) -> Iterator[NDArray[np.uint8]]:
    """Squares of 128 to 480 pixels, so that faces of all sizes are seen."""
    draw = np.random.default_rng(0)
    for picture in pictures:
        side = int(draw.choice(_CALIBRATION_SIDES))
        yield cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)


def _behind_the_last(graph: onnx.GraphProto) -> list[str]:
    """All that is behind the last products: in steps of int8 boxes and scores would be alike all around."""
    makers = {output: node for node in graph.node for output in node.output}
    names, waiting = [], [makers[graph.output[0].name]]
    while waiting:
        node = waiting.pop()
        if node.op_type != "MatMul":
            names.append(node.name)
            waiting += [makers[name] for name in node.input if name in makers]
    return names


def _scores_apart(model: keras.Model, path: Path, pictures: Sequence[NDArray[np.uint8]]) -> float:
    """How far scores of 0 to 1 are apart in the mean, where the model sees a face."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    apart: list[float] = []
    for picture in pictures:
        [written] = session.run(None, {INPUT_NAME: picture})
        expected = keras.ops.convert_to_numpy(model(picture.astype(np.float32), training=False))
        scores = [1 / (1 + np.exp(-prediction[..., layout.SCORE])) for prediction in (written, expected)]
        apart += np.abs(scores[0] - scores[1])[scores[1] > 0.5].tolist()
    if not apart:
        raise InputError("The network sees no face in the pictures to calibrate int8 on: give photographs of people.")
    return float(np.mean(apart))


def _save(graph: onnx.ModelProto, path: Path, metadata: Mapping[str, str] | None) -> None:
    onnx.helper.set_model_props(graph, dict(metadata or {}))
    onnx.save(graph, path)


def _difference(model: keras.Model, path: Path, height: int, width: int) -> float:
    picture = np.ascontiguousarray(probe_crops(max(height, width), 2)[:, :height, :width])
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    [written] = session.run(None, {INPUT_NAME: picture})
    expected = keras.ops.convert_to_numpy(model(picture, training=False))
    return float(np.abs(written - expected).max())
