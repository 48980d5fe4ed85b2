"""Evaluations as a table on the screen, and as CSV and JSON."""

import csv
import math
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from fsanet.evaluation.poses.measure import AHEAD_DEG, ANGLES, ASIDE_DEG, Evaluation, as_row
from fsanet.files import replace_whole, write_json

_HEADINGS = (
    ("model", 17),
    ("yaw", 6),
    ("pitch", 6),
    ("roll", 6),
    ("MAE", 7),
    ("geod.", 6),
    ("MAEV", 6),
    ("≤5°", 5),
    ("≤10°", 5),
    ("≤15°", 5),
    ("yaw<30", 7),
    ("30-60", 6),
    (">60", 6),
    ("bias y, p, r", 22),
    ("paper", 6),
)


def as_text(evaluations: Sequence[Evaluation]) -> str:
    """One block a set: what was measured on, then a line a model; a second one for angles in the camera's frame."""
    blocks = [_block(list(group)) for _, group in groupby(evaluations, key=lambda e: (e.test_set.name, e.turned))]
    return "\n\n".join(blocks)


def write_rows(evaluations: Sequence[Evaluation], folder: Path) -> list[Path]:
    """results.csv and results.json in a folder, in place of those of an earlier test: one row a model and set."""
    rows = [as_row(evaluation) for evaluation in evaluations]
    with replace_whole(folder / "results.csv") as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    write_json(folder / "results.json", rows, indent=1)
    return [folder / "results.csv", folder / "results.json"]


def _block(evaluations: list[Evaluation]) -> str:
    test_set = evaluations[0].test_set
    samples = f"{test_set.name}: {len(test_set):,} samples, {test_set.left_out:,} left out ({test_set.filter})"
    head = f"{samples}; crop: {test_set.crop}"
    roll = "" if test_set.roll_labelled else "; no roll in its labels: MAE and shares are of yaw and pitch"
    turned = "; angles turned into the camera's frame, which the labels are in" if evaluations[0].turned else ""
    lines = [head + roll + turned, "".join(_cell(title, width) for title, width in _HEADINGS)]
    widths = [width for _, width in _HEADINGS]
    for evaluation in evaluations:
        lines.append("".join(map(_cell, _texts(evaluation), widths)))
    if not test_set.roll_labelled:
        lines += [_line(e) for e in evaluations]
    return "\n".join(lines)


def _texts(evaluation: Evaluation) -> list[str]:
    s = evaluation.summary
    errors = [s.yaw, s.pitch, s.roll, s.mae, s.geodesic, s.maev]
    shares = ["-" if math.isnan(share) else f"{share:.0%}" for share in s.shares.values()]
    bias = ", ".join("-" if math.isnan(value) else f"{value:+.1f}" for value in s.bias)
    paper = f"{evaluation.paper.mae:.2f}" if evaluation.paper else ""
    return [evaluation.model, *map(_degrees, errors), *shares, *map(_degrees, s.by_yaw.values()), bias, paper]


def _line(evaluation: Evaluation) -> str:
    """Slope, correlation and sinking, which say more than errors where the labels are rough."""
    parts = [
        f"{angle} slope {slope:.2f}, correlation {correlation:.3f}"
        for angle, slope, correlation in zip(ANGLES[:2], evaluation.slope, evaluation.correlation, strict=False)
    ]
    if not math.isnan(evaluation.sinking):
        lower = f"{evaluation.sinking:.1f} lower than within {AHEAD_DEG:.0f}"
        parts.append(f"from {ASIDE_DEG:.0f} degrees of yaw on read {lower}")
    return f"  {evaluation.model}: {'; '.join(parts)}"


def _degrees(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def _cell(text: str, width: int) -> str:
    return f"{text:<{width}}" if width == _HEADINGS[0][1] else f"{text:>{width + 1}}"
