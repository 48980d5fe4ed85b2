"""A model, its optimizer, and one update of the weights: what differs between Keras' backends is in this file."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from fsanet.errors import InputError
from fsanet.together import means_of_all
from fsanet.training.checkpoint import restore
from fsanet.training.optimizer import AdamWithMean, build_optimizer
from fsanet.training.plan import Plan
from fsanet.training.task import LOSS

Figures = Mapping[str, Any]  # scalars on the accelerator, by name
Update = Callable[[Any], Figures]


class Learner:
    """Trains a model step by step.

    Args:
        model: batch -> figures, see `fsanet.training.task`.
        plan: for the optimizer.

    Attributes:
        model, optimizer: both built; Keras' variables hold their present values between two steps.
    """

    def __init__(self, model: keras.Model, plan: Plan):
        self.model = model
        self.optimizer = build_optimizer(plan, model.trainable_variables)
        self._update = _UPDATES[keras.backend.backend()](model, self.optimizer)

    def step(self, batch: Any, learning_rate: float) -> Figures:
        """Update the weights once; the figures of the batch are not read back, so nothing waits for them."""
        self.optimizer.learning_rate = learning_rate
        return self._update(batch)

    def restore(self, values: Sequence[np.ndarray]) -> None:
        """Put all state back to what `checkpoint.snapshot(variables)` gave."""
        restore(self.variables, values)

    @property
    def variables(self) -> list[keras.Variable]:
        """All state in a fixed order: weights, random generators, then the optimizer's."""
        return [*self.model.variables, *self.optimizer.variables]


def as_numbers(figures: Figures) -> dict[str, float]:
    """Figures read back from the accelerator; waits until they are there."""
    return {name: float(keras.ops.convert_to_numpy(figure)) for name, figure in figures.items()}


def _tensorflow_update(model: keras.Model, optimizer: AdamWithMean) -> Update:
    import tensorflow as tf

    variables = model.trainable_variables

    # Not compiled by XLA, which is several times slower on a CPU than TensorFlow's own operations.
    @tf.function(autograph=False)
    def update(batch):
        with tf.GradientTape() as tape:
            figures = model(batch, training=True)
        means = means_of_all([*tape.gradient(figures[LOSS], variables), *figures.values()])
        optimizer.apply(means[: len(variables)], variables)
        return dict(zip(figures, means[len(variables) :], strict=True))

    return update


def _jax_update(model: keras.Model, optimizer: AdamWithMean) -> Update:
    import jax

    holders = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)

    def loss_of(trainable, others, batch):
        figures, others = model.stateless_call(trainable, others, batch, training=True)
        return figures[LOSS], (figures, others)

    @jax.jit
    def updated(values, batch):
        trainable, others, slots = values
        gradients, (figures, others) = jax.grad(loss_of, has_aux=True)(trainable, others, batch)
        trainable, slots = optimizer.stateless_apply(slots, gradients, trainable)
        return (trainable, others, slots), figures

    def update(batch):
        values, figures = updated([[variable.value for variable in part] for part in holders], batch)
        for part, new in zip(holders, values, strict=True):
            for variable, value in zip(part, new, strict=True):
                variable.assign(value)
        return figures

    return update


def _torch_update(model: keras.Model, optimizer: AdamWithMean) -> Update:
    import torch

    variables = model.trainable_variables

    def update(batch):
        model.zero_grad()
        figures = model(batch, training=True)
        figures[LOSS].backward()
        with torch.no_grad():
            optimizer.apply([variable.value.grad for variable in variables], variables)
        return {name: figure.detach() for name, figure in figures.items()}

    return update


_UPDATES: dict[str, Callable[[keras.Model, AdamWithMean], Update]] = {
    "tensorflow": _tensorflow_update,
    "jax": _jax_update,
    "torch": _torch_update,
}


def limit_threads(threads: int | None) -> None:
    """Use so many threads; None leaves it to the backend. To be called before anything is computed.

    Raises:
        ValueError: for less than one, or where the backend has no such setting.
    """
    if threads is None:
        return
    if threads < 1:
        raise InputError(f"At least one thread is needed, got {threads}.")
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    elif backend == "torch":
        import torch

        torch.set_num_threads(threads)
    else:
        raise InputError(f"The backend '{backend}' does not let its threads be limited; use `taskset` instead.")
