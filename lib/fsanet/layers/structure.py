"""The fine-grained structure of a stage: the score of positions, S_k = C M_k, and the capsules that S_k pools.

The paper's sections 3.4 and 3.5.
"""

import keras
from keras import ops

from fsanet.tensors import Shape, Tensor, narrow, widen

# Smallest divisor of a row of the structure. A row of sigmoids may underflow to zeros in half precision: no feature
# instead of 0 / 0. No row sums up to so little in float32.
SMALLEST_NORM = 1e-6


@keras.saving.register_keras_serializable(package="fsanet")
class MatrixMultiplyLayer(keras.layers.Layer):
    """Matrix product, sample by sample: S_k = C M_k (the paper's equation 4).

    Input shape: a list of (batch, rows, inner) and (batch, inner, columns).
    Output shape: (batch, rows, columns).
    """

    def call(self, inputs: list[Tensor]) -> Tensor:
        left, right = inputs
        return ops.matmul(left, right)

    def compute_output_shape(self, input_shape: list[Shape]) -> Shape:
        left, right = input_shape
        return (left[0], left[1], right[2])


@keras.saving.register_keras_serializable(package="fsanet")
class MatrixNormLayer(keras.layers.Layer):
    """Sum of each row, the divisor of the primary capsules. Without it the network does not converge.

    Input shape: (batch, rows, columns).
    Output shape: (batch, rows, 1), ready to broadcast over features.
    """

    def call(self, inputs: Tensor) -> Tensor:
        return narrow(ops.sum(widen(inputs), axis=-1, keepdims=True), self.compute_dtype)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], 1)


@keras.saving.register_keras_serializable(package="fsanet")
class MomentsLayer(keras.layers.Layer):
    """Population variance over the channels at each position: the score without weights (section 3.4, option 2).

    A position whose channels disagree carries detail, so that the variance serves as its importance.

    Input shape: (batch, height, width, channels).
    Output shape: (batch, height, width).
    """

    def call(self, inputs: Tensor) -> Tensor:
        features = widen(inputs)
        deviations = features - ops.mean(features, axis=-1, keepdims=True)
        return narrow(ops.mean(ops.square(deviations), axis=-1), self.compute_dtype)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return tuple(input_shape[:-1])


@keras.saving.register_keras_serializable(package="fsanet")
class PrimCapsLayer(keras.layers.Layer):
    """Weighted mean of the features of all positions: S_k U / norm (the paper's equation 3, rows normalised).

    Input shape: a list of structure S_k (batch, capsules, positions), features U (batch, positions, features) and norm
    (batch, capsules, 1), as `MatrixNormLayer` makes it.
    Output shape: (batch, capsules, features).
    """

    def call(self, inputs: list[Tensor]) -> Tensor:
        structure, features, norm = inputs
        # Rows are divided before the product: each then sums to one, and the product cannot leave float16's range.
        weights = narrow(widen(structure) / ops.maximum(widen(norm), SMALLEST_NORM), self.compute_dtype)
        return ops.matmul(weights, features)

    def compute_output_shape(self, input_shape: list[Shape]) -> Shape:
        structure, features, _ = input_shape
        return (structure[0], structure[1], features[2])
