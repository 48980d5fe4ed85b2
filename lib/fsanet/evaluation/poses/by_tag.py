"""Errors by tag: faces with hair, a fringe, a hat, ... or in profile beside those without, where a set says so."""

import csv
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.evaluation.poses.labelled_sets import LabelledSet
from fsanet.evaluation.poses.measure import Evaluation
from fsanet.files import replace_whole

PROFILE_FROM_DEG = 60.0
_NONE = "none of them"
_TITLE_WIDTH, _COUNT_WIDTH, _ERRORS_WIDTH = 14, 9, 18


class TagErrors(NamedTuple):
    """One model on the samples with a tag and on those without; errors in degrees, NaN where there is no sample."""

    set: str
    model: str
    tag: str
    samples: int
    mae: float
    samples_without: int
    mae_without: float


def errors_by_tag(evaluation: Evaluation) -> list[TagErrors]:
    """A row for each tag, and a last one for the samples that have none; nothing for a set without tags."""
    test_set, errors = evaluation.test_set, evaluation.errors()
    rows = []
    for tag, holds in _tags_and_none(test_set).items():
        with_it, without = (float(errors[chosen].mean()) if chosen.any() else np.nan for chosen in (holds, ~holds))
        counts = int(holds.sum()), int((~holds).sum())
        rows.append(TagErrors(test_set.name, evaluation.model, tag, counts[0], with_it, counts[1], without))
    return rows


def as_text(evaluations: Sequence[Evaluation]) -> str:
    """For each set with tags a table of a line a tag: numbers of samples, then of each model the errors with / without.

    Empty where no set has tags.
    """
    groups = [list(group) for _, group in groupby(evaluations, key=lambda e: e.test_set.name)]
    return "\n\n".join(_block(group) for group in groups if group[0].test_set.tags)


def write_tags(evaluations: Sequence[Evaluation], folder: Path) -> list[Path]:
    """by_tag.csv in a folder, one row a set, model and tag; where no set has tags there is none afterwards."""
    rows = [row._asdict() for evaluation in evaluations for row in errors_by_tag(evaluation)]
    path = folder / "by_tag.csv"
    if not rows:
        path.unlink(missing_ok=True)  # of an earlier run on other sets
        return []
    with replace_whole(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows({key: "" if value != value else value for key, value in row.items()} for row in rows)
    return [path]


def _tags_and_none(test_set: LabelledSet) -> Mapping[str, NDArray[np.bool_]]:
    """The tags of a set, profile by its labels among them, and the samples without any."""
    if not test_set.tags:
        return {}
    tags = {**test_set.tags, "profile": np.abs(test_set.true[:, 0]) >= PROFILE_FROM_DEG}
    return {**tags, _NONE: ~np.any(list(tags.values()), axis=0)}


def _block(evaluations: Sequence[Evaluation]) -> str:
    by_model = [errors_by_tag(evaluation) for evaluation in evaluations]
    profile = f"profile: |yaw| >= {PROFILE_FROM_DEG:g}"
    what = f"{evaluations[0].test_set.name} by tag: MAE of the samples with / without it ({profile})"
    head = _line("tag", "with", "without", [evaluation.model for evaluation in evaluations])
    lines = []
    for rows in zip(*by_model, strict=True):
        pairs = [f"{_degrees(row.mae)} / {_degrees(row.mae_without)}" for row in rows]
        lines.append(_line(rows[0].tag, f"{rows[0].samples:,}", f"{rows[0].samples_without:,}", pairs))
    return "\n".join([what, head, *lines])


def _line(title: str, samples: str, without: str, errors: Sequence[str]) -> str:
    counts = f"{samples:>{_COUNT_WIDTH}}{without:>{_COUNT_WIDTH}}"
    return f"{title:<{_TITLE_WIDTH}}{counts}" + "".join(f"{text:>{_ERRORS_WIDTH}}" for text in errors)


def _degrees(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.2f}"
