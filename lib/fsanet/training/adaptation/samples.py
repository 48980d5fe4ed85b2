"""What a run of adaptation reads; the networks of a fusion and several methods read it once for all of them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.training.adaptation.methods import AdaptSettings
from fsanet.training.adaptation.target import load_target
from fsanet.training.sets import TrainingSets, load_training_sets


class AdaptSamples(NamedTuple):
    """The labelled source, split into training and check set, and the crops of the target, (T, S, S, 3) uint8 BGR."""

    source: TrainingSets
    target: NDArray[np.uint8]


def read_samples(settings: AdaptSettings, quiet: bool = True) -> AdaptSamples:
    """Source and target of a run's settings.

    Args:
        settings: whose `data`, `target` and `image_size` say what is read.
        quiet: no progress bar.

    Raises:
        InputError, FileNotFoundError: for sets or a target that cannot be used.
    """
    target = load_target(settings.target, settings.image_size, quiet)
    return AdaptSamples(load_training_sets(settings), target)
