"""Batches of composed scenes with their training targets: a pure function of seed, epoch and step."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.dense.assign import targets
from fsanet.scenes.backgrounds import Backgrounds
from fsanet.scenes.bank import Bank
from fsanet.scenes.compose import Composer, Scene
from fsanet.workers import Ahead


class SceneBatch(NamedTuple):
    """One step's scenes.

    Attributes:
        image: (B, side, side, 3) uint8 BGR.
        target: (B, cells, 25) float32, columns of `fsanet.dense.layout`.
    """

    image: NDArray[np.uint8]
    target: NDArray[np.float32]


@dataclass(frozen=True)
class SceneStream:
    """An endless supply of scenes; may be pickled to worker processes, each of which opens the files for itself.

    Attributes:
        bank: folder of cut-outs.
        backgrounds: folder of photographs, None for paintings alone.
        side: pixels of a scene, a multiple of 32.
        batch_size: scenes in a batch.
        steps: batches in an epoch.
        seed: of all that is drawn.
    """

    bank: Path
    backgrounds: Path | None
    side: int = 192
    batch_size: int = 32
    steps: int = 500
    seed: int = 0

    def __len__(self) -> int:
        """Batches in an epoch."""
        return self.steps

    def scene(self, number: int) -> Scene:
        """The scene with a number, whatever came before it."""
        return _composer(self.bank, self.backgrounds, self.side).scene(np.random.default_rng([self.seed, number]))

    def batch(self, epoch: int, step: int) -> SceneBatch:
        """The batch of a step."""
        first = (epoch * self.steps + step) * self.batch_size
        scenes = [self.scene(number) for number in range(first, first + self.batch_size)]
        return SceneBatch(np.stack([scene.image_bgr for scene in scenes]), np.stack([target_of(s) for s in scenes]))

    def epoch(self, epoch: int, first_step: int = 0, ahead: Ahead | None = None) -> Iterator[SceneBatch]:
        """The batches of an epoch from some step on.

        Args:
            epoch: from 0.
            first_step: of the epoch, from 0.
            ahead: processes that draw them ahead; None to draw each when it is asked for.
        """
        steps = range(first_step, self.steps)
        yield from (ahead.run if ahead else map)(partial(self.batch, epoch), steps)


@lru_cache(maxsize=2)
def _composer(bank: Path, backgrounds: Path | None, side: int) -> Composer:
    """One for all streams in a process: it holds the pictures."""
    cutouts = Bank(bank)
    return Composer(cutouts, Backgrounds(backgrounds, cutouts.plan.split), side)


def target_of(scene: Scene) -> NDArray[np.float32]:
    """Targets (cells, 25) of a scene; a face of which none of the five points is seen is not to be found."""
    faces = scene.faces
    shown = np.where(faces.visible.any(axis=1), faces.shown, np.minimum(faces.shown, 0.5))
    return targets(scene.image_bgr.shape[:2], faces.box_xyxy, faces.points_xy, faces.rotation, shown)
