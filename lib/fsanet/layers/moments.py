"""Variance over the channels: the score that needs no weights (the paper's section 3.4, option 2)."""

import keras
from keras import ops

from fsanet.layers.precision import narrow, widen


@keras.saving.register_keras_serializable(package="fsanet")
class MomentsLayer(keras.layers.Layer):
    """Population variance over the channels at each position.

    A position whose channels disagree carries detail, so that the variance serves as its importance.

    Input shape: (batch, height, width, channels).
    Output shape: (batch, height, width).
    """

    def call(self, inputs):
        features = widen(inputs)
        deviations = features - ops.mean(features, axis=-1, keepdims=True)
        return narrow(ops.mean(ops.square(deviations), axis=-1), self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[:-1])
