"""Batch normalisation with TensorFlow's fused training step."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="fsanet")
class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Keras' batch normalisation of feature maps, faster in training.

    Keras 3 composes the training step of a dozen passes over the feature map. TensorFlow has one operation for it, with
    a gradient of its own: on a CPU a whole training step of FSA-Net then takes three fifths of the time. Numbers,
    weights and arguments are those of Keras, which also does the work in inference and on other backends.

    Input shape: (batch, height, width, channels).
    Output shape: as the input.
    """

    def call(self, inputs, training=None, mask=None):
        usable = len(inputs.shape) == 4 and mask is None and not (getattr(self, "renorm", False) or self.synchronized)
        if training and self.trainable and usable and keras.backend.backend() == "tensorflow":
            return self._fused(inputs)
        return super().call(inputs, training=training, mask=mask)

    def _fused(self, inputs):
        import tensorflow as tf

        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            ops.cast(inputs, "float32"), self.gamma, self.beta, epsilon=self.epsilon, is_training=True
        )
        # The operation estimates the variance behind the sample, Keras keeps that of the sample.
        count = tf.cast(tf.size(inputs) / inputs.shape[-1], "float32")
        self._follow(self.moving_mean, mean)
        self._follow(self.moving_variance, variance * (count - 1.0) / count)
        return ops.cast(outputs, self.compute_dtype)

    def _follow(self, moving, value):
        moving.assign(moving * self.momentum + value * (1.0 - self.momentum))
