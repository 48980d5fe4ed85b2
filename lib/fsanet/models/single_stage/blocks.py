"""What networks for whole pictures are made of: convolutions, a feature pyramid, a context module, predictions."""

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from fsanet.tensors import Tensor

_MOMENTUM, _EPSILON = 0.97, 1e-3


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


def near_context(x: Tensor, channels: int) -> Tensor:
    """A smaller context module: a field of view of 5 cells by two convolutions, in half the time of `context`."""
    return convolve(convolve(x, channels // 2), channels)


def predict(x: Tensor, start: NDArray, per_cell: int = 1) -> Tensor:
    """Predictions at each cell, (batch, rows, columns, per_cell * n), from near-zero weights.

    Args:
        x: (batch, rows, columns, channels).
        start: (n,) what each number begins with.
        per_cell: predictions a cell.
    """
    bias = np.tile(start, per_cell)
    return layers.Conv2D(
        len(bias),
        1,
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
        bias_initializer=keras.initializers.Constant(bias),
        dtype="float32",
    )(x)


def flat(x: Tensor, size: int) -> Tensor:
    """(batch, rows, columns, n * size) -> (batch, rows * columns * n, size)."""
    return layers.Reshape((-1, size))(x)
