"""Taking a tensor apart: rows for the three stages, and features for the three parts of a stage's head."""

import itertools

import keras

from fsanet.errors import InputError


@keras.saving.register_keras_serializable(package="fsanet")
class UnstackLayer(keras.layers.Layer):
    """Rows of a set as separate tensors.

    Input shape: (batch, rows, features).
    Output shape: a list of `rows` times (batch, features).
    """

    def call(self, inputs):
        return [inputs[:, row] for row in range(inputs.shape[1])]

    def compute_output_shape(self, input_shape):
        batch, rows, features = input_shape
        return [(batch, features) for _ in range(rows)]


@keras.saving.register_keras_serializable(package="fsanet")
class SplitLayer(keras.layers.Layer):
    """Consecutive parts of the features.

    Args:
        sizes: features of each part; their sum is the number of features.

    Input shape: (batch, features).
    Output shape: a list of (batch, size), one per size.
    """

    def __init__(self, sizes, **kwargs):
        super().__init__(**kwargs)
        self.sizes = list(sizes)

    def build(self, input_shape):
        if input_shape[-1] != sum(self.sizes):
            raise InputError(
                f"SplitLayer with sizes {self.sizes} takes {sum(self.sizes)} features, got shape {tuple(input_shape)}."
            )

    def call(self, inputs):
        ends = list(itertools.accumulate(self.sizes))
        return [inputs[:, end - size : end] for size, end in zip(self.sizes, ends, strict=True)]

    def compute_output_shape(self, input_shape):
        return [(input_shape[0], size) for size in self.sizes]

    def get_config(self):
        return {**super().get_config(), "sizes": self.sizes}
