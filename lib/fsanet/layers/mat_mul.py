"""A learnt matrix along one axis of a set of capsules, without bias."""

import keras
from keras import ops

from fsanet.errors import InputError

_KERNEL_NAMES = {"features": "kernel_type1", "capsules": "kernel_type2"}


@keras.saving.register_keras_serializable(package="fsanet")
class MatMulLayer(keras.layers.Layer):
    """Linear map of the features of each capsule, or of the capsules of each feature.

    Args:
        units: size of the mapped axis in the output.
        along: "features" or "capsules", the axis that is mapped.

    Input shape: (batch, capsules, features).
    Output shape: (batch, capsules, units) along features, (batch, units, features) along capsules.
    """

    def __init__(self, units: int, along: str = "features", **kwargs):
        super().__init__(**kwargs)
        if along not in _KERNEL_NAMES:
            raise InputError(f"MatMulLayer maps along one of {sorted(_KERNEL_NAMES)}, got along={along!r}.")
        self.units = units
        self.along = along

    def build(self, input_shape):
        mapped = input_shape[2] if self.along == "features" else input_shape[1]
        self.kernel = self.add_weight(
            name=_KERNEL_NAMES[self.along], shape=(mapped, self.units), initializer="glorot_uniform"
        )

    def call(self, inputs):
        if self.along == "features":
            return ops.matmul(inputs, self.kernel)
        return ops.matmul(ops.transpose(self.kernel), inputs)

    def compute_output_shape(self, input_shape):
        batch, capsules, features = input_shape
        return (batch, capsules, self.units) if self.along == "features" else (batch, self.units, features)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "along": self.along}
