"""The optimizer of a run: Adam, with a running mean of the weights that is right from the first steps on."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import keras
import numpy as np
from keras import ops

from fsanet.training.plan import Plan

_NOT_DECAYED = ("bias", "gamma", "beta", "kernel_B1")  # the last is a bias of NetVLAD


class RunningMean:
    """A running mean of variables that forgets their random start.

    With a constant decay of 0.999 a third of the start is still in the mean after 1,000 steps. Here the decay of step
    t, from 0 on, is at most t / (9 + t): the first values are the first mean, with nothing of the zeros before them.

    Args:
        decay: the largest; 0 keeps no mean.
        variables: what to average.
        means: for each of them a variable of its shape, 0.
    """

    def __init__(self, decay: float, variables: Sequence[keras.Variable], means: Sequence[keras.Variable]):
        self.decay = decay
        self.pairs = list(zip(variables, means, strict=True))

    def update(self, step: Any) -> None:
        """Take in the values that the variables have after a step, a float32 scalar from 0 on."""
        decay = ops.minimum(self.decay, step / (9.0 + step))
        for variable, mean in self.pairs:
            mean.assign(mean + (1.0 - decay) * (variable - mean))

    @contextmanager
    def put_in(self) -> Iterator[None]:
        """Within this block the variables have their mean."""
        present = [_value(variable) for variable, _ in self.pairs]
        for variable, mean in self.pairs:
            variable.assign(_value(mean))  # a copy: JAX may throw away what a network holds when it has run
        try:
            yield
        finally:
            for (variable, _), value in zip(self.pairs, present, strict=True):
                variable.assign(value)


class AdamWithMean(keras.optimizers.Adam):
    """Adam that keeps a `RunningMean` of the weights.

    Args:
        mean_decay: of the mean; 0 keeps none.
        **given: as Adam takes it.
    """

    def __init__(self, mean_decay: float = 0.0, **given):
        super().__init__(**given)
        self.mean_decay = mean_decay

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Make the optimizer's variables."""
        super().build(variables)
        averaged = variables if self.mean_decay else []
        means = [self.add_variable_from_reference(variable, "average") for variable in averaged]
        self.mean = RunningMean(self.mean_decay, averaged, means)

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[keras.Variable] | None = None) -> None:
        """Update the weights, then their mean."""
        super().apply(grads, trainable_variables)
        self.mean.update(ops.cast(self.iterations - 1, "float32"))  # Adam has counted the step already

    def averaged(self) -> AbstractContextManager[None]:
        """Within this block the weights have their mean; before the first step, or without one, they stay."""
        return self.mean.put_in() if int(self.iterations) else nullcontext()


def build_optimizer(plan: Plan, variables: Sequence[keras.Variable]) -> AdamWithMean:
    """The optimizer of a run; weight decay is the decoupled one of AdamW and spares biases and normalisations."""
    optimizer = AdamWithMean(
        learning_rate=plan.learning_rate,
        weight_decay=plan.weight_decay,
        global_clipnorm=plan.clip_norm or None,
        mean_decay=plan.ema,
        name="optimizer",
    )
    optimizer.exclude_from_weight_decay(var_names=_NOT_DECAYED)
    optimizer.build(variables)
    return optimizer


def _value(variable: keras.Variable) -> np.ndarray:
    return np.array(ops.convert_to_numpy(variable.value))
