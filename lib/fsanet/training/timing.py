"""How many epochs fit into a time."""

import time
from collections.abc import Callable
from itertools import cycle, islice

import keras

from fsanet.datasets.batches import Batches
from fsanet.training.checkpoint import restore, snapshot

_WARM_STEPS = 5
_TIMED_STEPS = 25


def epochs_within(minutes: float, model: keras.Model, batches: Batches, validate: Callable) -> int:
    """Time some steps and one validation, put everything back, and say how many epochs fit; at least one.

    The answer depends on what else the machine does in these seconds. A run keeps it, also when it is stopped.

    Args:
        minutes: the budget.
        model: the compiled training model; it is left as it was.
        batches: of the run.
        validate: validates once.
    """
    before = snapshot(model)
    validate()  # the first one compiles
    started = time.monotonic()
    validate()
    per_validation = time.monotonic() - started
    steps = islice(cycle(batches.epoch(0)), _WARM_STEPS + _TIMED_STEPS)
    for number, batch in enumerate(steps):
        if number == _WARM_STEPS:
            started = time.monotonic()
        model.train_on_batch(tuple(batch), batch.pose)
    per_step = (time.monotonic() - started) / _TIMED_STEPS
    restore(model, before)
    return max(1, int(60.0 * minutes / (per_step * len(batches) + per_validation)))
