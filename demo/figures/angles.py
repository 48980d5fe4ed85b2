"""The angle conventions as a picture: a head turned about one angle at a time, with its axes."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from demo.figures.settings import ASSETS, FigureSettings
from demo.figures.style import ANGLE_COLORS, ANGLES, BLUE, GREEN, VERMILION, new_figure, show_pose, signed
from fsanet.datasets.pose_set import PoseSet

TURNED_HEAD = ASSETS / "turned_head.npz"  # a rendered head: its poses are exact
MEANING = {
    "yaw": ("to the image's right", "to the image's left"),
    "pitch": ("down", "up"),
    "roll": ("counter-clockwise on the screen", "clockwise on the screen"),
}
_AXES = ((VERMILION, "x: the head's side on the image's right"), (GREEN, "y: its top"), (BLUE, "z: its front"))


def draw(settings: FigureSettings) -> Path:
    """Draw the convention; the same for every model."""
    path = settings.path("angles")
    _draw(PoseSet.load(TURNED_HEAD), path)
    return path


def turned_about(pose_deg: NDArray, angle: int) -> list[int]:
    """Samples that are turned about no other angle than this, from the most negative to the most positive.

    Args:
        pose_deg: (N, 3) yaw, pitch, roll.
        angle: 0, 1 or 2.
    """
    others = np.delete(np.asarray(pose_deg), angle, axis=1)
    chosen = np.flatnonzero((others == 0).all(axis=1))
    return [int(index) for index in chosen[np.argsort(pose_deg[chosen, angle], kind="stable")]]


def _draw(heads: PoseSet, path: Path) -> None:
    rows = [turned_about(heads.pose, angle) for angle in range(len(ANGLES))]
    with new_figure(8.2, 9.6, path) as figure:
        grid = figure.subplots(len(rows), len(rows[0]), squeeze=False)
        for name, line, shown in zip(ANGLES, grid, rows, strict=True):
            for ax, index in zip(line, shown, strict=True):
                value = heads.pose[index, ANGLES.index(name)]
                show_pose(ax, heads.image[index], heads.pose[index])
                ax.set_title(f"{name} {signed(value)}", fontsize=13, color=ANGLE_COLORS[name], weight="bold")
                ax.set_xlabel(MEANING[name][int(value > 0)] if value else "straight ahead", fontsize=10)
        _explain(figure)
        figure.get_layout_engine().set(h_pad=0.09)


def _explain(figure: Figure) -> None:
    figure.suptitle(
        "Angles in degrees, in the order yaw, pitch, roll\n$R = R_x$(pitch) $R_y$(yaw) $R_z$(roll)", fontsize=13
    )
    handles = [Line2D([], [], color=color, linewidth=3, label=label) for color, label in _AXES]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=10)
