"""One face seen by one network: scores, all fine-grained structures, and what the routing listens to."""

from pathlib import Path

import numpy as np
from matplotlib.figure import SubFigure
from numpy.typing import NDArray

from demo.figures.faces import PicturedFace, pictured_faces
from demo.figures.settings import FigureSettings, ModelChoice
from demo.figures.structures import folded
from demo.figures.style import HEATMAP, new_figure, pose_text, row_label, show_heatmap, show_pose
from fsanet.inference.estimator import HeadPoseEstimator
from fsanet.models.explain import explain
from fsanet.models.spec import STAGES
from fsanet.weights.loading import load_model


def draw(settings: FigureSettings) -> Path:
    """Draw the first face of the pictures with everything that `fsanet.explain` tells of it."""
    choice = settings.choice.single
    face = pictured_faces(HeadPoseEstimator(choice.model, choice.weights), settings.pictures)[0]
    tensors = explain(load_model(choice.model, choice.weights), face.crop_bgr[None])
    path = settings.path("inside")
    _draw(face, tensors, choice, path)
    return path


def listening(tensors: dict[str, NDArray]) -> NDArray[np.float64]:
    """Where each stage's vector comes from: structures, averaged with the shares that the routing gives them.

    A primary capsule is a weighted mean of positions, its row of S_k; the routing hands it out to the stages.

    Args:
        tensors: as `fsanet.explain` returns them for a capsule model with scoring.

    Returns:
        (N, stages, positions of all maps); each stage's weights sum to one.
    """
    rows = np.concatenate([tensors[f"S_matrix_s{k}"] / tensors[f"norm_S_s{k}"] for k in range(1, STAGES + 1)], axis=1)
    shares = tensors["coupling"].astype(np.float64)  # (N, stages, capsules)
    weights = shares @ rows.astype(np.float64)
    return weights / weights.sum(axis=-1, keepdims=True)


def _draw(face: PicturedFace, tensors: dict[str, NDArray], choice: ModelChoice, path: Path) -> None:
    routed = "coupling" in tensors
    with new_figure(13.5 if routed else 8.8, 11, path) as figure:
        parts = figure.subfigures(1, 2 if routed else 1, width_ratios=(1.9, 1) if routed else (1,), squeeze=False)[0]
        _scores_and_structures(parts[0], face, tensors)
        if routed:
            shares, sources = parts[1].subfigures(2, 1, height_ratios=(1, 1.6))
            _shares(shares, tensors["coupling"][0])
            _sources(sources, face, listening(tensors)[0])
        figure.suptitle(f"Inside one network ({choice}): {pose_text(face.pose)}", fontsize=13)


def _scores_and_structures(figure: SubFigure, face: PicturedFace, tensors: dict[str, NDArray]) -> None:
    """A row of panels a stage: the score A_k, and every row of M_k folded to the positions of each stage's map."""
    maps = folded(tensors)[0]  # (stages, rows, maps, side, side)
    limit = max(float(tensors[f"attention_s{k}"].max()) for k in range(1, STAGES + 1))
    rows = maps.shape[1]
    grid = figure.add_gridspec(STAGES * STAGES, rows + STAGES)
    large, small = [], []
    for k in range(STAGES):
        ax = figure.add_subplot(grid[STAGES * k : STAGES * (k + 1), :STAGES])
        score_scale = show_heatmap(ax, face.view_bgr, tensors[f"attention_s{k + 1}"][0], (0, limit))
        ax.set_title(f"scores $A_{k + 1}$")
        large.append(ax)
        for j, m in np.ndindex(STAGES, rows):
            ax = figure.add_subplot(grid[STAGES * k + j, STAGES + m])
            scale = show_heatmap(ax, face.view_bgr, maps[k, m, j], (0, 1))
            if j == 0:
                ax.set_title(f"$M_{k + 1}$, row {m + 1}", fontsize=9)
            if m == 0:
                row_label(ax, f"on $U_{j + 1}$")
            small.append(ax)
    figure.colorbar(score_scale, ax=large, location="bottom", label="score", shrink=0.8, aspect=30)
    figure.colorbar(scale, ax=small, location="bottom", label="weight of a position", shrink=0.6, aspect=40)


def _shares(figure: SubFigure, coupling: NDArray) -> None:
    """Which primary capsules the routing hands to which stage; coupling is (stages, capsules)."""
    figure.suptitle("which primary capsules the routing listens to", fontsize=11)
    ax = figure.subplots()
    drawn = ax.imshow(coupling, cmap=HEATMAP, vmin=0, vmax=1, aspect="auto")
    capsules = coupling.shape[1]
    ax.set_yticks(range(STAGES), [f"stage {k}" for k in range(1, STAGES + 1)])
    for k in range(1, STAGES):
        ax.axvline(capsules * k / STAGES - 0.5, color="white", linewidth=3)
    middles = [capsules * (k + 0.5) / STAGES - 0.5 for k in range(STAGES)]
    ax.set_xticks(middles, [f"from $S_{k}$\n(capsules {a} to {b})" for k, a, b in _thirds(capsules)], fontsize=9)
    ax.tick_params(length=0)
    figure.colorbar(drawn, ax=ax, label="share of the capsule", location="bottom", shrink=0.7, aspect=30)


def _thirds(capsules: int) -> list[tuple[int, int, int]]:
    """(stage, first, last capsule), counted from 1."""
    size = capsules // STAGES
    return [(k + 1, k * size + 1, (k + 1) * size) for k in range(STAGES)]


def _sources(figure: SubFigure, face: PicturedFace, weights: NDArray) -> None:
    """The pose, and where on the face each stage's vector comes from; weights is (stages, positions of all maps)."""
    figure.suptitle("where the vector of each stage comes from", fontsize=11)
    side = int(np.sqrt(weights.shape[1] / STAGES))
    maps = weights.reshape(STAGES, STAGES, side, side) * weights.shape[1]  # 1 = an even share
    grid = figure.subplots(STAGES + 1, STAGES)
    for ax in grid[0]:
        ax.set_axis_off()
    show_pose(grid[0, 1], face.view_bgr, face.pose)
    for k, line in enumerate(grid[1:]):
        for j, ax in enumerate(line):
            scale = show_heatmap(ax, face.view_bgr, maps[k, j], (0, float(maps.max())))
            if k == 0:
                ax.set_title(f"on $U_{j + 1}$", fontsize=9)
        row_label(line[0], f"stage {k + 1}")
    figure.colorbar(
        scale, ax=grid[1:], location="bottom", label="weight of a position (1: even)", shrink=0.7, aspect=30
    )
