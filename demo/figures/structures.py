"""Fine-grained structures: rows of M_k folded to heatmaps over faces (Yang et al., CVPR 2019, Figure 5)."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demo.figures.faces import PicturedFace, pictured_faces
from demo.figures.settings import FigureSettings, ModelChoice
from demo.figures.style import evenly, new_figure, pose_lines, show_heatmap, show_pose
from fsanet.errors import InputError
from fsanet.inference.estimator import HeadPoseEstimator
from fsanet.models.explain import explain
from fsanet.models.spec import STAGES
from fsanet.weights.loading import load_model

_FACES = 4
_COLUMNS = 5
_ALIKE = 0.6


class Fold(NamedTuple):
    """One row of one M_k, folded to the positions of one feature map; all count from 1."""

    stage: int
    row: int
    map: int


def draw(settings: FigureSettings) -> Path:
    """Draw the structures that mark regions most clearly, one column each, for a few faces."""
    choice = settings.choice.single
    faces = pictured_faces(HeadPoseEstimator(choice.model, choice.weights), settings.pictures)
    faces = [faces[index] for index in evenly(len(faces), _FACES)]
    tensors = explain(load_model(choice.model, choice.weights), np.stack([face.crop_bgr for face in faces]))
    path = settings.path("structures")
    _draw(faces, folded(tensors), choice, path)
    return path


def folded(tensors: dict[str, NDArray]) -> NDArray[np.float32]:
    """Rows of all M_k as maps over the face.

    Args:
        tensors: as `fsanet.explain` returns them.

    Returns:
        (N, stages k, rows m, maps j, side, side).

    Raises:
        ValueError: for a model without scoring: it has no M_k.
    """
    if "SR_matrix_s1" not in tensors:
        raise InputError(
            "A model without scoring (noS_...) has no fine-grained structure: take capsule, var_capsule, ..."
        )
    rows = np.stack([tensors[f"SR_matrix_s{k}"] for k in range(1, STAGES + 1)], axis=1)  # (N, k, m, positions)
    side = tensors["attention_s1"].shape[-1]
    return rows.reshape(*rows.shape[:3], STAGES, side, side)


def clearest(maps: NDArray, count: int) -> list[Fold]:
    """The folds that mark regions most clearly, none like another.

    A fold is clear when neighbouring positions go together: by the mean product of neighbours' deviations from the
    fold's mean. It is like another where the two correlate by more than 0.6.

    Args:
        maps: as `folded` returns them.
        count: how many.
    """
    centred = maps - maps.mean(axis=(-2, -1), keepdims=True)
    across = (centred[..., 1:] * centred[..., :-1]).mean(axis=(-2, -1))
    down = (centred[..., 1:, :] * centred[..., :-1, :]).mean(axis=(-2, -1))
    clarity = (across + down).mean(axis=0)  # (k, m, j)
    flat = centred.mean(axis=0).reshape(clarity.size, -1)
    similar = np.corrcoef(flat) > _ALIKE
    chosen: list[int] = []
    for index in np.argsort(-clarity, axis=None, kind="stable"):
        if len(chosen) < count and not similar[index, chosen].any():
            chosen.append(int(index))
    return sorted(Fold(*(int(i) + 1 for i in np.unravel_index(index, clarity.shape))) for index in chosen)


def _draw(faces: Sequence[PicturedFace], maps: NDArray, choice: ModelChoice, path: Path) -> None:
    columns = clearest(maps, _COLUMNS)
    with new_figure(1.9 * (len(columns) + 1) + 0.6, 2.05 * len(faces) + 1.0, path) as figure:
        axes = figure.subplots(len(faces), len(columns) + 1, squeeze=False)
        for number, (face, row) in enumerate(zip(faces, axes, strict=True)):
            show_pose(row[0], face.view_bgr, face.pose)
            row[0].set_xlabel(pose_lines(face.pose), fontsize=8)
            for ax, fold in zip(row[1:], columns, strict=True):
                drawn = show_heatmap(
                    ax, face.view_bgr, maps[number, fold.stage - 1, fold.row - 1, fold.map - 1], (0, 1)
                )
        for ax, fold in zip(axes[0, 1:], columns, strict=True):
            ax.set_title(f"$M_{fold.stage}$, row {fold.row}\non $U_{fold.map}$")
        axes[0, 0].set_title("estimated pose")
        figure.colorbar(drawn, ax=axes, label="weight of a position in the structure", shrink=0.6, aspect=30)
        figure.suptitle(f"Fine-grained structures ({choice})", fontsize=12)
