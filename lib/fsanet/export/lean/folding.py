"""A block's convolution and its batch normalisation as one convolution."""

from typing import NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray


class SeparableBlock(NamedTuple):
    """A depthwise convolution and the pointwise one behind it, with the batch normalisation inside."""

    depthwise: NDArray  # (3, 3, channels, 1)
    pointwise: NDArray  # (1, 1, channels, filters)
    bias: NDArray  # (filters,)


def arrays(layer: keras.layers.Layer) -> list[NDArray]:
    """A layer's weights in float64, for folding without rounding twice."""
    return [np.asarray(array, np.float64) for array in layer.get_weights()]


def folded_block(convolution: keras.layers.Layer, normalisation: keras.layers.Layer) -> SeparableBlock:
    """The block gamma * (conv(x) - mean) / sqrt(variance + epsilon) + beta, as one separable convolution."""
    depthwise, pointwise, bias = arrays(convolution)
    gamma, beta, mean, variance = arrays(normalisation)
    scale = gamma / np.sqrt(variance + normalisation.epsilon)
    return SeparableBlock(depthwise, pointwise * scale, (bias - mean) * scale + beta)


def dense_kernel(block: SeparableBlock) -> NDArray:
    """Both convolutions of a block as one of (3, 3, channels, filters)."""
    return np.einsum("hwc,cf->hwcf", block.depthwise[..., 0], block.pointwise[0, 0])
