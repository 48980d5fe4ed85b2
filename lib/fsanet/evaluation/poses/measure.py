"""Errors of networks on test sets, as figures with names."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fsanet.console import progress
from fsanet.engines.engine import Engine
from fsanet.evaluation.poses.labelled_sets import LabelledSet
from fsanet.evaluation.poses.paper_figures import PAPER, PaperFigure
from fsanet.image.lens import shortest_turn
from fsanet.models.spec import get_spec
from fsanet.pose.angles import angles_near, elevation_deg, rotation_from_angles
from fsanet.pose.errors import ErrorSummary, euler_errors, summarize

ANGLES = ("yaw", "pitch", "roll")
_BLOCK = 512  # crops between two moves of the bar
_SHOWN_FROM = 4 * _BLOCK
AHEAD_DEG, ASIDE_DEG = 30.0, 45.0  # of yaw, at most and at least


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One model on one set.

    Attributes:
        model: its name.
        weights: where they come from: a training set, a file or a folder.
        test_set: the set.
        predicted: (N, 3) yaw, pitch, roll in degrees.
        turned: whether they were turned from the line of sight into the camera's frame.
        summary: the errors; roll and what needs it are NaN where the set does not know it.
        slope: of predicted over true, per angle; 1 is right. NaN for a roll that the set does not know.
        correlation: of predicted and true, per angle; NaN likewise.
        sinking: how much lower, in degrees of elevation, heads that are turned `ASIDE_DEG` and more are read than those
            within `AHEAD_DEG`, beyond what their labels say; NaN for sets that know more than where people look.
        paper: the paper's figures for this model, training and test set, if it has them.
    """

    model: str
    weights: str
    test_set: LabelledSet
    predicted: NDArray[np.float64]
    summary: ErrorSummary
    slope: tuple[float, float, float]
    correlation: tuple[float, float, float]
    sinking: float
    paper: PaperFigure | None
    turned: bool = False

    def errors(self) -> NDArray[np.float64]:
        """(N,) mean absolute error over the angles that the set knows."""
        known = 3 if self.test_set.roll_labelled else 2
        return euler_errors(self.predicted, self.test_set.true)[:, :known].mean(axis=1)


def evaluate(
    engines: Mapping[str, Engine], models: Sequence[str], weights: str, test_set: LabelledSet
) -> list[Evaluation]:
    """Measure models on a set, where its labels are in a known camera's frame once more with the angles turned into it.

    A fusion is the mean of its members, each of which runs once.

    Args:
        engines: one for each single model that is asked for or needed by a fusion.
        models: what to report, in this order.
        weights: where they come from.
        test_set: the set.
    """
    labels = {name: f"{name} on {test_set.name}" for name in engines}
    outputs = {name: predict(engine, test_set.image, labels[name]) for name, engine in engines.items()}
    for name in models:
        if members := get_spec(name).members:
            outputs[name] = np.mean([outputs[member] for member in members], axis=0)
    read = [measure(name, weights, test_set, outputs[name]) for name in models]
    if test_set.line_of_sight is None:
        return read
    turned = (in_camera_frame(outputs[name], test_set.line_of_sight) for name in models)
    return read + [
        replace(measure(name, weights, test_set, angles), turned=True, paper=None)
        for name, angles in zip(models, turned, strict=True)
    ]


def in_camera_frame(predicted_deg: NDArray[np.float64], line_of_sight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Poses (N, 3) in degrees that were read relative to lines of sight (N, 3), relative to the camera's axes.

    Beyond profile they are near the angles as read, so that pitch and roll do not jump by half a turn.
    """
    return angles_near(shortest_turn(line_of_sight) @ rotation_from_angles(predicted_deg), predicted_deg)


def predict(engine: Engine, images: NDArray[np.uint8], label: str = "") -> NDArray[np.float64]:
    """Yaw, pitch and roll of crops, with a bar where there are enough of them to wait for.

    Args:
        engine: any engine of `fsanet.engines`.
        images: (N, S, S, 3) uint8 BGR, S the engine's `input_size`.
        label: the word before the bar.

    Returns:
        (N, 3) degrees.
    """
    angles = np.empty((len(images), 3))
    with progress(total=len(images), unit="img", label=label, quiet=len(images) < _SHOWN_FROM) as bar:
        for start in range(0, len(images), _BLOCK):
            block = slice(start, start + _BLOCK)
            angles[block] = engine.predict(images[block])
            bar.update(len(images[block]))
    return angles


def measure(model: str, weights: str, test_set: LabelledSet, predicted: NDArray[np.float64]) -> Evaluation:
    """All figures for one model's predictions, (N, 3) degrees."""
    summary = summarize(predicted, test_set.true, test_set.roll_labelled)
    known = (True, True, test_set.roll_labelled)
    lines = (_line(test_set.true[:, i], predicted[:, i]) if known[i] else (math.nan, math.nan) for i in range(3))
    slope, correlation = zip(*lines, strict=True)
    paper = PAPER.get((weights, test_set.name, model))
    sinking = _sinking(test_set.true, predicted) if test_set.says_only_where_faces_look else math.nan
    return Evaluation(model, weights, test_set, predicted, summary, slope, correlation, sinking, paper)


def as_row(evaluation: Evaluation) -> dict[str, float | int | str | None]:
    """One flat row for CSV and JSON; angles in degrees, shares of 1. What is not known is None."""
    test_set, summary = evaluation.test_set, evaluation.summary
    row: dict[str, float | int | str | None] = {
        "set": test_set.name,
        "model": evaluation.model,
        "frame": "camera" if evaluation.turned else "as read",
        "weights": evaluation.weights,
        "samples": summary.samples,
        "left_out": test_set.left_out,
    }
    row |= {name: getattr(summary, name) for name in (*ANGLES, "mae", "geodesic", "maev")}
    row |= {f"within_{limit}": share for limit, share in summary.shares.items()}
    row |= {f"yaw_{name.replace('-', '_')}": error for name, error in summary.by_yaw.items()}
    row |= {f"samples_yaw_{name.replace('-', '_')}": count for name, count in summary.samples_by_yaw.items()}
    for title in ("slope", "correlation"):
        row |= {f"{title}_{angle}": value for angle, value in zip(ANGLES, getattr(evaluation, title), strict=True)}
    row["sinking"] = evaluation.sinking
    row |= {f"bias_{angle}": value for angle, value in zip(ANGLES, summary.bias, strict=True)}
    paper = evaluation.paper._asdict() if evaluation.paper else dict.fromkeys(PaperFigure._fields)
    row |= {f"paper_{name}": value for name, value in paper.items()}
    row |= {"crop": test_set.crop, "filter": test_set.filter}
    return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in row.items()}


def _sinking(pan_tilt_deg: NDArray[np.float64], predicted_deg: NDArray[np.float64]) -> float:
    """See `Evaluation.sinking`; NaN too where nobody looks ahead, or nobody aside."""
    higher, aside = elevation_deg(predicted_deg) - pan_tilt_deg[:, 1], np.abs(pan_tilt_deg[:, 0])
    near, far = higher[aside <= AHEAD_DEG], higher[aside >= ASIDE_DEG]
    return float(near.mean() - far.mean()) if len(near) and len(far) else math.nan


def _line(true, predicted) -> tuple[float, float]:
    """Slope and correlation; NaN where the labels, or the predictions, do not vary."""
    spread = (float(np.std(true)), float(np.std(predicted)))
    if min(spread) < 1e-9:
        return math.nan, math.nan
    correlation = float(np.corrcoef(true, predicted)[0, 1])
    return correlation * spread[1] / spread[0], correlation
