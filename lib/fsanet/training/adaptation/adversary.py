"""A discriminator of domains and the reversal of its gradient (Ganin et al., JMLR 2016), in `keras.ops`."""

from typing import Any

import keras
from keras import layers, ops

from fsanet.tensors import Shape, Tensor

_STEEPNESS = 10.0  # of the schedule in Ganin's section 5.2.2


def reverse_gradient(x: Tensor, strength: Tensor | float) -> Tensor:
    """x, whose gradient is multiplied by -strength on its way back. No backend needs code of its own for it."""
    return -strength * x + ops.stop_gradient((1.0 + strength) * x)


def reversal_strength(share: Tensor, most: float) -> Tensor:
    """lambda at a share (0 to 1, a scalar tensor) of the rise: most (2 / (1 + exp(-10 share)) - 1)."""
    return most * (2.0 / (1.0 + ops.exp(-_STEEPNESS * share)) - 1.0)


class Discriminator(keras.layers.Layer):
    """Features (N, F) -> logits (N,) of "this is the target": 512, 1024, 1024, 1, with dropout.

    Args:
        seed: of the dropout.
    """

    def __init__(self, seed: int = 0, **kwargs: Any):
        super().__init__(**kwargs)
        widths = (512, 1024, 1024)
        self._hidden = [layers.Dense(width, activation="relu", name=f"hidden{i}") for i, width in enumerate(widths)]
        self._dropout = [layers.Dropout(0.5, seed=seed + i) for i in range(len(widths))]
        self._logit = layers.Dense(1, name="logit")

    def build(self, features_shape: Shape) -> None:
        """Make the weights."""
        width = features_shape[-1]
        for layer in self._hidden:
            layer.build((None, width))
            width = layer.units
        self._logit.build((None, width))
        self.built = True

    def call(self, features: Tensor, training: bool | None = None) -> Tensor:
        """See the class."""
        for layer, dropout in zip(self._hidden, self._dropout, strict=True):
            features = dropout(layer(features), training=training)
        return self._logit(features)[..., 0]


def domain_loss(source_logits: Tensor, target_logits: Tensor, source_weight: Tensor) -> Tensor:
    """Cross entropy of the domains, half of it each; source samples count by their weight (N,)."""
    of_source = ops.sum(source_weight * ops.softplus(source_logits)) / ops.maximum(ops.sum(source_weight), 1e-6)
    return 0.5 * (of_source + ops.mean(ops.softplus(-target_logits)))
