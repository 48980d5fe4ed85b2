"""`scout`: our own single-stage network. Thin plain convolutions, a feature pyramid, one prediction a cell.

A new network for whole pictures is one builder of blocks as they stand here, and one row of `BUILDERS`.
"""

from collections.abc import Callable

import keras
import numpy as np
from keras import layers

from fsanet.dense import layout
from fsanet.errors import InputError
from fsanet.tensors import Tensor

STEM = 8  # channels at half the resolution
WIDTHS = (16, 32, 48, 64)  # at strides 4, 8, 16, 32
DEPTHS = (1, 1, 1, 3)  # residual blocks
PYRAMID, CONTEXT = 24, 48
TOWERS = ((24,), (48, 48), (48, 48))  # further convolutions for points and pose, which are learnt last, at each stride

_MOMENTUM, _EPSILON = 0.97, 1e-3
_RARE = -4.0  # logit that every score starts with: faces are rare (Lin et al., focal loss, ICCV 2017)
_FOUND = slice(layout.SCORE, layout.BOX.stop)
_READ = slice(layout.POINTS.start, layout.ROTATION_6D.stop)


def convolve(x: Tensor, channels: int, kernel: int = 3, stride: int = 1, active: bool = True) -> Tensor:
    """Convolution, batch normalisation, and a rectifier unless told otherwise."""
    x = layers.Conv2D(channels, kernel, stride, "same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=_MOMENTUM, epsilon=_EPSILON)(x)
    return layers.ReLU()(x) if active else x


def residual(x: Tensor, channels: int, stride: int = 1) -> Tensor:
    """Two 3x3 convolutions beside a shortcut (He et al., CVPR 2016); the shortcut averages where it shrinks."""
    inner = convolve(convolve(x, channels, stride=stride), channels, active=False)
    if stride > 1:
        x = layers.AveragePooling2D(stride)(x)
    if x.shape[-1] != channels:
        x = convolve(x, channels, kernel=1, active=False)
    return layers.ReLU()(layers.Add()([inner, x]))


def pyramid(features: list, channels: int) -> list:
    """Feature pyramid (Lin et al., CVPR 2017): coarse maps enlarged and added to finer ones, from fine to coarse."""
    top = convolve(features[-1], channels, kernel=1)
    levels = [top]
    for finer in reversed(features[:-1]):
        top = layers.Add()([convolve(finer, channels, kernel=1), layers.UpSampling2D()(top)])
        top = convolve(top, channels)
        levels.insert(0, top)
    return levels


def context(x: Tensor, channels: int) -> Tensor:
    """Context module (SSH, Najibi et al., ICCV 2017): fields of view of 3, 5 and 7 cells, half and two quarters."""
    quarter = convolve(x, channels // 4)
    wide = convolve(quarter, channels // 4, active=False)
    wider = convolve(convolve(quarter, channels // 4), channels // 4, active=False)
    narrow = convolve(x, channels // 2, active=False)
    return layers.ReLU()(layers.Concatenate()([narrow, wide, wider]))


def predict(x: Tensor, columns: slice, per_cell: int = 1, name: str | None = None) -> Tensor:
    """Some columns of the prediction at each cell, (batch, cells, per_cell * columns), from near-zero weights."""
    start = np.zeros(layout.PREDICTION_SIZE, np.float32)
    start[layout.SCORE] = _RARE
    start[layout.BOX] = 0.7  # log of two cells
    start[layout.ROTATION_6D] = [1, 0, 0, 0, 1, 0]
    bias = np.tile(start[columns], per_cell)
    return layers.Conv2D(
        len(bias),
        1,
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
        bias_initializer=keras.initializers.Constant(bias),
        dtype="float32",
        name=name,
    )(x)


def flat(x: Tensor, size: int) -> Tensor:
    """(batch, rows, columns, n * size) -> (batch, rows * columns * n, size)."""
    return layers.Reshape((-1, size))(x)


def build_scout(height: int | None = None, width: int | None = None) -> keras.Model:
    """The network: (N, height, width, 3) BGR 0..255 -> (N, cells, 21), columns of `fsanet.dense.layout`.

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
    levels = [_head(level, tower) for level, tower in zip(pyramid(features[1:], PYRAMID), TOWERS, strict=True)]
    return keras.Model(image, layers.Concatenate(axis=1, dtype="float32")(levels), name="scout")


def _head(x: Tensor, tower: tuple[int, ...]) -> Tensor:
    x = read = context(x, CONTEXT)
    for channels in tower:
        read = convolve(read, channels)
    both = layers.Concatenate(dtype="float32")([predict(x, _FOUND), predict(read, _READ)])
    return flat(both, layout.PREDICTION_SIZE)


BUILDERS: dict[str, Callable[..., keras.Model]] = {"scout": build_scout}
FINDERS: tuple[str, ...] = tuple(BUILDERS)


def build_finder(name: str, height: int | None = None, width: int | None = None) -> keras.Model:
    """A network by name: (N, height, width, 3) BGR 0..255 -> (N, cells, 21), columns of `fsanet.dense.layout`.

    Args:
        name: one of FINDERS.
        height, width: multiples of 32; None for any.

    Raises:
        InputError: for an unknown name; lists the right ones.
    """
    if name not in BUILDERS:
        raise InputError(f"Unknown finder '{name}'; choose one of: {', '.join(FINDERS)}.")
    return BUILDERS[name](height, width)
