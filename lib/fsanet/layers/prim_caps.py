"""Primary capsules: features pooled by a fine-grained structure."""

import keras
from keras import ops

from fsanet.layers.precision import narrow, widen

# A row of sigmoids may underflow to zeros in half precision: no feature instead of 0 / 0. No row sums up to so little
# in float32.
_SMALLEST_NORM = 1e-6


@keras.saving.register_keras_serializable(package="fsanet")
class PrimCapsLayer(keras.layers.Layer):
    """Weighted mean of the features of all positions: S_k U / norm (the paper's equation 3, rows normalised).

    Input shape: a list of structure S_k (batch, capsules, positions), features U (batch, positions, features) and norm
    (batch, capsules, 1), as `MatrixNormLayer` makes it.
    Output shape: (batch, capsules, features).
    """

    def call(self, inputs):
        structure, features, norm = inputs
        # Rows are divided before the product: each then sums to one, and the product cannot leave float16's range.
        weights = narrow(widen(structure) / ops.maximum(widen(norm), _SMALLEST_NORM), self.compute_dtype)
        return ops.matmul(weights, features)

    def compute_output_shape(self, input_shape):
        structure, features, _ = input_shape
        return (structure[0], structure[1], features[2])
