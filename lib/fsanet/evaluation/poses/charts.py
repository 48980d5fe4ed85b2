"""Pictures of evaluations: bars per angle, predicted against true, error against yaw, the worst faces."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from fsanet.evaluation.poses.measure import ANGLES, Evaluation
from fsanet.image.overlay import draw_axes
from fsanet.image.reading import write_image
from fsanet.models.spec import get_spec
from fsanet.plots import COLOURS, new_figure, save_figure
from fsanet.pose.angles import rotation_from_angles

_SHORT = {"conv": "1x1", "variance": "var", "uniform": "w/o"}
_BIN_DEG = 15
_TICKS_DEG = range(-90, 91, 30)

_COLUMNS, _ROWS = 8, 3  # of the montage of faces
_SIDE, _TEXT = 128, 48  # pixels: a face, and the lines below it
_INK = (40, 40, 40)


def short_name(model: str) -> str:
    """As the paper's Figure 6 names them: "1x1", "var", "w/o", "mix"; others by their name."""
    spec = get_spec(model)
    if spec.members:
        return "mix"
    return _SHORT.get(spec.scoring, model)


def draw_bars(evaluations: Sequence[Evaluation], path: Path) -> None:
    """Mean absolute error per angle, a bar a model (the paper's Figure 6); all evaluations are of one set."""
    test_set = evaluations[0].test_set
    angles = ANGLES if test_set.roll_labelled else ANGLES[:2]
    groups = [*angles, "mean"]
    figure, axis = new_figure(size=(1.6 + 1.2 * len(groups) * max(len(evaluations), 2) / 3, 3.8))
    width = 0.8 / len(evaluations)
    for number, evaluation in enumerate(evaluations):
        summary = evaluation.summary
        heights = [*(getattr(summary, angle) for angle in angles), summary.mae]
        places = np.arange(len(groups)) + (number - (len(evaluations) - 1) / 2) * width
        short = short_name(evaluation.model)
        label = short if short == evaluation.model else f"{short} ({evaluation.model})"
        bars = axis.bar(places, heights, 0.92 * width, label=label, color=COLOURS[number % len(COLOURS)])
        axis.bar_label(bars, fmt="%.1f", fontsize=7, padding=1)
    axis.set_xticks(range(len(groups)), groups)
    axis.set(ylabel="mean absolute error (degrees)", title=_title(evaluations[0]))
    axis.grid(axis="x", visible=False)
    axis.margins(y=0.15)
    place = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.1)}
    axis.legend(fontsize=7, ncols=min(3, len(evaluations)), frameon=False, **place)
    save_figure(figure, path)


def draw_scatter(evaluation: Evaluation, path: Path) -> None:
    """Predicted against true angles of one model."""
    test_set = evaluation.test_set
    angles = ANGLES if test_set.roll_labelled else ANGLES[:2]
    figure, axes = new_figure(1, len(angles), size=(3.6 * len(angles), 3.9))
    few = min(1.0, 60 / np.sqrt(len(test_set)) / 10 + 0.08)
    for i, (axis, angle) in enumerate(zip(axes, angles, strict=True)):
        true, predicted = test_set.true[:, i], evaluation.predicted[:, i]
        low, high = _limits(true, predicted)
        axis.plot([low, high], [low, high], color="0.4", lw=1)
        axis.plot(true, predicted, ".", ms=4, alpha=few, color=COLOURS[i], mew=0, rasterized=True)
        fit = f"slope {evaluation.slope[i]:.2f}\ncorrelation {evaluation.correlation[i]:.3f}"
        text = f"{fit}\nerror {getattr(evaluation.summary, angle):.2f}°"
        axis.text(0.04, 0.96, text, transform=axis.transAxes, va="top", fontsize=8)
        axis.set(xlabel=f"true {angle} (degrees)", xticks=_TICKS_DEG, yticks=_TICKS_DEG)
        axis.set(xlim=(low, high), ylim=(low, high), aspect="equal")  # after the ticks, which widen them
    axes[0].set_ylabel("predicted (degrees)")
    figure.suptitle(f"{evaluation.model}, {_title(evaluation)}", fontsize=10)
    save_figure(figure, path)


