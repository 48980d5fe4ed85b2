"""Keras model of a network that finds faces -> ONNX file for pictures of any size."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import fsanet
from fsanet.errors import InputError
from fsanet.export.comparison import probe_crops
from fsanet.export.onnx_file import export_graph, finish_graph
from fsanet.files import replace_whole
from fsanet.models.single_stage.table import get_finder
from fsanet.weights.pretrained import OUR_LICENCE

if TYPE_CHECKING:
    import keras

OUTPUT_NAME = "prediction"
_TOLERANCE = 1e-3  # of logits, logarithms of distances and the like
_PROBE_SIZES = ((64, 64), (96, 128))


def export_finder(name: str, weights: Path, path: Path) -> Path:
    """Write trained weights as ONNX.

    Args:
        name: of the network, one of `fsanet.models.single_stage.table.FINDERS`.
        weights: a .weights.h5 of a training run.
        path: of the file to write.

    Raises:
        FileNotFoundError: when there are no such weights.
        InputError: when they are those of another network.
    """
    if not weights.is_file():
        raise FileNotFoundError(f"No weights '{weights}': `fsanet finder train` makes them.")
    model = get_finder(name).build()
    try:
        model.load_weights(weights)
    except (ValueError, OSError) as error:
        raise InputError(f"'{weights}' does not hold the weights of '{name}': {error}") from None
    return write_finder_onnx(model, path, _about(name, weights))


def bundle_finder(name: str, weights: Path, kept: Path, onnx: Path) -> str:
    """Take trained weights into the repository, and as ONNX.

    Args:
        name: of the network.
        weights: a .weights.h5 of a training run.
        kept: where they are to lie.
        onnx: the .onnx file to write.

    Returns:
        Size and SHA-256 of the weights, for the catalogue.
    """
    export_finder(name, weights, onnx)
    content = weights.read_bytes()
    with replace_whole(kept) as temporary:
        temporary.write_bytes(content)
    return f'{len(content)}, "{hashlib.sha256(content).hexdigest()}"'


def _about(name: str, weights: Path) -> dict[str, str]:
    """What the file says of itself."""
    return {
        "model": name,
        "weights_sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "licence": OUR_LICENCE,
        "prediction": "a row a cell: score (logit), box (4), five points (10), two columns of the rotation (6)",
        "colour_order": "BGR",
        "value_range": "0..255",
        "fsanet_version": fsanet.__version__,
    }


def write_finder_onnx(model: keras.Model, path: str | Path, metadata: Mapping[str, str] | None = None) -> Path:
    """Write a finder as ONNX, with free height and width, and compare both.

    Args:
        model: (batch, height, width, 3) BGR 0..255 -> (batch, cells, 21).
        path: of the file. It is whole, and gives the model's numbers, or is not there.
        metadata: what the file shall say of itself, as `metadata_props`.

    Returns:
        The path. The input is named `image_bgr`, the output `prediction`.

    Raises:
        ImportError: without TensorFlow, tf2onnx or onnx.
        InputError: when the file's numbers differ from the model's.
    """
    with replace_whole(path) as temporary:
        export_graph(model, temporary)
        finish_graph(temporary, model.name, [OUTPUT_NAME], metadata or {})
        difference = max(_difference(model, temporary, height, width) for height, width in _PROBE_SIZES)
        if not difference <= _TOLERANCE:  # also true for NaN
            raise InputError(
                f"The export '{path}' differs from its Keras model by up to {difference:.2g}; "
                f"at most {_TOLERANCE:g} is accepted, so it was not kept."
            )
    return Path(path)


def _difference(model: keras.Model, path: Path, height: int, width: int) -> float:
    import keras
    import onnxruntime

    picture = np.ascontiguousarray(probe_crops(max(height, width), 2)[:, :height, :width])
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    [written] = session.run(None, {session.get_inputs()[0].name: picture})
    expected = keras.ops.convert_to_numpy(model(picture, training=False))
    return float(np.abs(written - expected).max())
