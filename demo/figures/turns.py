"""What a turn of the picture does to yaw, pitch and roll, and why adding it to the roll is wrong."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from demo.figures.settings import ASSETS, FigureSettings
from demo.figures.style import ANGLE_COLORS, ANGLES, new_figure, pose_lines, show_pose, signed
from fsanet.datasets.pose_set import PoseSet
from fsanet.datasets.rotated_set import TURN_DEG
from fsanet.image.turning import turn_image
from fsanet.pose.angles import rotate_in_plane
from fsanet.pose.errors import geodesic_errors

_HEADS = ASSETS / "synthetic_heads.npz"
_SHOWN_DEG = (-45, -20, 0, 20, 45)
_WANTED = np.array([40.0, -20.0, 0.0])  # turned aside and down, where the difference is plain to see


def draw(settings: FigureSettings) -> Path:
    """Draw a face under turns with the right axes, with the turn added to its roll, and the angles over the turn."""
    heads = PoseSet.load(_HEADS)
    chosen = int(np.argmin(geodesic_errors(heads.pose, np.tile(_WANTED, (len(heads), 1)))))
    image, pose = heads.image[chosen], heads.pose[chosen]
    path = settings.path("turns")
    with new_figure(12.5, 8.6, path) as figure:
        pictures, curves = figure.subfigures(2, 1, height_ratios=(1.75, 1))
        axes = pictures.subplots(2, len(_SHOWN_DEG))
        for (right, wrong), turn in zip(axes.T, _SHOWN_DEG, strict=True):
            turned = turn_image(image, turn)
            show_pose(right, turned, rotate_in_plane(pose, turn))
            right.set_title(f"turned by {signed(turn)}\n{pose_lines(rotate_in_plane(pose, turn))}")
            added = pose + [0, 0, turn]
            off = float(geodesic_errors(added[None], rotate_in_plane(pose, turn)[None])[0])
            show_pose(wrong, turned, added)
            wrong.set_title(f"added to the roll: {off:.0f}° off")
        _draw_curves(curves.subplots(), pose)
        figure.suptitle("A picture turned clockwise by a: the rotation becomes Rz(a) R (above), not roll + a (below)")
    return path


def _draw_curves(ax: Axes, pose: NDArray[np.float64]) -> None:
    """Yaw, pitch and roll over the turn, and the roll to which it was added."""
    turns = np.linspace(-TURN_DEG, TURN_DEG, 91)
    poses = rotate_in_plane(np.tile(pose, (len(turns), 1)), turns)
    for name, values in zip(ANGLES, poses.T, strict=True):
        ax.plot(turns, values, color=ANGLE_COLORS[name], label=name)
    ax.plot(turns, pose[2] + turns, "--", color=ANGLE_COLORS["roll"], label="roll + turn")
    ax.set_xlabel("turn of the picture, degrees clockwise")
    ax.set_ylabel("degrees")
    ax.legend(loc="upper left", ncols=4)
