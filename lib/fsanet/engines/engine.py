"""What every engine offers, the checks that all of them make, and crops shared out among threads."""

import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.checks import whole
from fsanet.errors import InputError
from fsanet.weights.pretrained import BUNDLED_WEIGHTS
from fsanet.workers import cores


class OwnEngine(Protocol):
    """The least that reads poses of face crops, for an object of one's own; `Engine` says what both do."""

    @property
    def input_size(self) -> int:
        """Height and width of a crop in pixels."""
        ...

    def predict(self, crops_bgr: NDArray, /) -> NDArray:
        """(N, 3) yaw, pitch, roll in degrees of crops (N, input_size, input_size, 3)."""
        ...


class Engine(Protocol):
    """Angles from face crops. One instance may be called from several threads.

    Attributes:
        name: the runtime, as `create_engine` takes it.
        input_size: height and width of a crop in pixels.
    """

    name: str
    input_size: int

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops.

        Args:
            crops_bgr: (N, input_size, input_size, 3), BGR 0..255, uint8 or any float; N may be 0.

        Returns:
            (N, 3) float32: yaw, pitch, roll in degrees.

        Raises:
            ValueError: when the array has another shape.
        """
        ...


def told_model(engine: OwnEngine) -> str | None:
    """The name of the model that an engine runs, where that, or its file, tells it; else None."""
    return getattr(engine, "metadata", {}).get("model")


def has_our_weights(engine: OwnEngine) -> bool:
    """Whether all networks of an engine have weights that come with the package, as it, or its file, tells."""
    told = getattr(engine, "metadata", {}).get("weights_sha256", "").split()
    return bool(told) and {file.sha256 for file in BUNDLED_WEIGHTS}.issuperset(told)


def checked_crops(crops_bgr: ArrayLike, size: int) -> NDArray:
    """The crops as an array, uint8 or float as they came.

    Raises:
        ValueError: when they are not (N, size, size, 3), or of a type that holds no pixels.
    """
    crops = np.asarray(crops_bgr)
    if crops.ndim != 4 or crops.shape[1:] != (size, size, 3):
        raise InputError(f"An engine takes crops of (N, {size}, {size}, 3), BGR 0..255; got shape {crops.shape}.")
    if crops.dtype != np.uint8 and crops.dtype.kind != "f":
        raise InputError(f"An engine takes crops as uint8 or float; got {crops.dtype}.")
    return crops


def check_output(shape: Sequence[object], path: Path) -> None:
    """Whether a network in a file gives one row of three numbers for each crop.

    Args:
        shape: of an output, as the file tells it; what it leaves open is no number.
        path: of the file.

    Raises:
        ValueError: when it is not (batch, 3).
    """
    if len(shape) != 2 or shape[1] != 3:
        raise InputError(
            f"'{path}' is not a head pose network: expected an output of (batch, 3), yaw, pitch and roll in degrees; "
            f"got ({', '.join(map(str, shape))}): give a file that `fsanet export` wrote."
        )


def as_float(crops: NDArray) -> NDArray[np.float32]:
    """Crops as runtimes take them: float32, contiguous."""
    return np.ascontiguousarray(crops, dtype=np.float32)


def checked_threads(threads: int | None) -> int:
    """The number of threads to use: as given, or one per core that this process may use.

    Raises:
        ValueError: when it is no whole number of at least 1.
    """
    return cores() if threads is None else whole(threads, "threads")


def checked_batch_size(batch_size: int | None, default: int) -> int:
    """The number of crops to compute at once: as given, or the default.

    Raises:
        ValueError: when it is no whole number of at least 1.
    """
    return default if batch_size is None else whole(batch_size, "batch_size")


def shares(number: int, batch_size: int, workers: int = 1) -> list[slice]:
    """Consecutive slices of nearly equal size that together are `number` crops.

    Args:
        number: of crops.
        batch_size: largest slice.
        workers: the number of slices is a multiple of it, so that all workers finish together; or there is one slice
            for each crop, where that is fewer.
    """
    rounds = -(-number // (batch_size * workers))
    count = min(number, rounds * workers)
    edges = [number * i // count for i in range(count + 1)] if count else [0]
    return [slice(start, stop) for start, stop in itertools.pairwise(edges)]


class Workers:
    """Some threads, of which the calling one is the first; the others are started when first needed.

    Each computes its own crops from first to last, which spares the threads the waiting for one another. A process that
    was forked starts threads of its own: those of its parent are not in it.

    Args:
        count: threads that work at once.
    """

    def __init__(self, count: int):
        self.count = count
        self._pools: dict[int, ThreadPoolExecutor] = {}  # by process; no lock, which a fork would copy as it is held

    def share_out(
        self, number: int, batch_size: int, work: Callable[[int, slice], None], in_turn: bool = False
    ) -> None:
        """Call `work(worker, part)` until the parts cover `number` crops; one worker has one call at a time.

        With `in_turn` the calling thread does all parts, which are the same. An error in any of the calls is raised
        here, when all have ended.
        """
        parts = shares(number, batch_size, self.count)
        if in_turn:
            for part in parts:
                work(0, part)
            return

        def go(worker: int) -> None:
            for part in parts[worker :: self.count]:
                work(worker, part)

        others = [self._threads().submit(go, worker) for worker in range(1, min(self.count, len(parts)))]
        try:
            go(0)
        finally:
            errors = [other.exception() for other in others]
        for error in filter(None, errors):
            raise error

    def _threads(self) -> ThreadPoolExecutor:
        process = os.getpid()
        if process not in self._pools:  # of two threads that come here at once, both take the pool of the first
            self._pools.setdefault(process, ThreadPoolExecutor(self.count - 1, thread_name_prefix="fsanet-engine"))
        return self._pools[process]
