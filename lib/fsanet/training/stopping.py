"""When a run ends: after a time that was given, or because somebody asks, but never within a step."""

import signal
import threading
import time
from collections.abc import Callable
from itertools import cycle, islice

from fsanet.training.checkpoint import snapshot
from fsanet.training.learner import Learner, as_numbers
from fsanet.training.task import BatchSource

_WARM_STEPS = 5
_TIMED_STEPS = 25


class StopRequests:
    """While this context is open, the first Ctrl-C or SIGTERM is noted, and the second acts as it always does.

    Attributes:
        seen: whether one came.
    """

    def __init__(self):
        self.seen = False
        self._before = {}

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():  # elsewhere Python lets nobody set handlers
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_):
        self._give_back()

    def _note(self, *_):
        self.seen = True
        self._give_back()

    def _give_back(self):
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}


def epochs_within(
    minutes: float, learner: Learner, batches: BatchSource, learning_rate: float, validate: Callable[[], object]
) -> int:
    """Time some steps and one validation, put everything back, and say how many epochs fit; at least one.

    The answer depends on what else the machine does in these seconds. A run keeps it, also when it is stopped.

    Args:
        minutes: the budget.
        learner: it is left as it was.
        batches: of the run.
        learning_rate: of the timed steps.
        validate: validates once.
    """
    before = snapshot(learner.variables)
    validate()  # the first one compiles
    started = time.monotonic()
    validate()
    per_validation = time.monotonic() - started
    _run_steps(learner, batches, learning_rate, _WARM_STEPS)
    started = time.monotonic()
    _run_steps(learner, batches, learning_rate, _TIMED_STEPS)
    per_step = (time.monotonic() - started) / _TIMED_STEPS
    learner.restore(before)
    return max(1, int(60.0 * minutes / (per_step * len(batches) + per_validation)))


def _run_steps(learner: Learner, batches: BatchSource, learning_rate: float, count: int) -> None:
    """Some steps, up to the moment when the last one's figures are there."""
    for batch in islice(cycle(batches.epoch(0)), count):
        figures = learner.step(batch, learning_rate)
    as_numbers(figures)
