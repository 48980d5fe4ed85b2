"""The optimizer of a run: Adam, with a running mean of the weights that is right from the first steps on."""

import keras
from keras import ops

from fsanet.training.settings import Settings

_NOT_DECAYED = ("bias", "gamma", "beta")


class AdamWithMean(keras.optimizers.Adam):
    """Adam whose running mean of the weights forgets the random start.

    With Keras' constant decay of 0.999 a third of the start is still in the mean after 1,000 steps. Here the decay of
    step t is at most (1 + t) / (10 + t).
    """

    def _update_model_variables_moving_average(self, trainable_variables):
        if not self.use_ema:
            return
        step = ops.cast(self.iterations, "float32")
        decay = ops.minimum(self.ema_momentum, (1.0 + step) / (10.0 + step))
        for variable, mean in zip(trainable_variables, self._model_variables_moving_average, strict=True):
            if mean is not None:
                mean.assign(mean + (1.0 - decay) * (variable - mean))


def build_optimizer(settings: Settings) -> keras.optimizers.Optimizer:
    """The optimizer of a run; weight decay is the decoupled one of AdamW and spares biases and normalisations."""
    optimizer = AdamWithMean(
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        global_clipnorm=settings.clip_norm or None,
        use_ema=settings.ema > 0,
        ema_momentum=settings.ema or 0.99,
        name="optimizer",
    )
    optimizer.exclude_from_weight_decay(var_names=_NOT_DECAYED)
    return optimizer


def running_mean(optimizer: keras.optimizers.Optimizer) -> list[tuple[keras.Variable, keras.Variable]]:
    """Pairs of a trained variable and its running mean; empty where there is none yet."""
    if not optimizer.use_ema or not int(optimizer.iterations):
        return []
    # Keras keeps these for its own callbacks; both lists are in one order.
    return list(zip(optimizer._trainable_variables, optimizer._model_variables_moving_average, strict=True))
