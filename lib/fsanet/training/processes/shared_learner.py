"""A learner at whose batches several processes work."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.together import working_in
from fsanet.training.checkpoint import snapshot
from fsanet.training.learner import Figures, Learner
from fsanet.training.plan import Plan
from fsanet.training.processes.places import OVER, READY, STATE, STEP, Follower, Leader, OverError


class SharedLearner(Learner):
    """A learner that takes its share of each batch and gets the figures and updates of the whole.

    Args:
        model: batch -> figures, see `fsanet.training.task`.
        plan: for the optimizer.
        place: of this process.

    Raises:
        ValueError: with another backend than TensorFlow.
    """

    def __init__(self, model: keras.Model, plan: Plan, place: Leader | Follower):
        if (backend := keras.backend.backend()) != "tensorflow":
            raise InputError(f"Several processes train together on TensorFlow alone, not on '{backend}'.")
        super().__init__(model, plan)
        self.place = place
        self.place.statistics_of_all = plan.statistics_of_all

    def step(self, batch: Any, learning_rate: float) -> Figures:
        """Update the weights once, together with all others."""
        try:
            with working_in(self.place):
                return super().step(batch, learning_rate)
        except Exception:
            if self.place.lost is not None:
                raise self.place.lost from None
            raise


class LeadingLearner(SharedLearner):
    """The leader's: it takes whole batches, and its followers have whatever state it has."""

    def __init__(self, model: keras.Model, plan: Plan, place: Leader):
        super().__init__(model, plan, place)
        self._leader = place
        self._ready = self._told = False

    def restore(self, values: Sequence[np.ndarray]) -> None:
        """Put all state back, here and with the followers."""
        super().restore(values)
        self._told = False

    def step(self, batch: Any, learning_rate: float) -> Figures:
        """Update the weights once by a whole batch, a tuple of arrays with a row a sample."""
        own, *others = shares(batch, self._leader.count)
        if not self._ready:
            self._leader.wait()
            self._ready = True
        if not self._told:
            self._leader.tell(STATE, snapshot(self.variables))
            self._told = True
        for line, share in zip(self._leader.lines, others, strict=True):
            line.send(STEP, [np.array(learning_rate), *share])
        return super().step(own, learning_rate)


def serve(learner: SharedLearner, follower: Follower) -> None:
    """Do one's share of each step until the leader ends the run.

    Raises:
        OSError: when the leader is gone.
    """
    follower.line.send(READY)
    while (message := follower.line.receive()).kind != OVER:
        if message.kind == STATE:
            learner.restore(message.arrays)
        else:
            rate, *share = message.arrays
            try:
                learner.step(tuple(share), float(rate))
            except OverError:
                return


def shares(batch: tuple[NDArray[Any], ...], count: int) -> list[tuple[NDArray[Any], ...]]:
    """A batch cut into as many equal ones, in the order of its rows.

    Raises:
        ValueError: when its rows do not come out even.
    """
    rows = len(batch[0])
    if rows % count:
        fitting = max(rows // count, 1) * count
        raise InputError(
            f"{count} processes cannot share a batch of {rows} evenly: give another batch size, such as {fitting}."
        )
    each = rows // count
    return [tuple(part[rank * each : (rank + 1) * each] for part in batch) for rank in range(count)]
