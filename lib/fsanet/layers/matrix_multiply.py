"""Product of two batches of matrices: S_k = C M_k (the paper's equation 4)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="fsanet")
class MatrixMultiplyLayer(keras.layers.Layer):
    """Matrix product, sample by sample.

    Input shape: a list of (batch, rows, inner) and (batch, inner, columns).
    Output shape: (batch, rows, columns).
    """

    def call(self, inputs):
        left, right = inputs
        return ops.matmul(left, right)

    def compute_output_shape(self, input_shape):
        left, right = input_shape
        return (left[0], left[1], right[2])
