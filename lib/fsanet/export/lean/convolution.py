"""Convolutions with constant weights. TensorFlow's own, because Keras runs groups only where XLA compiles them."""

import keras
import numpy as np
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


class MeanPooling(keras.layers.Layer):
    """The mean of each 2x2 square, as a depthwise convolution.

    As fast as a pooling in ONNX Runtime, and LiteRT has a fast int8 kernel for it, which its pooling lacks: a whole
    network of int8 takes 30 % less time.

    Input shape: (batch, height, width, channels).
    Output shape: (batch, height / 2, width / 2, channels).
    """

    def call(self, inputs):
        kernel = np.full((2, 2, inputs.shape[-1], 1), 0.25, np.float32)
        return tf.nn.depthwise_conv2d(inputs, kernel, strides=(1, 2, 2, 1), padding="VALID")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, height // 2, width // 2, channels)
