"""The benchmark's rows as a table beside the paper's, as CSV, and as a chart."""

import csv
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from fsanet.benchmarks.adaptation.paper import PAPER
from fsanet.benchmarks.adaptation.results import ANGLES, Row
from fsanet.files import replace_whole
from fsanet.plots import BLUE, ORANGE, new_figure, save_figure

_FIGURES = (*ANGLES, "mae")
_HEADINGS = ("", *ANGLES, "MAE", "spread", "paper", "source", "as equal")


def as_text(rows: Sequence[Row]) -> str:
    """One table: mean of the seeds, spread of the MAE, the paper's MAE, and how much of the source counted."""
    lines = [" ".join([f"{_HEADINGS[0]:<28}", *(f"{heading:>8}" for heading in _HEADINGS[1:])])]
    for scenario, group in groupby(rows, key=lambda row: row.scenario):
        members = list(group)
        lines.append(f"{scenario}, {members[0].seeds} seed{'s' if members[0].seeds > 1 else ''}")
        lines += [_line(row) for row in members]
    return "\n".join(lines)


def _line(row: Row) -> str:
    paper = PAPER.get((row.scenario, row.method))
    errors = [f"{error:8.2f}" for error in row.mean_deg]
    spread = f"{row.spread_deg[-1]:8.2f}" if row.seeds > 1 else f"{'-':>8}"
    source = [f"{row.counted:8.0%}", f"{row.effective:8,.0f}"] if row.effective else [f"{'-':>8}"] * 2
    name = f"  {row.method} {row.setting}".rstrip()
    return " ".join([f"{name:<28}", *errors, spread, f"{f'{paper.mae:.2f}' if paper else '':>8}", *source])


def write_csv(rows: Sequence[Row], path: Path) -> None:
    """One line a row; errors in degrees, with the paper's where it has them."""
    names = [*_FIGURES, *(f"{name}_spread" for name in _FIGURES), *(f"{name}_paper" for name in _FIGURES)]
    with replace_whole(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["scenario", "method", "setting", "seeds", *names, "source_counted", "source_effective"])
        for row in rows:
            ours = [f"{value:.4f}" for value in (*row.mean_deg, *row.spread_deg)]
            paper = PAPER.get((row.scenario, row.method))
            theirs = ["" if not paper or (v := getattr(paper, name)) is None else f"{v}" for name in _FIGURES]
            more = [f"{row.counted:.4f}", f"{row.effective:.1f}"]
            writer.writerow([row.scenario, row.method, row.setting, row.seeds, *ours, *theirs, *more])


def draw_rows(rows: Sequence[Row], path: Path) -> None:
    """A panel a scenario: our MAE as bars with the spread of the seeds, the paper's as dots (their data, not ours)."""
    panels = [list(group) for _, group in groupby(rows, key=lambda row: row.scenario)]
    figure, axes = new_figure(1, len(panels), size=(4.2 * len(panels), 3.4))
    for members, axis in zip(panels, np.atleast_1d(axes), strict=True):
        places = np.arange(len(members))
        ours, spread = (np.array([getattr(row, name)[-1] for row in members]) for name in ("mean_deg", "spread_deg"))
        axis.bar(places, ours, yerr=spread, color=BLUE, ecolor="0.3", label="here, rendered")
        theirs = [(place, PAPER[key].mae) for place, row in enumerate(members) if (key := row[:2]) in PAPER]
        if theirs:
            axis.plot(*zip(*theirs, strict=True), "o", color=ORANGE, label="paper, SynHead to BIWI+")
        labels = [f"{row.method}\n{row.setting}".strip() for row in members]
        axis.set_xticks(places, labels, fontsize=7, rotation=60 if len(members) > 7 else 30)
        axis.grid(axis="x", visible=False)
        axis.set_title(f"{members[0].scenario}, {members[0].seeds} seeds", fontsize=9)
        axis.set_ylabel("mean absolute error (degrees)", fontsize=8)
    np.atleast_1d(axes)[0].legend(fontsize=7)
    save_figure(figure, path)
