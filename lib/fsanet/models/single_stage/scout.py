"""`scout`: our own single-stage network. Thin plain convolutions, a feature pyramid, one prediction a cell."""

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from fsanet.dense import layout
from fsanet.models.single_stage.blocks import context, convolve, flat, near_context, predict, pyramid, residual
from fsanet.tensors import Tensor

STEM = 8  # channels at half the resolution
WIDTHS = (16, 32, 48, 64)  # at strides 4, 8, 16, 32
DEPTHS = (1, 1, 1, 3)  # residual blocks
PYRAMID, CONTEXT = 24, 48
CONTEXTS = (near_context, context, context)  # at each stride: at the finest, a third of the work, faces are small
TOWERS = (
    (24,),
    (48, 48),
    (48, 48),
)  # further convolutions for all but score and box, which is learnt last, at each stride

_RARE = -4.0  # logit that every score starts with: faces are rare (Lin et al., focal loss, ICCV 2017)
_FOUND = slice(layout.SCORE, layout.BOX.stop)
_READ = slice(layout.POINTS.start, layout.MASK.stop)


def first_prediction() -> NDArray[np.float32]:
    """(24,) what an untrained network says everywhere: rarely a face, four cells large, that looks ahead."""
    start = np.zeros(layout.CELL_PREDICTION_SIZE, np.float32)
    start[layout.SCORE] = _RARE
    start[layout.BOX] = 0.7  # log of two cells
    start[layout.ROTATION_6D] = [1, 0, 0, 0, 1, 0]
    return start


def build_scout(height: int | None = None, width: int | None = None) -> keras.Model:
    """The network: (N, height, width, 3) BGR 0..255 -> (N, cells, 24), columns of `fsanet.dense.layout`.

    Args:
        height, width: multiples of 32; None for any.
    """
    image = keras.Input((height, width, 3), name="image_bgr")
    x = layers.Rescaling(1 / 64.0, -2.0)(image)
    x = convolve(x, STEM, stride=2)
    features = []
    for channels, depth in zip(WIDTHS, DEPTHS, strict=True):
        x = residual(x, channels, stride=2)
        for _ in range(depth - 1):
            x = residual(x, channels)
        features.append(x)
    maps = pyramid(features[1:], PYRAMID)
    levels = [_head(around(x, CONTEXT), tower) for x, around, tower in zip(maps, CONTEXTS, TOWERS, strict=True)]
    return keras.Model(image, layers.Concatenate(axis=1, dtype="float32")(levels), name="scout")


def _head(x: Tensor, tower: tuple[int, ...]) -> Tensor:
    read = x
    for channels in tower:
        read = convolve(read, channels)
    start = first_prediction()
    both = layers.Concatenate(dtype="float32")([predict(x, start[_FOUND]), predict(read, start[_READ])])
    return flat(both, layout.CELL_PREDICTION_SIZE)
