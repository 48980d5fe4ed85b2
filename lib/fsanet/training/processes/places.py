"""The places among the processes of a training: the leader, who adds up, and its followers.

The leader runs the loop, holds the sets and is alone in writing. A follower knows no files, no epochs and no sets: it
gets the state of the run, then for each step its rows and the rate. The processes meet wherever a number of the whole
batch is needed (`fsanet.together`); the leader adds up in one order, so that all go on with the same bytes.

The sums travel through sockets of Python's own. TensorFlow's MultiWorkerMirroredStrategy does not work with `fit` of
Keras 3, ends processes by a watchdog of its own when one is lost, and leaves its variables to a strategy that the loop
and the checkpoint would have to know.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fsanet.training.processes.line import Line, LostError

READY, STATE, STEP, SUM, OVER = "ready", "state", "step", "sum", "over"  # kinds of messages


class OverError(Exception):
    """The leader has ended the run."""


class Leader:
    """The leader's place among the processes.

    Args:
        lines: to the followers, in the order of their ranks.

    Attributes:
        rank, count, statistics_of_all: see `fsanet.together.Group`.
        lost: the error of a follower that cannot be reached any more.
    """

    rank = 0

    def __init__(self, lines: Sequence[Line]):
        self.lines = tuple(lines)
        self.count = len(self.lines) + 1
        self.statistics_of_all = True
        self.lost: LostError | None = None

    def total(self, array: NDArray[np.float32]) -> NDArray[np.float32]:
        """Sum over all processes."""
        try:
            summed = np.array(array)
            for line in self.lines:
                summed += line.receive().arrays[0]
            self.tell(SUM, [summed])
        except LostError as error:  # TensorFlow, which calls this, would put it into words of its own
            self.lost = error
            raise
        return summed

    def wait(self) -> None:
        """Wait until each follower has built its model."""
        for line in self.lines:
            line.receive()

    def tell(self, kind: str, arrays: Sequence[NDArray[Any]]) -> None:
        """Send all followers the same."""
        for line in self.lines:
            line.send(kind, arrays)

    def close(self) -> None:
        """Let the followers go."""
        for line in self.lines:
            with suppress(LostError):
                line.send(OVER)
            line.close()


class Follower:
    """A follower's place among the processes.

    Args:
        line: to the leader.
        rank: which one this is, from 1 on.
        count: of all processes.

    Attributes:
        statistics_of_all: see `fsanet.together.Group`.
        lost: why there are no more sums: the leader has ended the run, or cannot be reached any more.
    """

    def __init__(self, line: Line, rank: int, count: int):
        self.line, self.rank, self.count = line, rank, count
        self.statistics_of_all = True
        self.lost: LostError | OverError | None = None

    def total(self, array: NDArray[np.float32]) -> NDArray[np.float32]:
        """Sum over all processes."""
        try:
            self.line.send(SUM, [array])
            kind, arrays = self.line.receive()
            if kind == OVER:
                raise OverError
        except (LostError, OverError) as error:
            self.lost = error
            raise
        return arrays[0]
