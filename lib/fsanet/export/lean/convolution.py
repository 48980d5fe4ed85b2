"""Convolutions of lean graphs: a block's batch normalisation folded into them, their weights constants.

The layers are TensorFlow's own, because Keras runs groups only where XLA compiles them.
"""

from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fsanet.tensors import Shape, Tensor


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


class Convolution(keras.layers.Layer):
    """A convolution with stride 1 that keeps height and width, with as many groups as its kernel says.

    Args:
        kernel: (height, width, channels / groups, filters).
        bias: (filters,).

    Input shape: (batch, height, width, channels).
    Output shape: (batch, height, width, filters).
    """

    def __init__(self, kernel: NDArray, bias: NDArray, **kwargs: Any):
        super().__init__(**kwargs)
        self.kernel = kernel
        self.bias = bias

    def call(self, inputs: Tensor) -> Tensor:
        return tf.nn.bias_add(tf.nn.conv2d(inputs, self.kernel, strides=1, padding="SAME"), self.bias)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], self.kernel.shape[-1])


class DepthwiseConvolution(keras.layers.Layer):
    """A convolution of each channel by itself, with stride 1, that keeps height and width.

    Args:
        kernel: (height, width, channels, 1).

    Input and output shape: (batch, height, width, channels).
    """

    def __init__(self, kernel: NDArray, **kwargs: Any):
        super().__init__(**kwargs)
        self.kernel = kernel

    def call(self, inputs: Tensor) -> Tensor:
        return tf.nn.depthwise_conv2d(inputs, self.kernel, strides=(1, 1, 1, 1), padding="SAME")

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape


class MeanPooling(keras.layers.Layer):
    """The mean of each 2x2 square, as a depthwise convolution.

    As fast as a pooling in ONNX Runtime, and LiteRT has a fast int8 kernel for it, which its pooling lacks: a whole
    network of int8 takes 30 % less time.

    Input shape: (batch, height, width, channels).
    Output shape: (batch, height / 2, width / 2, channels).
    """

    def call(self, inputs: Tensor) -> Tensor:
        kernel = np.full((2, 2, inputs.shape[-1], 1), 0.25, np.float32)
        return tf.nn.depthwise_conv2d(inputs, kernel, strides=(1, 2, 2, 1), padding="VALID")

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, height, width, channels = input_shape
        return (batch, height // 2, width // 2, channels)
