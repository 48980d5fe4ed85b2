"""Batches of composed scenes with their training targets: a pure function of seed, epoch and step."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.dense.assign import RULES
from fsanet.dense.encoders import Encoder, cell_targets
from fsanet.scenes.compose import SCENES, WHOLE, Scene
from fsanet.scenes.ingredients import Ingredients, open_composer
from fsanet.scenes.labels import findable
from fsanet.workers import Ahead

_ENLARGED = 4  # every so many-th scene is composed small and enlarged
_WIDER = 2  # scenes of whole photographs than others


class SceneBatch(NamedTuple):
    """One step's scenes.

    Attributes:
        image: (B, side, side, 3) uint8 BGR; twice the side and a quarter of B where photographs are shown whole.
        target: (B, rows, columns) float32; a row a cell or a face, and the columns, as the encoder has them.
    """

    image: NDArray[np.uint8]
    target: NDArray[np.float32]


@dataclass(frozen=True)
class SceneStream:
    """An endless supply of scenes; may be pickled to worker processes, each of which opens the files for itself.

    Attributes:
        ingredients: of the scenes. Where photographs are shown whole, every other batch shows them, in scenes twice as
            wide and a quarter as many, with faces too large for the other scenes.
        side: pixels of a scene, a multiple of 32.
        batch_size: scenes in a batch.
        steps: batches in an epoch.
        seed: of all that is drawn.
        encode: from the faces of a scene to its target.
    """

    ingredients: Ingredients
    side: int = 192
    batch_size: int = 32
    steps: int = 500
    seed: int = 0
    encode: Encoder = cell_targets

    def scene(self, number: int, whole: bool = False) -> Scene:
        """The scene with a number, whatever came before it; `whole` for one of a photograph that is shown whole."""
        if whole:
            composer = open_composer(self.ingredients, _WIDER * self.side, WHOLE)
        else:
            composer = open_composer(self.ingredients._replace(whole=None), self.side, SCENES)
        rng = np.random.default_rng([self.seed, number])
        return composer.scene(rng) if whole or number % _ENLARGED else composer.enlarged(rng)

    def shows_whole(self, step: int) -> bool:
        """Whether the scenes of a step are of whole photographs."""
        return self.ingredients.whole is not None and step % 2 == 1

    def numbers(self, epoch: int, step: int) -> range:
        """Numbers of the scenes of a step."""
        first = (epoch * self.steps + step) * self.batch_size
        count = max(1, self.batch_size // _WIDER**2) if self.shows_whole(step) else self.batch_size
        return range(first, first + count)

    def batch(self, epoch: int, step: int) -> SceneBatch:
        """The batch of a step."""
        scenes = [self.scene(number, self.shows_whole(step)) for number in self.numbers(epoch, step)]
        targets = [target_of(scene, self.encode) for scene in scenes]
        return SceneBatch(np.stack([scene.image_bgr for scene in scenes]), np.stack(targets))


class SceneBatches:
    """The batches of a stream, drawn ahead by other processes, which stay from epoch to epoch.

    Args:
        stream: the scenes.
        workers: number of processes.
    """

    def __init__(self, stream: SceneStream, workers: int = 1):
        self.stream = stream
        self._ahead = Ahead(workers)

    @property
    def batch_size(self) -> int:
        """Scenes in a batch."""
        return self.stream.batch_size

    def __len__(self) -> int:
        """Batches in an epoch."""
        return self.stream.steps

    def epoch(self, epoch: int, first_step: int = 0) -> Iterator[SceneBatch]:
        """The batches of an epoch from some step on."""
        yield from self._ahead.run(partial(self.stream.batch, epoch), range(first_step, len(self)))

    def describe(self, epoch: int, step: int) -> str:
        """The numbers of a batch's scenes."""
        numbers = self.stream.numbers(epoch, step)
        return f"scenes {numbers[0]} to {numbers[-1]} of seed {self.stream.seed}"

    def close(self) -> None:
        """End the processes."""
        self._ahead.close()


def target_of(scene: Scene, encode: Encoder = cell_targets) -> NDArray[np.float32]:
    """The target (rows, columns) of a scene, as the encoder has it.

    A face that is seen well, but none of its five points, is ignored.
    """
    faces = scene.faces
    shown = np.where(findable(faces), faces.shown, np.minimum(faces.shown, 0.5 * RULES.shown))
    height, width = scene.image_bgr.shape[:2]
    return encode((height, width), faces._replace(shown=shown))
