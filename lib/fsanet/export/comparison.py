"""Whether an export gives the angles of the Keras model that it was made from, and what rounding costs.

Knows no runtime: what computes the angles of an export is given as a function.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.pose_set import PoseSet
from fsanet.datasets.protocols import find_set
from fsanet.errors import InputError
from fsanet.pose.errors import euler_errors, within_limit

if TYPE_CHECKING:
    import keras

Predict: TypeAlias = Callable[[NDArray], NDArray]  # crops (N, size, size, 3) BGR 0..255 -> (N, 3) degrees

TOLERANCE_DEG = 1e-3
LARGEST_CHANGE_DEG = {"float16": 0.05, "int8": 0.3}  # of the mean absolute error over all angles
CALIBRATION_SET = "synthetic_validation"
TEST_SET = "synthetic_test"
CALIBRATION_CROPS = 256

_PROBES = 5  # an odd number, so that the dynamic batch is tried too


def probe_crops(size: int, number: int = _PROBES) -> NDArray[np.float32]:
    """Smooth random pictures, (number, size, size, 3), BGR 0..255; the same at every call.

    Smooth, because the angles of pure noise are far outside what a network was trained for and blow up differences.
    """
    import cv2

    random = np.random.default_rng(0)
    crops = []
    for i in range(number):
        coarse = random.integers(0, 256, (4 + 3 * i, 4 + 3 * i, 3)).astype(np.uint8)
        crops.append(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC))
    return np.stack(crops).astype(np.float32)


def check_same_angles(model: keras.Model, predict: Predict, name: str) -> float:
    """The largest difference of any angle between a model and its export in degrees, where it is within the tolerance.

    Args:
        model: the Keras model.
        predict: the export's angles.
        name: of the export, for the message.

    Raises:
        ValueError: where it is not, or an angle is no number.
    """
    crops = probe_crops(model.input_shape[1])
    difference = float(np.abs(predict(crops) - np.asarray(model.predict_on_batch(crops))).max())
    if not difference <= TOLERANCE_DEG:  # also true for NaN
        raise InputError(
            f"The export '{name}' differs from its Keras model by up to {difference:.2g} degrees; "
            f"at most {TOLERANCE_DEG:g} is accepted, so it was not kept."
        )
    return difference


class Change(NamedTuple):
    """Mean absolute errors in degrees, of the Keras model and of its export."""

    exact: float
    rounded: float
    samples: int

    @property
    def degrees(self) -> float:
        """By how much the error grew; negative where it fell."""
        return self.rounded - self.exact


def change_of_error(exact: Predict, rounded: Predict, path_or_folder: str | Path) -> Change:
    """Errors of a model and of its export on the synthetic test set, without samples beyond the limit of angles.

    Args:
        exact: the model's angles.
        rounded: the export's.
        path_or_folder: an npz, or the folder in which the set lies.

    Raises:
        FileNotFoundError: when the set is missing, with the command that makes it.
    """
    test = PoseSet.load(_path(path_or_folder, TEST_SET))
    keep = within_limit(test.pose)
    images, poses = test.image[keep], test.pose[keep]
    before, after = (float(euler_errors(predict(images), poses).mean()) for predict in (exact, rounded))
    return Change(before, after, len(poses))


def calibration_crops(path_or_folder: str | Path) -> NDArray[np.float32]:
    """Crops that show a quantiser the range of every tensor: evenly taken from the synthetic validation set.

    Args:
        path_or_folder: an npz, or the folder in which the set lies.

    Raises:
        FileNotFoundError: when the set is missing, with the command that makes it.
    """
    images = PoseSet.load(_path(path_or_folder, CALIBRATION_SET)).image
    chosen = np.linspace(0, len(images) - 1, min(CALIBRATION_CROPS, len(images))).round().astype(int)
    return images[chosen].astype(np.float32)


def _path(path_or_folder: str | Path, name: str) -> Path:
    path = Path(path_or_folder)
    return path if path.suffix == ".npz" else find_set(name, path)
