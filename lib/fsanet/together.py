"""Several processes at one batch: what layers and losses need to know of the rows that others hold.

A process sees its own rows. Within `working_in(group)` whatever is meant of the whole batch asks for it here: a mean
over all rows, statistics of a normalisation, random numbers by row. All processes ask for the same things in the same
order. Outside, where a process is alone, nothing changes. How numbers travel is the group's business.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from math import prod
from typing import Protocol

import numpy as np
from keras import ops
from numpy.typing import NDArray

from fsanet.tensors import Tensor


class Group(Protocol):
    """The processes at one batch.

    Attributes:
        rank: which one this is, from 0 on; it holds the rows from rank * B / count on.
        count: how many there are; each holds as many rows.
        statistics_of_all: whether batch normalisation takes the statistics of the whole batch.
    """

    rank: int
    count: int
    statistics_of_all: bool

    def total(self, array: NDArray[np.float32]) -> NDArray[np.float32]:
        """Sum of the arrays of all processes, the same bytes in each. Waits for the others."""
        ...


_present: ContextVar[Group | None] = ContextVar("_present", default=None)


def present_group() -> Group | None:
    """The processes at the present batch; None where this one is alone."""
    return _present.get()


@contextmanager
def working_in(group: Group) -> Iterator[None]:
    """Within the block a batch is this process's share of one."""
    token = _present.set(group)
    try:
        yield
    finally:
        _present.reset(token)


def total(tensor: Tensor, group: Group) -> Tensor:
    """Sum of a float32 tensor over the processes, of known shape; no gradient flows through it. TensorFlow alone.

    TensorFlow runs operations with a state in the order in which they were traced, so that all processes ask alike.
    """
    import tensorflow as tf

    summed = tf.numpy_function(group.total, [tensor], tf.float32, stateful=True)
    summed.set_shape(tensor.shape)
    return summed


def gathered(tensor: Tensor, group: Group) -> Tensor:
    """The float32 tensors of all processes, (count, ...): each writes its own into a table of zeros."""
    mine = np.eye(group.count, dtype=np.float32)[group.rank]
    return total(mine.reshape(-1, *(1,) * len(tensor.shape)) * tensor, group)


def mean_of_all(tensor: Tensor) -> Tensor:
    """Mean of a figure over the processes; the figure itself where this one is alone. No gradient flows through it."""
    group = present_group()
    return tensor if group is None else total(tensor, group) / group.count


def means_of_all(tensors: Sequence[Tensor | None]) -> list[Tensor | None]:
    """Means of many tensors over the processes, in one exchange; None stays None."""
    if present_group() is None:
        return list(tensors)
    import tensorflow as tf

    there = [tf.cast(tensor, "float32") for tensor in tensors if tensor is not None]
    means = mean_of_all(tf.concat([tf.reshape(tensor, [-1]) for tensor in there], axis=0))
    pieces = iter(zip(there, tf.split(means, [prod(tensor.shape) for tensor in there]), strict=True))
    return [None if tensor is None else _as(next(pieces)) for tensor in tensors]


def _as(pair: tuple[Tensor, Tensor]) -> Tensor:
    like, flat = pair
    import tensorflow as tf

    return tf.reshape(flat, like.shape)


def own_rows(rows: int | Tensor, draw: Callable[[int | Tensor], Tensor]) -> Tensor:
    """This process's rows of a table that is drawn for the whole batch.

    Args:
        rows: of this process.
        draw: number of rows -> table of so many.
    """
    group = present_group()
    if group is None:
        return draw(rows)
    return draw(rows * group.count)[group.rank * rows : (group.rank + 1) * rows]


def rolled_rows(rows: Tensor) -> Tensor:
    """What row i - 1 of the whole batch was, in row i; the last one comes first. No gradient flows from afar."""
    rolled = ops.roll(rows, 1, axis=0)
    group = present_group()
    if group is None:
        return rolled
    last_rows = gathered(rows[-1], group)
    return ops.concatenate([last_rows[group.rank - 1][None], rolled[1:]])
