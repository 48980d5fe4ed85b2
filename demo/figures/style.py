"""One look for all figures: colours that colour-blind people tell apart, sizes that can be read, whole files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from fsanet.files import replace_whole
from fsanet.image.overlay import draw_axes
from fsanet.plots import BLUE, GREEN, VERMILION
from fsanet.pose.angles import rotation_from_angles

ANGLES = ("yaw", "pitch", "roll")
# Each angle has the colour of the axis that it turns about, as the drawn axes have it: up, right, front.
ANGLE_COLORS = {"yaw": GREEN, "pitch": VERMILION, "roll": BLUE}
HEATMAP = "viridis"
_VIEW = 384  # side in pixels to which a crop is enlarged before lines are drawn on it
# A PNG without the time and version of its making; a JPEG whose thin lines stay sharp.
_ENCODING: dict[str, dict[str, Any]] = {
    ".png": {"metadata": {"Software": None}, "pil_kwargs": {"optimize": True}},
    ".jpg": {"pil_kwargs": {"quality": 88, "subsampling": 0, "optimize": True}},
}
_LOOK = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 150,
    "savefig.dpi": 150,
    "legend.frameon": False,
}


@contextmanager
def new_figure(width_in: float, height_in: float, path: Path) -> Iterator[Figure]:
    """A figure of a size in inches, drawn without a display and written whole to `path` (.png or .jpg)."""
    with mpl.rc_context(_LOOK):
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        yield figure
        with replace_whole(path) as temporary:
            figure.savefig(temporary, facecolor="white", **_ENCODING[path.suffix])


def signed(degrees: float) -> str:
    """An angle with its sign, such as "+12°"; never "-0°"."""
    return f"{round(float(degrees)) or 0:+d}°".replace("-", "\N{MINUS SIGN}").replace("+0°", "0°")


def pose_text(yaw_pitch_roll_deg: Sequence[float] | NDArray[np.float64]) -> str:
    """Three angles in words, one line."""
    return "  ".join(f"{name} {signed(angle)}" for name, angle in zip(ANGLES, yaw_pitch_roll_deg, strict=True))


def pose_lines(yaw_pitch_roll_deg: Sequence[float] | NDArray[np.float64], after: str = "") -> str:
    """Three angles in words on two lines, for narrow panels; `after` follows on the second line."""
    yaw, pitch, roll = (f"{name} {signed(angle)}" for name, angle in zip(ANGLES, yaw_pitch_roll_deg, strict=True))
    return f"{yaw}  {pitch}\n{roll}" + (f"  {after}" if after else "")


def show_image(ax: Axes, image_bgr: NDArray[np.uint8]) -> None:
    """Show a picture without ticks."""
    ax.imshow(cv2.cvtColor(image_bgr, cv2.COLOR_BGR2RGB), interpolation="bilinear")
    bare(ax)


def show_pose(ax: Axes, crop_bgr: NDArray[np.uint8], yaw_pitch_roll_deg: ArrayLike) -> None:
    """Show a square face crop with the axes of a pose at its centre."""
    view = cv2.resize(crop_bgr, (_VIEW, _VIEW), interpolation=cv2.INTER_CUBIC)
    draw_axes(view, rotation_from_angles(yaw_pitch_roll_deg), (_VIEW / 2, _VIEW / 2), 0.36 * _VIEW)
    show_image(ax, view)


def show_heatmap(ax: Axes, crop_bgr: NDArray[np.uint8], heat: NDArray, limits: tuple[float, float]) -> ScalarMappable:
    """Lay a small map over a grey face crop: cells of low value let the face through.

    Args:
        ax: where to.
        crop_bgr: (h, w, 3) uint8.
        heat: (rows, columns) values.
        limits: values of the two ends of the colour scale.

    Returns:
        The colour scale, for a colour bar.
    """
    scale = ScalarMappable(Normalize(*limits, clip=True), HEATMAP)
    extent = (0, 1, 1, 0)
    ax.imshow(cv2.cvtColor(crop_bgr, cv2.COLOR_BGR2GRAY), cmap="gray", extent=extent, vmin=0, vmax=255)
    ax.imshow(scale.to_rgba(heat, alpha=0.35 + 0.4 * scale.norm(heat).data), extent=extent)
    bare(ax)
    return scale


def bare(ax: Axes) -> None:
    """Take ticks and frame away."""
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)


def row_label(ax: Axes, text: str) -> None:
    """Name a row of panels, to the left of its first one."""
    ax.set_ylabel(text, rotation=0, ha="right", va="center", labelpad=8)


def evenly(count: int, wanted: int) -> Sequence[int]:
    """At most `wanted` of `count` indices, the first and the last among them, evenly spaced."""
    return sorted({round(index) for index in np.linspace(0, count - 1, min(count, wanted))}) if count else []