def draw_error_by_yaw(evaluations: Sequence[Evaluation], path: Path) -> None:
    """Mean error in bins of the true yaw, a line a model, and how many samples each bin has."""
    test_set = evaluations[0].test_set
    yaw = test_set.true[:, 0]
    edges = np.arange(-112.5, 113, _BIN_DEG)  # bins centred on multiples of their width
    centres = (edges[:-1] + edges[1:]) / 2
    which = np.digitize(yaw, edges) - 1
    counts = np.array([(which == i).sum() for i in range(len(centres))])
    figure, (lines, bars) = new_figure(2, 1, size=(6.5, 4.8), heights=(3, 1), share_x=True)
    for number, evaluation in enumerate(evaluations):
        errors = evaluation.errors()
        means = [errors[which == i].mean() if counts[i] else np.nan for i in range(len(centres))]
        lines.plot(centres, means, "o-", ms=4, label=evaluation.model, color=COLOURS[number % len(COLOURS)])
    lines.set(ylabel="mean absolute error (degrees)", title=_title(evaluations[0]), ylim=(0, None))
    lines.legend(fontsize=8)
    bars.bar(centres, counts, 0.9 * _BIN_DEG, color="0.6")
    bars.set(ylabel="samples", xlabel="true yaw (degrees)")
    bars.set_xticks(_TICKS_DEG)
    save_figure(figure, path)


def _limits(*arrays) -> tuple[float, float]:
    joined = np.concatenate(arrays)
    margin = 0.04 * max(np.ptp(joined), 1.0)
    return float(joined.min() - margin), float(joined.max() + margin)


def _title(evaluation: Evaluation) -> str:
    test_set = evaluation.test_set
    return f"{test_set.name} ({len(test_set):,} samples), weights {Path(evaluation.weights).name}"


def draw_worst_faces(evaluation: Evaluation, path: Path) -> None:
    """Write a montage: above each other a face with its true axes and with the predicted ones, worst first.

    Faces of research-only sets get a line that says so.
    """
    test_set = evaluation.test_set
    errors = evaluation.errors()
    worst = np.argsort(-errors, kind="stable")[: _COLUMNS * _ROWS]
    cells = [_cell(test_set.image[i], test_set.true[i], evaluation.predicted[i], errors[i]) for i in worst]
    cells += [np.full_like(cells[0], 255)] * (-len(cells) % _COLUMNS)
    rows = [np.hstack(cells[start : start + _COLUMNS]) for start in range(0, len(cells), _COLUMNS)]
    title = f"{evaluation.model} on {test_set.name}: upper true, lower predicted (yaw, pitch, roll)"
    if test_set.research_only:
        title += ". RESEARCH ONLY: do not publish these faces"
    head = np.full((30, rows[0].shape[1], 3), 255, np.uint8)
    _write(head, title, (8, 21), 0.5)
    write_image(path, np.vstack([head, *rows]))


def _cell(image_bgr, true_deg, predicted_deg, error: float):
    pictures = []
    for angles in (true_deg, predicted_deg):
        picture = cv2.resize(image_bgr, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
        draw_axes(picture, rotation_from_angles(angles), (_SIDE / 2, _SIDE / 2), 0.35 * _SIDE)
        pictures.append(picture)
    text = np.full((_TEXT, _SIDE, 3), 255, np.uint8)
    angles = [", ".join(f"{round(angle)}" for angle in pose) for pose in (true_deg, predicted_deg)]
    for line, words in enumerate((f"true {angles[0]}", f"got {angles[1]}", f"error {error:.1f}")):
        _write(text, words, (4, 13 + 15 * line), 0.38)
    return np.pad(np.vstack([*pictures, text]), ((4, 4), (4, 4), (0, 0)), constant_values=255)


def _write(picture, text: str, place: tuple[int, int], size: float) -> None:
    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, _INK, 1, cv2.LINE_AA)
