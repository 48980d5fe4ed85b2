"""Predicted and true axes side by side for two models (Yang et al., CVPR 2019, Figure 4)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from demo.figures.settings import FigureSettings, ModelChoice
from demo.figures.style import evenly, new_figure, pose_lines, row_label, show_pose
from fsanet.datasets.pose_set import PoseSet
from fsanet.engines.choose import create_engine
from fsanet.image.face_crop import crop_pixels
from fsanet.pose.errors import LABEL_LIMIT_DEG, euler_errors, within_limit

_SHOWN = 7


def draw(settings: FigureSettings) -> Path:
    """Draw a few labelled faces, ordered by their true yaw, with the axes of the label and of two models."""
    labelled = PoseSet.load(settings.labelled)
    labelled = labelled.select(within_limit(labelled.pose, LABEL_LIMIT_DEG))
    predicted = {str(choice): predict(choice, labelled.image) for choice in settings.others}
    path = settings.path("comparison")
    _draw(labelled, predicted, by_yaw(labelled.pose, _SHOWN), path)
    return path


def predict(choice: ModelChoice, crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Poses of crops that are cut already: (N, h, w, 3) -> (N, 3) degrees."""
    engine = create_engine("auto", model=choice.model, weights=choice.weights)
    (height, width), size = crops_bgr.shape[1:3], engine.input_size
    return engine.predict(np.stack([crop_pixels(crop, (0, 0, width, height), size) for crop in crops_bgr]))


def by_yaw(true_deg: NDArray, count: int) -> list[int]:
    """Indices of `count` samples that spread evenly over the order of their true yaw."""
    order = np.argsort(true_deg[:, 0], kind="stable")
    return [int(order[place]) for place in evenly(len(order), count)]


def _draw(labelled: PoseSet, predicted: dict[str, NDArray], shown: Sequence[int], path: Path) -> None:
    with new_figure(1.75 * len(shown) + 1.6, 2.25 * (1 + len(predicted)) + 0.5, path) as figure:
        grid = figure.subplots(1 + len(predicted), len(shown), squeeze=False)
        _row(grid[0], labelled, labelled.pose, shown, "true", errors=False)
        for line, (name, poses) in zip(grid[1:], predicted.items(), strict=True):
            mae = float(euler_errors(poses, labelled.pose).mean())
            label = "\n".join((*name.split(", "), f"MAE {mae:.1f}°", f"on all {len(labelled)}"))
            _row(line, labelled, poses, shown, label, errors=True)
        figure.suptitle(
            f"True and predicted axes on {len(shown)} of {len(labelled)} labelled faces, ordered by true yaw"
        )


def _row(
    axes: Sequence[Axes], labelled: PoseSet, poses: NDArray, shown: Sequence[int], label: str, errors: bool
) -> None:
    for ax, index in zip(axes, shown, strict=True):
        show_pose(ax, labelled.image[index], poses[index])
        mae = float(euler_errors(poses[index], labelled.pose[index]).mean())
        ax.set_xlabel(pose_lines(poses[index], f"(off by {mae:.1f}°)" if errors else ""), fontsize=8)
    row_label(axes[0], label)
