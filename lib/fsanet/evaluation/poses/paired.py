"""A set beside its twins, masked, turned or with hair: the same faces in the same order, compared pair by pair."""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.twins import MASKED, made_from, plain_name
from fsanet.evaluation.poses.labelled_sets import LabelledSet
from fsanet.evaluation.poses.measure import ANGLES, Evaluation, measure
from fsanet.files import sha256_of


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
log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Pair:
    """One model on a set and on its twin, on the same faces."""

    plain: Evaluation
    twin: Evaluation

    @property
    def ratio(self) -> float:
        """How many times the error becomes."""
        return self.twin.summary.mae / self.plain.summary.mae


def find_pairs(evaluations: Sequence[Evaluation]) -> list[Pair]:
    """The pairs among evaluations: a set's and those of sets made of it, model by model, on faces that count in both.

    Which set was made of which they say themselves. A twin that cannot be compared with its set is left out, with a
    warning that says why.
    """
    sets = {evaluation.test_set.name: evaluation.test_set for evaluation in evaluations}
    shared = {(plain.name, twin.name): _shared_rows(plain, twin) for plain, twin in permutations(sets.values(), 2)}
    return [
        Pair(_on_rows(plain, rows), _on_rows(twin, rows))
        for twin in evaluations
        for plain in evaluations
        if plain.model == twin.model and (rows := shared.get((plain.test_set.name, twin.test_set.name))) is not None
    ]


def _shared_rows(plain: LabelledSet, twin: LabelledSet) -> NDArray[np.intp] | None:
    """Numbers of the faces that count in a set and in one that was made of it; None for all that is no pair."""
    if plain.origin is None or twin.origin is None:
        return None
    made = made_from(twin.origin.meta, plain.name, plain.origin.meta)
    if made is None:
        return None
    shared, in_plain, in_twin = np.intersect1d(plain.origin.rows, twin.origin.rows, return_indices=True)
    digest, again = made.get("from_sha256"), "remove it and make it again"
    if digest and digest != sha256_of(plain.origin.file):
        reason = f"it was made of another '{plain.origin.file.name}' than the one that is there; {again}"
    elif not np.array_equal(plain.source[in_plain], twin.source[in_twin]):
        reason = f"it does not hold the same faces in the same order; {again}"
    elif not len(shared):
        reason = "no face counts in both"
    else:
        return shared
    log.warning("'%s' is not compared with '%s' pair by pair: %s.", twin.name, plain.name, reason)
    return None


def _on_rows(evaluation: Evaluation, rows: NDArray[np.intp]) -> Evaluation:
    """An evaluation on some of its samples, which are given by their numbers in the file."""
    test_set = evaluation.test_set
    if test_set.origin is None or len(rows) == len(test_set):
        return evaluation
    chosen = np.flatnonzero(np.isin(test_set.origin.rows, rows))
    return measure(evaluation.model, evaluation.weights, test_set.select(chosen), evaluation.predicted[chosen])


def as_text(pairs: Sequence[Pair]) -> str:
    """One line a pair: faces, errors before and after, ratio, pitch bias; beside masks the published figures."""
    head = _line("set -> its twin", "model", "faces", "y, p, r before", "MAE", "after", "MAE")
    lines = ["Pairs: the same faces, degrees", f"{head}{'ratio':>7}{'pitch bias':>16}"]
    for pair in pairs:
        names = f"{pair.plain.test_set.name} -> {pair.twin.test_set.name.removeprefix(pair.plain.test_set.name)}"
        before, after = pair.plain.summary, pair.twin.summary
        errors = _angles(before), f"{before.mae:.2f}", _angles(after), f"{after.mae:.2f}"
        line = _line(names, pair.plain.model, f"{after.samples:,}", *errors)
        lines.append(line + f"{pair.ratio:>7.2f}{f'{before.bias[1]:+.1f} -> {after.bias[1]:+.1f}':>16}")
    masked = [pair.plain.test_set.name for pair in pairs if pair.twin.test_set.name.endswith(MASKED)]
    printed = [
        f"  {row.model} on {row.test_set}: {row.yaw:.2f}, {row.pitch:.2f}, {row.roll:.2f}; {row.mae:.2f}"
        for row in PUBLISHED
        if any(plain_name(row.test_set) in name for name in masked)
    ]
    note = ["Published, not paired (its masked sets lack the faces that a detector did not find):"] if printed else []
    return "\n".join(lines + note + printed)


def _line(names: str, model: str, faces: str, before: str, mae: str, after: str, mae_after: str) -> str:
    return f"{names:<32}{model:<16}{faces:>8}{before:>20}{mae:>7}{after:>20}{mae_after:>7}"


def _angles(summary) -> str:
    values = (getattr(summary, angle) for angle in ANGLES)
    return ", ".join("-" if math.isnan(value) else f"{value:.2f}" for value in values)
