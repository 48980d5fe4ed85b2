"""What rounding costs: calibration crops, and the error of an export beside that of its model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.pose_set import PoseSet
from fsanet.datasets.protocols import find_set
from fsanet.engines.engine import Engine
from fsanet.engines.keras_engine import KerasEngine
from fsanet.pose.errors import euler_errors, within_limit

if TYPE_CHECKING:
    import keras

# Degrees that the mean absolute error may change by, over all angles.
LARGEST_CHANGE_DEG = {"float16": 0.05, "int8": 0.3}
CALIBRATION_SET = "synthetic_validation"
TEST_SET = "synthetic_test"
CALIBRATION_CROPS = 256


class Change(NamedTuple):
    """Mean absolute errors in degrees, of the Keras model and of its export."""

    exact: float
    rounded: float
    samples: int

    @property
    def degrees(self) -> float:
        """By how much the error grew; negative where it fell."""
        return self.rounded - self.exact


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


def change_of_error(model: keras.Model, engine: Engine, path_or_folder: str | Path) -> Change:
    """Errors of a model and of its export on the synthetic test set, without samples beyond the limit of angles.

    Raises:
        FileNotFoundError: when the set is missing, with the command that makes it.
    """
    test = PoseSet.load(_path(path_or_folder, TEST_SET))
    keep = within_limit(test.pose)
    images, poses = test.image[keep], test.pose[keep]
    exact, rounded = (float(euler_errors(each.predict(images), poses).mean()) for each in (KerasEngine(model), engine))
    return Change(exact, rounded, len(poses))


def _path(path_or_folder: str | Path, name: str) -> Path:
    path = Path(path_or_folder)
    return path if path.suffix == ".npz" else find_set(name, path)
