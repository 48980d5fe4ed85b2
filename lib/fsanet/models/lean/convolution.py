"""Convolutions with constant weights. TensorFlow's own, because Keras runs groups only where XLA compiles them."""

import keras
import tensorflow as tf
from numpy.typing import NDArray


class Convolution(keras.layers.Layer):
    """A convolution with stride 1 that keeps height and width, with as many groups as its kernel says.

    Args:
        kernel: (height, width, channels / groups, filters).
        bias: (filters,).

    Input shape: (batch, height, width, channels).
    Output shape: (batch, height, width, filters).
    """

    def __init__(self, kernel: NDArray, bias: NDArray, **kwargs):
        super().__init__(**kwargs)
        self.kernel = kernel
        self.bias = bias

    def call(self, inputs):
        return tf.nn.bias_add(tf.nn.conv2d(inputs, self.kernel, strides=1, padding="SAME"), self.bias)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.kernel.shape[-1])


class DepthwiseConvolution(keras.layers.Layer):
    """A convolution of each channel by itself, with stride 1, that keeps height and width.

    Args:
        kernel: (height, width, channels, 1).

    Input and output shape: (batch, height, width, channels).
    """

    def __init__(self, kernel: NDArray, **kwargs):
        super().__init__(**kwargs)
        self.kernel = kernel

    def call(self, inputs):
        return tf.nn.depthwise_conv2d(inputs, self.kernel, strides=(1, 1, 1, 1), padding="SAME")

    def compute_output_shape(self, input_shape):
        return input_shape
