"""An architecture diagram drawn from a model itself: every sub-model, with shapes and parameters."""

from pathlib import Path

import keras
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.patches import FancyBboxPatch, Patch

import fsanet
from demo.figures.layered_layout import place
from demo.figures.model_graph import Box, boxes_of, shapes_text, sub_models
from demo.figures.settings import FigureSettings
from demo.figures.style import new_figure
from fsanet.plots import BLUE, GREEN, ORANGE, VERMILION

_COLUMN_IN, _ROW_IN = 1.72, 0.76  # inches from box to box
_BOX_WIDTH, _BOX_HEIGHT = 0.82, 0.8  # shares of these
_WIDEST = 10  # columns of a line of panels
_ARROW = {"arrowstyle": "-|>", "color": "0.45", "shrinkA": 0, "shrinkB": 0}
_KINDS = {
    "0.6": "input",
    BLUE: "convolutions",
    ORANGE: "dense layers",
    VERMILION: "parts drawn below, own layers with parameters",
    GREEN: "no parameters",
}
_TITLES = {
    "ssr_G_model": "two streams",
    "ssr_S_model": "fine-grained structure",
    "feat_S_model": "scores and M, shared by the stages",
    "ssr_Cap_model": "capsules",
    "ssr_Agg_model": "NetVLAD",
    "ssr_Metric_model": "linear maps",
    "ssr_F_Cap_model": "stretch, shift and bins",
    "ssr_F_model": "stretch, shift and bins",
}


def draw(settings: FigureSettings) -> Path:
    """Draw the settings' model, or the first member of a fusion; its structure needs no weights."""
    path = settings.path("architecture")
    draw_model(fsanet.build_model(settings.choice.single.model), path)
    return path


def draw_model(model: keras.Model, path: Path) -> None:
    """Draw a functional model and every model inside it.

    Args:
        model: any functional Keras model.
        path: of the picture.
    """
    lines = _lines([_Panel(part) for part in sub_models(model)])
    heights = [max(panel.rows for panel in line) + 0.9 for line in lines]
    with new_figure(_COLUMN_IN * _WIDEST + 0.4, _ROW_IN * sum(heights) + 0.6, path) as figure:
        parts = figure.subfigures(len(lines), 1, height_ratios=heights, squeeze=False)[:, 0]
        for line, rows, part in zip(lines, heights, parts, strict=True):
            _draw_line(part, line, rows - 0.9)
        figure.suptitle(f"{model.name}: {model.count_params():,} parameters", fontsize=15)
        handles = [Patch(fc="white", ec=color, lw=1.6, label=kind) for color, kind in _KINDS.items()]
        figure.legend(handles=handles, loc="outside lower left", ncols=len(handles), fontsize=11)


def _draw_line(figure: SubFigure, panels: list["_Panel"], rows: float) -> None:
    """Panels side by side, in boxes of one size."""
    spare = _WIDEST - sum(panel.columns for panel in panels)
    ratios = [panel.columns for panel in panels] + ([spare] if spare else [])
    axes = figure.subplots(1, len(ratios), width_ratios=ratios, squeeze=False)[0]
    for ax in axes:
        ax.set_axis_off()
    for panel, ax in zip(panels, axes, strict=False):
        panel.draw(ax, rows)


class _Panel:
    """One (sub-)model."""

    def __init__(self, model: keras.Model):
        self.model = model
        self.boxes = boxes_of(model)
        self.places, self.ways = place({box.name: box.before for box in self.boxes})
        self.columns = 1 + max(column for column, _ in self.places.values())
        heights = [height for way in [*self.ways.values(), list(self.places.values())] for _, height in way]
        self.low, self.high = min(heights), max(heights)
        self.rows = self.high - self.low + 1

    def draw(self, ax: Axes, rows: float) -> None:
        """Draw arrows, then boxes, at the top of an area `rows` high."""
        ax.set_xlim(-0.5, self.columns - 0.5)
        ax.set_ylim(self.low - 0.5 + rows, self.low - 0.5)
        name = self.model.name
        title = f"{name}: {_TITLES[name]}" if name in _TITLES else name
        ax.set_title(f"{title}\n{self.model.count_params():,} parameters", loc="left", fontsize=11, weight="bold")
        for way in self.ways.values():
            self._arrow(ax, way)
        for box in self.boxes:
            self._box(ax, box)

    def _arrow(self, ax: Axes, way: list[tuple[int, float]]) -> None:
        half = _BOX_WIDTH / 2
        (x1, y1), *passed, (x2, y2) = way
        level = [(x + side, y) for x, y in passed for side in (-half, half)]  # beside the boxes of a column
        points = [(x1 + half, y1), *level, (x2 - half, y2)]
        ax.plot(*zip(*points[:-1], strict=True), color="0.45", linewidth=1, zorder=1)
        ax.annotate("", points[-1], points[-2], arrowprops=_ARROW)

    def _box(self, ax: Axes, box: Box) -> None:
        x, y = self.places[box.name]
        corner = (x - _BOX_WIDTH / 2, y - _BOX_HEIGHT / 2)
        patch = FancyBboxPatch(
            corner, _BOX_WIDTH, _BOX_HEIGHT, boxstyle="round,pad=0,rounding_size=0.06", mutation_aspect=2
        )
        patch.set(facecolor="white", edgecolor=_color(box), linewidth=1.6, zorder=2)
        ax.add_patch(patch)
        ax.text(x, y, "\n".join(_lines_of(box)), ha="center", va="center", fontsize=7.2, zorder=3, linespacing=1.25)


def _lines_of(box: Box) -> list[str]:
    """Text of a box: what it does, its output's shape, its parameters."""
    first, *rest = box.words or [box.name]
    lines = [first, " - ".join(rest)] if rest else [first]
    lines.append(shapes_text(box.shapes))
    if box.parameters:
        lines.append(f"{box.parameters:,} parameters")
    return lines


def _color(box: Box) -> str:
    """Convolutions and dense layers, sub-models and own layers that learn, layers that do not, inputs."""
    if not box.before:
        return "0.6"
    if not box.parameters:
        return GREEN
    return BLUE if "Conv" in box.words[0] else ORANGE if "Dense" in box.words[0] else VERMILION


def _lines(panels: list[_Panel]) -> list[list[_Panel]]:
    """Panels in lines of at most `_WIDEST` columns."""
    lines: list[list[_Panel]] = []
    for panel in panels:
        if lines and sum(other.columns for other in lines[-1]) + panel.columns <= _WIDEST:
            lines[-1].append(panel)
        else:
            lines.append([panel])
    return lines
