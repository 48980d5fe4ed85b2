"""A section as a picture: a bar a row, with the spread of the rounds."""

from pathlib import Path

from fsanet.benchmarks.speed.measurement import Row, Section
from fsanet.benchmarks.speed.report import as_figure
from fsanet.plots import COLOURS, new_figure, save_figure

_WIDTH, _TITLE_HEIGHT, _PANEL_HEIGHT, _BAR_HEIGHT = 7.5, 0.4, 0.6, 0.24  # inches


def draw_section(section: Section, path: Path) -> None:
    """A panel for each unit. Times get a logarithmic axis, because they span three orders of magnitude."""
    by_unit: dict[str, list[Row]] = {}
    for row in section.rows:
        by_unit.setdefault(row.unit, []).append(row)
    panels = list(by_unit.values())
    heights = [len(rows) for rows in panels]  # so that all bars are equally thick
    height = _TITLE_HEIGHT + _PANEL_HEIGHT * len(panels) + _BAR_HEIGHT * sum(heights)
    figure, axes = new_figure(len(panels), 1, size=(_WIDTH, height), heights=heights)
    for rows, axis in zip(panels, [axes] if len(panels) == 1 else axes, strict=True):
        _draw_rows(rows, axis)
    figure.suptitle(section.title, fontsize=9)
    save_figure(figure, path)


def _draw_rows(rows: list[Row], axis) -> None:
    places = range(len(rows))
    medians = [row.median for row in rows]
    spread = [[row.median - row.quartiles[0] for row in rows], [row.quartiles[1] - row.median for row in rows]]
    bars = axis.barh(places, medians, xerr=spread, color=COLOURS[0], ecolor="0.3", error_kw={"lw": 1})
    axis.bar_label(bars, labels=[as_figure(median) for median in medians], fontsize=7, padding=3)
    axis.set_yticks(places, [row.name for row in rows], fontsize=7)
    axis.set_ylim(len(rows) - 0.4, -0.6)  # the first on top
    axis.grid(axis="y", visible=False)
    axis.set_xlabel(rows[0].unit, fontsize=8)
    axis.tick_params(axis="x", labelsize=7)
    if min(medians) > 0 and max(medians) / min(medians) > 50:
        axis.set_xscale("log")
        axis.xaxis.set_major_formatter("{x:g}")
    axis.margins(x=0.12)
