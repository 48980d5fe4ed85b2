"""Mean absolute error per angle of the parts of a fusion and of the fusion (Yang et al., CVPR 2019, Figure 6)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from demo.figures.comparison import predict
from demo.figures.settings import FigureSettings, ModelChoice
from demo.figures.style import ANGLES, BLUE, ORANGE, SKY, VERMILION, new_figure
from fsanet.datasets.pose_set import PoseSet
from fsanet.models.spec import get_spec
from fsanet.pose.errors import summarize, within_limit

_LEGEND = {"conv": "1x1", "variance": "var", "uniform": "w/o"}
_COLORS = (SKY, ORANGE, BLUE, VERMILION)
_SET_KEYS = ("set", "test_set", "test")


class Row(NamedTuple):
    """Errors of one model on one set, in degrees."""

    model: str
    weights: str
    test_set: str
    samples: int
    yaw: float
    pitch: float
    roll: float

    @property
    def mean(self) -> float:
        """Mean of the three."""
        return (self.yaw + self.pitch + self.roll) / 3


def draw(settings: FigureSettings) -> Path:
    """Draw the tables of `make test`, or what the models reach on the labelled faces where there are none."""
    models = group_of(settings.choice.model)
    rows = read_rows(settings.results) if settings.results else measure(models, settings)
    panels = panels_of(rows, models)
    if not panels:
        raise ValueError(f"'{settings.results}' has no set with results of all of {', '.join(models)}.")
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
        Row(model, weights, settings.labelled.stem, len(labelled), errors.yaw, errors.pitch, errors.roll)
        for model, errors in zip(models, found, strict=True)
    ]


def read_rows(path: Path) -> list[Row]:
    """Rows of all JSON files of a folder, or of one file.

    A row is an object with yaw, pitch and roll; its model, weights, set and number of samples stand in it or in the
    objects around it.

    Raises:
        FileNotFoundError: when there is no such file or folder.
        ValueError: when a file is no JSON, or when there is no row.
    """
    files = sorted(path.glob("**/*.json")) if path.is_dir() else [path]
    if not path.exists():
        raise FileNotFoundError(f"No results at '{path}': `make test` writes them.")
    rows = [row for file in files for row in _rows(_load(file), {})]
    if not rows:
        raise ValueError(f"'{path}' holds no results: `make test` writes them as JSON.")
    return rows


def panels_of(rows: Sequence[Row], models: Sequence[str]) -> dict[str, list[Row]]:
    """{title: one row a model} for every set and training set on which all models were tested."""
    groups: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        groups.setdefault((row.test_set, row.weights), {})[row.model] = row
    return {
        f"{test_set} ({found[models[0]].samples:,} samples), weights {Path(weights).name}": [found[m] for m in models]
        for (test_set, weights), found in sorted(groups.items())
        if set(models) <= set(found)
    }


def _load(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"'{file}' is no JSON file: {error}.") from None


def _rows(part: Any, around: Mapping[str, Any]) -> Iterator[Row]:
    if isinstance(part, list):
        for value in part:
            yield from _rows(value, around)
    elif isinstance(part, dict):
        known = {**around, **{key: value for key, value in part.items() if isinstance(value, str | int | float)}}
        if all(isinstance(part.get(angle), int | float) for angle in ANGLES) and "model" in known:
            test_set = next((known[key] for key in _SET_KEYS if isinstance(known.get(key), str)), "")
            errors = (float(part[angle]) for angle in ANGLES)
            yield Row(known["model"], str(known.get("weights", "")), test_set, int(known.get("samples", 0)), *errors)
        else:
            for value in part.values():
                yield from _rows(value, known)


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
        bars = ax.bar(
            places,
            [row.yaw, row.pitch, row.roll, row.mean],
            0.92 * width,
            color=color,
            label=f"mix ({row.model})" if spec.members else f"{_LEGEND[spec.scoring]} ({row.model})",
        )
        ax.bar_label(bars, fmt="%.1f", fontsize=8, padding=1)
    ax.set_xticks(range(4), [*ANGLES, "mean"])
    ax.set_ylabel("mean absolute error in degrees")
    ax.margins(y=0.12)
