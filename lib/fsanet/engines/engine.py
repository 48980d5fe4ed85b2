"""What every engine offers, and the checks that all of them make."""

import itertools
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.errors import InputError


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


def as_float(crops: NDArray) -> NDArray[np.float32]:
    """Crops as runtimes take them: float32, contiguous."""
    return np.ascontiguousarray(crops, dtype=np.float32)
