"""What every engine offers, and the checks that all of them make."""

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray


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
        raise ValueError(f"An engine takes crops of (N, {size}, {size}, 3), BGR 0..255; got shape {crops.shape}.")
    if crops.dtype != np.uint8 and crops.dtype.kind != "f":
        raise ValueError(f"An engine takes crops as uint8 or float; got {crops.dtype}.")
    return crops


def in_batches(run, crops: NDArray, batch_size: int) -> NDArray[np.float32]:
    """`run` over at most `batch_size` crops at a time, so that memory does not grow with their number.

    Args:
        run: (n, size, size, 3) float32 -> (n, 3).
        crops: (N, size, size, 3), as `checked_crops` returns them.
        batch_size: largest n.

    Returns:
        (N, 3) float32, owned by the caller.
    """
    angles = np.empty((len(crops), 3), np.float32)
    for start in range(0, len(crops), batch_size):
        batch = crops[start : start + batch_size]
        angles[start : start + batch_size] = run(np.ascontiguousarray(batch, dtype=np.float32))
    return angles
