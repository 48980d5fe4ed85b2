"""Batch normalisation over rows that several processes hold: the numbers and gradients of one process with all rows.

TensorFlow's fused operations do the work, as in `fsanet.layers.fast_training`; two exchanges a layer, one forward and
one backward, do the rest. The equations are those of Ioffe and Szegedy (2015) with N rows of all processes.
"""

from fsanet.tensors import Tensor
from fsanet.together import Group, gathered, total


def normalise_together(
    x: Tensor, gamma: Tensor, beta: Tensor, epsilon: float, group: Group
) -> tuple[Tensor, Tensor, Tensor]:
    """Normalise the rows of this process by the statistics of all.

    Args:
        x: (batch, height, width, channels) float32, this process's rows; the others have as many.
        gamma: (channels,).
        beta: (channels,).
        epsilon: added to the variance.
        group: the processes.

    Returns:
        Outputs of x's shape, mean (channels,), variance (channels,) of the sample.
    """
    import tensorflow as tf

    @tf.custom_gradient
    def normalised(x, gamma, beta):
        mean, variance = _moments_of_all(x, group)
        fused = tf.compat.v1.nn.fused_batch_norm
        outputs, *_ = fused(x, gamma, beta, mean=mean, variance=variance, epsilon=epsilon, is_training=False)

        def gradient(of_outputs, *_):
            return _gradient(of_outputs, x, gamma, mean, variance, epsilon, group)

        return (outputs, mean, variance), gradient

    return normalised(x, gamma, beta)


def _moments_of_all(x: Tensor, group: Group) -> tuple[Tensor, Tensor]:
    """Mean and variance over the rows of all."""
    import tensorflow as tf

    channels = x.shape[-1]
    _, mean, variance = tf.compat.v1.nn.fused_batch_norm(x, tf.ones([channels]), tf.zeros([channels]), is_training=True)
    count = _rows(x)
    own = tf.stack([mean, variance * (count - 1.0) / count])  # the operation estimates the variance behind the sample
    table = gathered(own, group)  # (process, moment, channel)
    means, variances = table[:, 0], table[:, 1]
    mean = tf.reduce_mean(means, axis=0)
    return mean, tf.reduce_mean(variances + tf.square(means - mean), axis=0)


def _gradient(
    of_outputs: Tensor, x: Tensor, gamma: Tensor, mean: Tensor, variance: Tensor, epsilon: float, group: Group
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of x, gamma and beta: as with fixed statistics, and then what the statistics owe to x."""
    import tensorflow as tf

    fixed = tf.raw_ops.FusedBatchNormGradV3(
        y_backprop=of_outputs,
        x=x,
        scale=gamma,
        reserve_space_1=mean,
        reserve_space_2=variance,
        reserve_space_3=tf.zeros([0]),
        epsilon=epsilon,
        is_training=False,
    )
    of_gamma, of_beta = fixed.scale_backprop, fixed.offset_backprop
    sums = total(tf.stack([of_gamma, of_beta]), group) / (_rows(x) * group.count)
    inverse = tf.math.rsqrt(variance + epsilon)
    slope = gamma * inverse * inverse * sums[0]
    offset = gamma * inverse * sums[1] - slope * mean
    return fixed.x_backprop - (slope * x + offset), of_gamma, of_beta


def _rows(x: Tensor) -> Tensor:
    """Values of a channel."""
    import tensorflow as tf

    return tf.cast(tf.size(x) / x.shape[-1], "float32")
