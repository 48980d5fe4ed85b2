"""Mean absolute error per angle of the parts of a fusion and of the fusion (Yang et al., CVPR 2019, Figure 6)."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from demo.figures.comparison import predict
from demo.figures.settings import FigureSettings, ModelChoice
from demo.figures.style import ANGLES, new_figure
from fsanet.datasets.pose_set import PoseSet
from fsanet.errors import InputError
from fsanet.models.spec import get_spec
from fsanet.plots import BLUE, ORANGE, SKY, VERMILION
from fsanet.pose.errors import summarize, within_limit

_LEGEND = {"conv": "1x1", "variance": "var", "uniform": "w/o"}
_COLORS = (SKY, ORANGE, BLUE, VERMILION)
_RESULTS = "results.json"  # as `make test` names it


class Row(NamedTuple):
    """Errors of one model on one set, in degrees; roll is NaN where the set does not know it, and not in `mae` then."""

    model: str
    weights: str
    set: str
    samples: int
    yaw: float
    pitch: float
    roll: float
    mae: float


def draw(settings: FigureSettings) -> Path:
    """Draw the tables of `make test`, or what the models reach on the labelled faces where there are none."""
    models = group_of(settings.choice.model)
    rows = read_rows(settings.results) if settings.results else measure(models, settings)
    panels = panels_of(rows, models)
    if not panels:
        raise InputError(f"'{settings.results}' has no set with results of all of {', '.join(models)}.")
    path = settings.path("bars")
    _draw(panels, path)
    return path


def group_of(model: str) -> tuple[str, ...]:
    """The parts of a fusion and the fusion; of a single model, those of the fusion that it is part of."""
    fusion = model if get_spec(model).members else f"fusion_{model.removeprefix('var_').removeprefix('noS_')}"
    return (*get_spec(fusion).members, fusion)


def measure(models: Sequence[str], settings: FigureSettings) -> list[Row]:
    """Errors of models on the settings' labelled faces."""
    labelled = PoseSet.load(settings.labelled)
    labelled = labelled.select(within_limit(labelled.pose))
    weights = settings.choice.weights
    found = [summarize(predict(ModelChoice(model, weights), labelled.image), labelled.pose) for model in models]
    return [
        Row(model, weights, settings.labelled.stem, len(labelled), e.yaw, e.pitch, e.roll, e.mae)
        for model, e in zip(models, found, strict=True)
    ]


def read_rows(path: Path) -> list[Row]:
    """Rows of a table that `make test` wrote, or of all of them below a folder.

    Args:
        path: a results.json, or the folder that `make test` writes to: below it `<weights>/<set>/results.json` is read
            and no other, such as a table that an earlier version laid beside the sets.

    Raises:
        FileNotFoundError: when there is no such file or folder.
        ValueError: when a file is no such table, when a folder holds none, or two rows of one measurement.
    """
    if not path.exists():
        raise FileNotFoundError(f"No results at '{path}': `make test` writes them.")
    files = sorted(path.glob(f"*/*/{_RESULTS}")) if path.is_dir() else [path]
    tables = {file: _read_table(file) for file in files}
    if not any(tables.values()):
        raise InputError(
            f"'{path}' holds no <weights>/<set>/{_RESULTS} with rows: `make test` writes them; for one set alone "
            f"give its {_RESULTS}."
        )
    _refuse_two_of_one(tables)
    return [row for rows in tables.values() for row in rows]


def panels_of(rows: Sequence[Row], models: Sequence[str]) -> dict[str, list[Row]]:
    """{title: one row a model} for every set and training set on which all models were tested, on as many samples."""
    groups: dict[tuple[str, str, int], dict[str, Row]] = {}
    for row in rows:
        groups.setdefault((row.set, row.weights, row.samples), {})[row.model] = row
    return {
        f"{test_set} ({samples:,} samples), weights {Path(weights).name}": [found[m] for m in models]
        for (test_set, weights, samples), found in sorted(groups.items())
        if set(models) <= set(found)
    }


def _refuse_two_of_one(tables: Mapping[Path, Sequence[Row]]) -> None:
    """A bar shows one measurement: of two nobody could tell which."""
    seen: dict[tuple[str, str, str], Path] = {}
    for file, row in ((file, row) for file, rows in tables.items() for row in rows):
        measurement = (row.set, row.weights, row.model)
        if measurement in seen:
            raise InputError(
                f"'{seen[measurement]}' and '{file}' are results of one measurement, {row.model} on {row.set}, weights "
                f"{row.weights}: remove one, or give the {_RESULTS} that is meant."
            )
        seen[measurement] = file


def _read_table(file: Path) -> list[Row]:
    """Angles as they were read; those that were turned into a camera's frame, which BIWI has too, are left out."""
    try:
        return [_row(row) for row in json.loads(file.read_text(encoding="utf-8")) if row["frame"] == "as read"]
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise InputError(f"'{file}' is no table of `make test` ({type(error).__name__}: {error}).") from None


def _row(row: Mapping[str, Any]) -> Row:
    """One row of the JSON, which has null for what is not known."""
    known: dict[str, Any] = {name: math.nan if row[name] is None else row[name] for name in Row._fields}
    return Row(**known)


def _draw(panels: Mapping[str, Sequence[Row]], path: Path) -> None:
    with new_figure(8, 3.2 * len(panels) + 0.5, path) as figure:
        axes = figure.subplots(len(panels), 1, squeeze=False, sharey=True)[:, 0]
        for ax, (title, rows) in zip(axes, panels.items(), strict=True):
            _panel(ax, rows)
            ax.set_title(title, loc="left")
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))


def _panel(ax: Axes, rows: Sequence[Row]) -> None:
    width = 0.8 / len(rows)
    for number, (row, color) in enumerate(zip(rows, _COLORS, strict=True)):
        spec = get_spec(row.model)
        places = [place + (number - (len(rows) - 1) / 2) * width for place in range(4)]
        errors = [row.yaw, row.pitch, row.roll, row.mae]
        label = f"mix ({row.model})" if spec.members else f"{_LEGEND[spec.scoring]} ({row.model})"
        bars = ax.bar(places, errors, 0.92 * width, color=color, label=label)
        texts = ["" if math.isnan(error) else f"{error:.1f}" for error in errors]
        ax.bar_label(bars, texts, fontsize=8, padding=1)
    ax.set_xticks(range(4), [*ANGLES, "mean"])
    ax.set_ylabel("mean absolute error in degrees")
    ax.margins(y=0.12)
