"""Batches of adaptation: half labelled source, half unlabelled target, a pure function of seed, epoch and step."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.batches import Batches


class AdaptBatch(NamedTuple):
    """One step's samples.

    Attributes:
        image: (B, S, S, 3) uint8 BGR of the source.
        pose: (B, 3) float32 yaw, pitch, roll in degrees.
        weight: (B, 3) float32, how much each label counts.
        sample_weight: (B,) float32, how much each source sample counts.
        target: (B, S, S, 3) uint8 BGR.
        share: () float32, how far lambda and the weight of consistency have risen, 0 to 1.
    """

    image: NDArray[np.uint8]
    pose: NDArray[np.float32]
    weight: NDArray[np.float32]
    sample_weight: NDArray[np.float32]
    target: NDArray[np.uint8]
    share: NDArray[np.float32]


class AdaptBatches:
    """Source samples drawn by their chances, target samples evenly.

    Args:
        source: the labelled samples; their batch size is that of each half.
        target_bgr: (T, S, S, 3) uint8.
        chances: (samples of the source,) how likely each is drawn; any scale.
        weights: (samples of the source,) how much each counts in the loss.
        steps: in an epoch.
        rise_steps: after so many steps `share` is 1.
        seed: of what is drawn.
    """

    def __init__(
        self,
        source: Batches,
        target_bgr: NDArray[np.uint8],
        chances: NDArray[np.float64],
        weights: NDArray[np.float64],
        steps: int,
        rise_steps: int,
        seed: int,
    ):
        self.source, self.target_bgr, self.weights = source, target_bgr, weights
        self.chances = chances / chances.sum()
        self.steps, self.rise_steps, self.seed = steps, rise_steps, seed

    @property
    def batch_size(self) -> int:
        """Pictures a step, of both halves."""
        return 2 * self.source.batch_size

    def __len__(self) -> int:
        """Batches in an epoch."""
        return self.steps

    def drawn(self, epoch: int, step: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Numbers of the source and target samples of a step."""
        rng = np.random.default_rng((self.seed, epoch, step))
        size = self.source.batch_size
        return (
            rng.choice(len(self.chances), size, p=self.chances),
            rng.choice(len(self.target_bgr), size, replace=len(self.target_bgr) < size),
        )

    def epoch(self, epoch: int, first_step: int = 0) -> Iterator[AdaptBatch]:
        """The batches of an epoch from some step on."""
        for step in range(first_step, self.steps):
            numbers, targets = self.drawn(epoch, step)
            share = min((epoch * self.steps + step) / self.rise_steps, 1.0)
            yield AdaptBatch(
                *self.source.gather(numbers),
                self.weights[numbers].astype(np.float32),
                self.target_bgr[targets],
                np.array(share, np.float32),
            )

    def describe(self, epoch: int, step: int) -> str:
        """The numbers of some source and target samples of a batch."""
        numbers, targets = self.drawn(epoch, step)
        return f"source samples {numbers[:4].tolist()}, target samples {targets[:4].tolist()}"
