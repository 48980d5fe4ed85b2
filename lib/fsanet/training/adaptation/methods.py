"""Ways to adapt, as rows of one table, and what a run of one can be told."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fsanet.datasets.augment.recipe import STRONG, Recipe
from fsanet.errors import InputError
from fsanet.training.settings import Settings


@dataclass(frozen=True)
class Method:
    """What a method does beside training on the labelled source.

    Attributes:
        about: in a few words, with its source.
        learns: whether weights change; else the statistics of batch normalisation alone are taken from the target.
        adversarial: a discriminator tells source from target, and the features learn to deceive it.
        consistent: a turned target picture must give the turned answer of a teacher, the running mean of the network.
        weighting: of the source: a name of `source_weights.WEIGHTINGS`, or "" for equal weights.
    """

    about: str
    learns: bool = True
    adversarial: bool = False
    consistent: bool = False
    weighting: str = ""


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "none": Method("the same steps on the source alone: the control"),
        "adabn": Method("statistics of batch normalisation from the target (Li et al., 2018)", learns=False),
        "dann": Method("adversarial features (Ganin et al., JMLR 2016)", adversarial=True),
        "pada_like": Method(
            "dann, and source samples far from every target pose count less", adversarial=True, weighting="distance"
        ),
        "padaco": Method(
            "dann, and the source drawn by the poses that the target seems to have (Kuhnke and Ostermann, ICCV 2019)",
            adversarial=True,
            weighting="neighbours",
        ),
        "rcr": Method("relative pose consistency (Kuhnke and Ostermann, 2021)", consistent=True),
        "rcrw": Method("rcr, and the source drawn as padaco draws it", consistent=True, weighting="neighbours"),
    }
)


@dataclass(frozen=True)
class AdaptSettings(Settings):
    """One run of one method, with all of a run's `Settings`; `data` is the labelled source.

    What the papers do not say (neighbours, strength, batch, optimiser) has our values; with them the three networks of
    the fusion are adapted to 500 crops in less than five minutes on two cores.

    Attributes:
        target: npz of unlabelled crops, or folder of pictures; labels in it are never read.
        method: a name of `METHODS`.
        steps: in an epoch.
        neighbours: N_n of PADACO's algorithm 1: source samples that each predicted target pose counts.
        strength: lambda_max, of the reversed gradient.
        consistency: weight of a degree of relative inconsistency against a degree of pose error, at its maximum.
        rise_steps: over so many steps lambda and the weight of consistency rise from 0 to their maxima.
        domain_weight: of the discriminator's cross entropy against a degree of pose error.
        teacher_decay: of the running mean that teaches.
    """

    data: str = "synthetic"
    weights: str = "free"
    augmentation: Recipe = STRONG
    batch_size: int | None = 16
    epochs: int = 4
    learning_rate: float = 5e-5  # with four times as much every epoch loses too much on the check set
    schedule: str = "cosine"
    warmup_steps: int = 50
    clip_norm: float = 100.0
    target: str = ""
    method: str = "rcrw"
    steps: int = 50
    neighbours: int = 20
    strength: float = 1.0
    consistency: float = 1.0
    rise_steps: int = 100
    domain_weight: float = 5.0
    teacher_decay: float = 0.99

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InputError(f"There is no method '{self.method}'. There are: {', '.join(METHODS)}.")
        super().__post_init__()

    def checks(self) -> Iterator[tuple[bool, str]]:
        """A run's, and those of adaptation."""
        yield from super().checks()
        for name in ("steps", "neighbours", "rise_steps"):
            yield getattr(self, name) < 1, f"{name} is at least 1, not {getattr(self, name)}"
        for name in ("strength", "consistency", "domain_weight"):
            value = getattr(self, name)
            yield not 0 <= value < math.inf, f"{name} is at least 0 and finite, not {value}"
        yield not 0 <= self.teacher_decay < 1, f"teacher_decay is at least 0 and below 1, not {self.teacher_decay}"
        decays = self.weight_decay > 0 and not METHODS[self.method].learns
        yield decays, f"{self.method} changes no weight: leave out weight_decay, {self.weight_decay}"
        yield not self.weights, "weights to start from are needed: adaptation begins with a trained network"
        yield not self.target, "a target is needed: unlabelled crops or pictures"
