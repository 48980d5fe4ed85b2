"""Networks for whole pictures by name. A new one is one builder of blocks as they stand in `blocks`, and one row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import keras
from numpy.typing import NDArray

from fsanet.dense.decode import Found, decode
from fsanet.dense.encoders import Encoder, cell_targets, padded_faces, padded_meshes
from fsanet.dense.layout import STRIDES, cells
from fsanet.errors import InputError
from fsanet.models.single_stage import losses
from fsanet.models.single_stage.retinaface import losses as retinaface_losses
from fsanet.models.single_stage.retinaface.decoding import decode_anchors
from fsanet.models.single_stage.retinaface.mesh import WEIGHTS as MESH_WEIGHTS
from fsanet.models.single_stage.retinaface.network import (
    MNET025,
    MNET025_MESH,
    RESNET50,
    RESNET50_MESH,
    Design,
    build_retinaface,
)
from fsanet.models.single_stage.scout import build_scout
from fsanet.tensors import Tensor


@dataclass(frozen=True)
class Finder:
    """A network and all that is particular to it.

    Attributes:
        build: height, width (None for any) -> network, (N, height, width, 3) BGR 0..255 -> (N, rows, columns).
        stride: sides of pictures are multiples of it.
        encode: size, faces -> the target of a picture.
        parts: targets, predictions, (height, width) of the pictures -> parts of the loss by name, scalars.
        weights: how much each counts; "pose" may be told otherwise.
        decode: prediction (rows, columns), (height, width) of the picture, least score -> faces.
    """

    build: Callable[..., keras.Model]
    stride: int
    encode: Encoder
    parts: Callable[[Tensor, Tensor, tuple[int, int]], dict[str, Tensor]]
    weights: Mapping[str, float]
    decode: Callable[[NDArray, tuple[int, int], float], Found]


def _scout_parts(target: Tensor, prediction: Tensor, size: tuple[int, int]) -> dict[str, Tensor]:
    return losses.loss_parts(target, prediction)


def _scout_faces(prediction: NDArray, size: tuple[int, int], threshold: float) -> Found:
    return decode(prediction, cells(*size), threshold)


def _retinaface(design: Design) -> Finder:
    return Finder(
        build=partial(build_retinaface, design),
        stride=design.stride,
        encode=padded_meshes if design.mesh else padded_faces,
        parts=partial(retinaface_losses.loss_parts, design.anchors),
        weights={**retinaface_losses.WEIGHTS, **MESH_WEIGHTS} if design.mesh else retinaface_losses.WEIGHTS,
        decode=partial(decode_anchors, design.anchors),
    )


FINDERS: dict[str, Finder] = {
    "scout": Finder(build_scout, max(STRIDES), cell_targets, _scout_parts, losses.WEIGHTS, _scout_faces),
    **{design.name: _retinaface(design) for design in (MNET025, RESNET50, MNET025_MESH, RESNET50_MESH)},
}


def get_finder(name: str) -> Finder:
    """A row by its name.

    Raises:
        InputError: for an unknown name; lists the right ones.
    """
    if name not in FINDERS:
        raise InputError(f"Unknown finder '{name}'; choose one of: {', '.join(FINDERS)}.")
    return FINDERS[name]


def load_finder(name: str, weights: Path) -> keras.Model:
    """The network of a row, for pictures of any size, with trained weights.

    Args:
        name: of the row.
        weights: a .weights.h5 of a training run.

    Raises:
        FileNotFoundError: when there are no such weights.
        InputError: for an unknown name, or when they are those of another network.
    """
    model = get_finder(name).build()
    if not weights.is_file():
        raise FileNotFoundError(f"No weights '{weights}': `fsanet finder train` makes them.")
    try:
        model.load_weights(weights)
    except (ValueError, OSError) as error:
        raise InputError(f"'{weights}' does not hold the weights of '{name}': {error}") from None
    return model
