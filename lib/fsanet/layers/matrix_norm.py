"""Row sums of the fine-grained structure, the divisor of its primary capsules."""

import keras
from keras import ops

from fsanet.layers.precision import narrow, widen


@keras.saving.register_keras_serializable(package="fsanet")
class MatrixNormLayer(keras.layers.Layer):
    """Sum of each row. Without this divisor the network does not converge.

    Input shape: (batch, rows, columns).
    Output shape: (batch, rows, 1), ready to broadcast over features.
    """

    def call(self, inputs):
        return narrow(ops.sum(widen(inputs), axis=-1, keepdims=True), self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 1)
