"""A set beside its twins, masked, turned or with hair: the same faces in the same order, compared pair by pair."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fsanet.datasets.derive import MASKED, plain_name
from fsanet.errors import InputError
from fsanet.evaluation.evaluation import ANGLES, Evaluation


class PublishedFigure(NamedTuple):
    """Mean absolute errors in degrees of the one published project with masked sets; not paired.

    Its models are trained on: 1 BIWI and 300W-LP; 2 BIWI, 300W-LP and masked faces; 3 BIWI and turned BIWI.
    """

    model: str
    test_set: str
    yaw: float
    pitch: float
    roll: float
    mae: float


# Robust and Sparse Head Pose Estimation without Face Localization (2021), its tables of three models. Its masked sets
# lack the 25 to 40 % of the faces on which a landmark detector found none, so plain and masked are other faces.
PUBLISHED = (
    PublishedFigure("model 1", "BIWI", 7.50, 5.34, 4.78, 5.87),
    PublishedFigure("model 1", "BIWI_masked", 13.95, 16.74, 8.64, 13.11),
    PublishedFigure("model 1", "300W_LP_masked", 38.30, 35.34, 8.26, 27.30),
    PublishedFigure("model 1", "AFLW2000", 27.50, 32.22, 13.39, 24.37),
    PublishedFigure("model 1", "AFLW2000_masked", 23.10, 28.45, 12.55, 21.37),
    PublishedFigure("model 2", "BIWI", 5.58, 3.93, 4.46, 4.66),
    PublishedFigure("model 2", "BIWI_masked", 5.41, 4.74, 3.39, 4.51),
    PublishedFigure("model 2", "AFLW2000", 27.45, 28.52, 14.73, 23.57),
    PublishedFigure("model 2", "AFLW2000_masked", 21.26, 22.48, 10.84, 18.19),
    PublishedFigure("model 3", "BIWI", 5.43, 4.17, 3.74, 4.45),
    PublishedFigure("model 3", "BIWI_masked", 4.45, 2.97, 2.90, 3.44),
    PublishedFigure("model 3", "AFLW2000", 23.82, 12.70, 13.95, 16.82),
    PublishedFigure("model 3", "AFLW2000_masked", 20.24, 13.08, 10.22, 14.51),
)


@dataclass(frozen=True, eq=False)
class Pair:
    """One model on a set and on its twin."""

    plain: Evaluation
    twin: Evaluation

    @property
    def ratio(self) -> float:
        """How many times the error becomes."""
        return self.twin.summary.mae / self.plain.summary.mae


def find_pairs(evaluations: Sequence[Evaluation]) -> list[Pair]:
    """The pairs among evaluations: a set's and those of sets made of it, model by model.

    Raises:
        ValueError: when a twin holds other faces than its set.
    """
    by_name = {(e.model, e.test_set.name): e for e in evaluations}
    pairs = []
    for (model, name), twin in by_name.items():
        plain = by_name.get((model, plain_name(name)))
        if plain is not None and plain is not twin:
            _check_same_faces(plain, twin)
            pairs.append(Pair(plain, twin))
    return pairs


def _check_same_faces(plain: Evaluation, twin: Evaluation) -> None:
    if not np.array_equal(plain.test_set.source, twin.test_set.source):
        raise InputError(
            f"'{twin.test_set.name}' does not hold the faces of '{plain.test_set.name}' in their order: make it again."
        )


def as_text(pairs: Sequence[Pair]) -> str:
    """One line a pair: errors before and after, their ratio, pitch bias; beside masks the published figures."""
    head = _line("set -> its twin", "model", "y, p, r before", "MAE", "after", "MAE")
    lines = ["Pairs: the same faces, degrees", f"{head}{'ratio':>7}{'pitch bias':>16}"]
    for pair in pairs:
        names = f"{pair.plain.test_set.name} -> {pair.twin.test_set.name.removeprefix(pair.plain.test_set.name)}"
        before, after = pair.plain.summary, pair.twin.summary
        line = _line(names, pair.plain.model, _angles(before), f"{before.mae:.2f}", _angles(after), f"{after.mae:.2f}")
        lines.append(line + f"{pair.ratio:>7.2f}{f'{before.bias[1]:+.1f} -> {after.bias[1]:+.1f}':>16}")
    masked = [pair.plain.test_set.name for pair in pairs if pair.twin.test_set.name.endswith(MASKED)]
    printed = [
        f"  {row.model} on {row.test_set}: {row.yaw:.2f}, {row.pitch:.2f}, {row.roll:.2f}; {row.mae:.2f}"
        for row in PUBLISHED
        if any(plain_name(row.test_set) in name for name in masked)
    ]
    note = ["Published, not paired (its masked sets lack the faces that a detector did not find):"] if printed else []
    return "\n".join(lines + note + printed)


def _line(names: str, model: str, before: str, mae: str, after: str, mae_after: str) -> str:
    return f"{names:<32}{model:<16}{before:>20}{mae:>7}{after:>20}{mae_after:>7}"


def _angles(summary) -> str:
    values = (getattr(summary, angle) for angle in ANGLES)
    return ", ".join("-" if math.isnan(value) else f"{value:.2f}" for value in values)
