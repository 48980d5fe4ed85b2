"""Another shape for each sample."""

import keras
from keras import ops


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

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = list(target_shape)

    def call(self, inputs):
        return ops.reshape(inputs, (-1, *self.target_shape))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.target_shape)

    def get_config(self):
        return {**super().get_config(), "target_shape": self.target_shape}
