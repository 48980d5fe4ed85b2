"""Which source samples there are to learn from, and the grid of runs."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.benchmarks.adaptation.sets import BenchSets
from fsanet.datasets.augment.recipe import Recipe
from fsanet.training.adaptation.methods import METHODS, AdaptSettings
from fsanet.training.adaptation.source_weights import neighbour_counts

RANDOM = "random"
BEFORE, ORACLE = "before", "oracle"  # training on the source, and then on the labelled target
# Methods that may weight the source by the target's true poses: how much of a loss is that of the poses that are read.
KNOWN: Mapping[str, str] = MappingProxyType({"padaco_known": "padaco", "rcrw_known": "rcrw"})
RUNS = (*(name for name, method in METHODS.items() if method.learns), ORACLE, *KNOWN)
_PLACED = Recipe(flip=0.5, turn=0.5, scale=0.1, shift=0.05)
_CLOSED_NEIGHBOURS = 10  # of each target pose, as SynBiwi+ was drawn


def closed(source_deg: NDArray, target_deg: NDArray) -> NDArray[np.float64]:
    """The source resampled to the target's true poses ("SynBiwi+"): the ten nearest of each. (S,) chances."""
    return neighbour_counts(source_deg, target_deg, _CLOSED_NEIGHBOURS)


def partial(source_deg: NDArray, target_deg: NDArray) -> NDArray[np.float64]:
    """All of the source ("SynHead++"), whose poses reach further than the target's. (S,) chances."""
    return np.ones(len(source_deg))


SCENARIOS: Mapping[str, Callable[[NDArray, NDArray], NDArray[np.float64]]] = MappingProxyType(
    {"closed": closed, "partial": partial}
)


@dataclass(frozen=True)
class BenchSettings(AdaptSettings):
    """One run of the benchmark: adaptation's settings, and how the source is learnt before.

    Colours are not augmented, since that alone would close much of the gap between the looks; turns are, because
    relative consistency lives from them.

    Attributes:
        weights: "random" learns the source anew; trained ones, as `fsanet.load_model` takes them, stay as they are.
        steps_before: on the source alone, from random weights.
        rate_before: learning rate of these.
    """

    model: str = "ssrnet_mt"
    weights: str = RANDOM
    target: str = "rendered"
    image_size: int = 32
    batch_size: int | None = 16
    augmentation: Recipe = _PLACED
    steps: int = 400
    rise_steps: int = 300
    learning_rate: float = 5e-4
    warmup_steps: int = 20
    steps_before: int = 2000
    rate_before: float = 2e-3

    def checks(self) -> Iterator[tuple[bool, str]]:
        """Adaptation's, and those of the training before."""
        yield from super().checks()
        yield self.steps_before < 1, f"steps_before is at least 1, not {self.steps_before}"
        yield not self.rate_before > 0, f"rate_before is above 0, not {self.rate_before}"
        by_epochs = self.epochs != AdaptSettings.epochs or self.max_minutes != AdaptSettings.max_minutes
        yield by_epochs, "a run is as long as its steps say: set steps, and leave out epochs and max_minutes"


class Cell(NamedTuple):
    """One run: a scenario, a method or `BEFORE` or `ORACLE`, and the settings, which hold the seed."""

    scenario: str
    method: str
    settings: BenchSettings

    @property
    def before(self) -> "Cell":
        """The run whose weights this one starts from."""
        return self._replace(method=BEFORE)

    @property
    def row(self) -> str:
        """Name of the row of `METHODS` by whose steps it learns."""
        return "none" if self.method in (BEFORE, ORACLE) else KNOWN.get(self.method, self.method)

    def identity(self, samples: str) -> str:
        """Digest of all that the result depends on; `samples` is that of the sets."""
        told = asdict(self.settings)
        for name in _unused(self):
            del told[name]
        text = json.dumps([self.scenario, self.method, told, samples], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def _unused(cell: Cell) -> Iterator[str]:
    """Settings that have no part in a run, so that changing them does not repeat it."""
    yield from ("method", "run", "data_folder")
    row = METHODS[cell.row]
    if cell.method == BEFORE:
        yield from ("steps", "learning_rate")
    if row.weighting != "neighbours":
        yield "neighbours"
    if not row.adversarial:
        yield from ("strength", "domain_weight")
    if not row.consistent:
        yield from ("consistency", "teacher_decay")
    if not (row.adversarial or row.consistent):
        yield "rise_steps"


def grid(scenarios: Sequence[str], methods: Sequence[str], variants: Sequence[BenchSettings]) -> list[Cell]:
    """All runs, in the order in which the first say most: seed by seed, each scenario after the other."""
    return [Cell(scenario, method, variant) for variant in variants for scenario in scenarios for method in methods]


def samples_of(sets: BenchSets) -> str:
    """SHA-256 of the three sets."""
    digest = hashlib.sha256()
    for part in sets:
        digest.update(part.image.tobytes())
        digest.update(np.ascontiguousarray(part.pose).tobytes())
    return digest.hexdigest()
