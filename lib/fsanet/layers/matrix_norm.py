"""Row sums of the fine-grained structure, the divisor of its primary capsules."""

import keras
from keras import ops

from fsanet.layers.precision import narrow, widen

# A row of sigmoids may underflow to zeros in half precision; the divisor then stays above zero. 1e-6 is far below any
# row sum met in float32 and still representable in float16.
_SMALLEST_NORM = 1e-6


@keras.saving.register_keras_serializable(package="fsanet")
class MatrixNormLayer(keras.layers.Layer):
    """Sum of each row. Without this divisor the network does not converge.

    Input shape: (batch, rows, columns), not negative.
    Output shape: (batch, rows, 1), ready to broadcast over features.
    """

    def call(self, inputs):
        norm = ops.sum(widen(inputs), axis=-1, keepdims=True)
        return narrow(ops.maximum(norm, _SMALLEST_NORM), self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 1)
