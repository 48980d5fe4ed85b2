"""Two layers of Keras, faster in training: what the blocks of the streams are made of.

Numbers, weights and arguments are those of Keras.
"""

import keras
from keras import ops

from fsanet.layers.shared_normalization import normalise_together
from fsanet.tensors import Tensor
from fsanet.together import present_group


@keras.saving.register_keras_serializable(package="fsanet")
class SeparableConv2D(keras.layers.SeparableConv2D):
    """Keras' separable convolution, faster in training.

    The 1x1 convolution of the second half is the same as a product of all pixels with one matrix, which a CPU does
    faster, above all backward.

    Input shape: (batch, height, width, channels).
    Output shape: (batch, new_height, new_width, filters).
    """

    def call(self, inputs: Tensor) -> Tensor:
        if self.data_format != "channels_last":
            return super().call(inputs)
        kernel, strides = self.depthwise_kernel, self.strides
        x = ops.depthwise_conv(inputs, kernel, strides, self.padding, self.data_format, self.dilation_rate)
        shape = (-1, *x.shape[1:-1], self.filters)
        x = ops.matmul(ops.reshape(x, (-1, x.shape[-1])), self.pointwise_kernel[0, 0])
        x = ops.reshape(x, shape)
        if self.use_bias:
            x = ops.add(x, self.bias)
        return self.activation(x) if self.activation is not None else x


@keras.saving.register_keras_serializable(package="fsanet")
class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Keras' batch normalisation of feature maps, faster in training.

    Keras 3 composes the training step of a dozen passes over the feature map. TensorFlow has one operation for it, with
    a gradient of its own: on a CPU a whole training step of FSA-Net then takes three fifths of the time. Keras does the
    work in inference and on other backends. Where several processes are at one batch, the statistics are those of all,
    unless the processes agree on their own.

    Input shape: (batch, height, width, channels).
    Output shape: as the input.
    """

    def call(self, inputs: Tensor, training: bool | None = None, mask: Tensor | None = None) -> Tensor:
        usable = len(inputs.shape) == 4 and mask is None and not (getattr(self, "renorm", False) or self.synchronized)
        if training and self.trainable and usable and keras.backend.backend() == "tensorflow":
            return self._fused(inputs)
        return super().call(inputs, training=training, mask=mask)

    def _fused(self, inputs: Tensor) -> Tensor:
        import tensorflow as tf

        x, gamma, beta = (ops.cast(each, "float32") for each in (inputs, self.gamma, self.beta))
        if (group := present_group()) and group.statistics_of_all:
            outputs, mean, variance = normalise_together(x, gamma, beta, self.epsilon, group)
        else:
            outputs, mean, estimate = tf.compat.v1.nn.fused_batch_norm(
                x, gamma, beta, epsilon=self.epsilon, is_training=True
            )
            # The operation estimates the variance behind the sample, Keras keeps that of the sample.
            count = tf.cast(tf.size(inputs) / inputs.shape[-1], "float32")
            variance = estimate * (count - 1.0) / count
        self._follow(self.moving_mean, mean)
        self._follow(self.moving_variance, variance)
        return ops.cast(outputs, self.compute_dtype)

    def _follow(self, moving: keras.Variable, value: Tensor) -> None:
        moving.assign(moving * self.momentum + value * (1.0 - self.momentum))
