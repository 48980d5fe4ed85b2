"""Other shapes for each sample: rows for the three stages, parts of features for a stage's head."""

import itertools
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from fsanet.errors import InputError
from fsanet.tensors import Shape, Tensor


@keras.saving.register_keras_serializable(package="fsanet")
class ReshapeLayer(keras.layers.Layer):
    """Reshapes samples, whatever their number.

    `keras.layers.Reshape` asks for the batch size while it runs, which puts four small operations into every exported
    graph. Here the batch is the dimension that is inferred.

    Args:
        target_shape: of a sample; all sizes are known.

    Input shape: (batch, ...).
    Output shape: (batch, *target_shape).
    """

    def __init__(self, target_shape: Sequence[int], **kwargs: Any):
        super().__init__(**kwargs)
        self.target_shape = list(target_shape)

    def call(self, inputs: Tensor) -> Tensor:
        return ops.reshape(inputs, (-1, *self.target_shape))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], *self.target_shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "target_shape": self.target_shape}


@keras.saving.register_keras_serializable(package="fsanet")
class UnstackLayer(keras.layers.Layer):
    """Rows of a set as separate tensors.

    Input shape: (batch, rows, features).
    Output shape: a list of `rows` times (batch, features).
    """

    def call(self, inputs: Tensor) -> list[Tensor]:
        return [inputs[:, row] for row in range(inputs.shape[1])]

    def compute_output_shape(self, input_shape: Shape) -> list[Shape]:
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

    def __init__(self, sizes: Sequence[int], **kwargs: Any):
        super().__init__(**kwargs)
        self.sizes = list(sizes)

    def build(self, input_shape: Shape) -> None:
        if input_shape[-1] != sum(self.sizes):
            raise InputError(
                f"SplitLayer with sizes {self.sizes} takes {sum(self.sizes)} features, got shape {tuple(input_shape)}."
            )

    def call(self, inputs: Tensor) -> list[Tensor]:
        ends = list(itertools.accumulate(self.sizes))
        return [inputs[:, end - size : end] for size, end in zip(self.sizes, ends, strict=True)]

    def compute_output_shape(self, input_shape: Shape) -> list[Shape]:
        return [(input_shape[0], size) for size in self.sizes]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "sizes": self.sizes}
