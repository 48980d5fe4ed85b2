"""Yaw, pitch and roll over time in a video, raw and smoothed, with frames above the curves."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import ConnectionPatch
from numpy.typing import NDArray

from demo.figures.settings import FigureSettings
from demo.figures.style import ANGLE_COLORS, ANGLES, evenly, new_figure, pose_lines, show_image
from fsanet.errors import InputError
from fsanet.image.boxes import BoxXYXY
from fsanet.image.overlay import draw_axes
from fsanet.inference.estimator import HeadPoseEstimator
from fsanet.inference.video.poses import VideoPoses, VideoSettings
from fsanet.inference.video.reader import VideoReader
from fsanet.plots import BLACK
from fsanet.pose.angles import Pose, rotation_from_angles

_FRAMES = 6
_RAW = {"linewidth": 0.8, "alpha": 0.6, "label": "as estimated"}
_SMOOTHED = {"linewidth": 2, "label": "smoothed, each angle in its colour"}
_AXES_SHARE = 0.3  # length of the axes as a share of the frame, large enough for a small picture


@dataclass(frozen=True)
class Moment:
    """One face in one frame.

    Attributes:
        index: number of the frame in the video.
        time_s: its time.
        box_xyxy: the face's box in it.
        raw: pose as estimated.
        smoothed: pose after the One-Euro filter.
    """

    index: int
    time_s: float
    box_xyxy: BoxXYXY
    raw: Pose
    smoothed: Pose


def draw(settings: FigureSettings) -> Path:
    """Draw the pose over time of the face that is in view longest."""
    estimator = HeadPoseEstimator(settings.choice.model, settings.choice.weights)
    moments = follow(estimator, settings.video)
    path = settings.path("timeline")
    shown = [moments[place] for place in evenly(len(moments), _FRAMES)]
    images = frames_of(settings.video, {moment.index for moment in shown})
    _draw(
        moments,
        [(moment, images[moment.index]) for moment in shown],
        f"{settings.video.name} ({settings.choice})",
        path,
    )
    return path


def follow(estimator: HeadPoseEstimator, video: Path) -> list[Moment]:
    """All moments of the face that is in view longest.

    Raises:
        ValueError: when there is no face in the video.
    """
    seen = [
        (
            face.tracked.face_id,
            Moment(result.frame.index, result.frame.time_s, face.tracked.face.box_xyxy, face.raw_pose, face.pose),
        )
        for result in VideoPoses(estimator, VideoReader(str(video)), VideoSettings(smooth=True))
        for face in result.faces
    ]
    if not seen:
        raise InputError(f"No face was found in '{video}': the figure needs one.")
    longest = Counter(face_id for face_id, _ in seen).most_common(1)[0][0]
    return [moment for face_id, moment in seen if face_id == longest]


def frames_of(video: Path, indices: Collection[int]) -> dict[int, NDArray[np.uint8]]:
    """Some frames by their numbers, (h, w, 3) uint8 BGR; a long video has more than memory holds."""
    return {frame.index: frame.image_bgr for frame in VideoReader(str(video)) if frame.index in indices}


def _draw(moments: Sequence[Moment], shown: Sequence[tuple[Moment, NDArray[np.uint8]]], title: str, path: Path) -> None:
    """Curves of all moments, and pictures of some."""
    with new_figure(11, 8.6, path) as figure:
        grid = figure.add_gridspec(4, len(shown), height_ratios=(1.25, 1, 1, 1))
        pictures = [figure.add_subplot(grid[0, column]) for column in range(len(shown))]
        first = figure.add_subplot(grid[1, :])
        curves = [first, *(figure.add_subplot(grid[row, :], sharex=first) for row in (2, 3))]
        for number, ax in enumerate(curves):
            _curve(ax, moments, number)
        for ax in curves[:-1]:
            ax.tick_params(labelbottom=False)
        curves[-1].set_xlabel("time in s")
        handles = [Line2D([], [], color=BLACK, **_RAW), Line2D([], [], color="0.5", **_SMOOTHED)]
        figure.legend(handles=handles, loc="outside lower center", ncols=2)
        for ax, (moment, image_bgr) in zip(pictures, shown, strict=True):
            _frame(ax, moment, image_bgr, curves[0])
        figure.suptitle(f"Head pose over time: {title}")


def _curve(ax: Axes, moments: Sequence[Moment], angle: int) -> None:
    name = ANGLES[angle]
    times = [moment.time_s for moment in moments]
    ax.plot(times, [m.raw[angle] for m in moments], color=BLACK, **_RAW)
    ax.plot(times, [m.smoothed[angle] for m in moments], color=ANGLE_COLORS[name], **_SMOOTHED)
    ax.set_ylabel(f"{name} in degrees")
    low, high = ax.get_ylim()
    middle, half = (low + high) / 2, max(10.0, (high - low) / 2)  # at least 20 degrees: no noise blown up to waves
    ax.set_ylim(middle - half, middle + half)
    ax.set_xlim(times[0], times[-1] if times[-1] > times[0] else times[0] + 1)
    ax.grid(color="0.9")
    ax.set_axisbelow(True)


def _frame(ax: Axes, moment: Moment, image_bgr: NDArray[np.uint8], curve: Axes) -> None:
    """A frame with its axes, tied to its moment on the first curve."""
    view = image_bgr.copy()
    x1, y1, x2, y2 = moment.box_xyxy
    rotation = rotation_from_angles(moment.smoothed)
    draw_axes(view, rotation, ((x1 + x2) / 2, (y1 + y2) / 2), _AXES_SHARE * min(view.shape[:2]))
    show_image(ax, view)
    ax.set_title(f"{moment.time_s:.1f} s", fontsize=9)
    ax.set_xlabel(pose_lines(moment.smoothed), fontsize=8)
    curve.axvline(moment.time_s, color="0.7", linewidth=0.8)
    tie = ConnectionPatch(
        (0.5, -0.34), (moment.time_s, curve.get_ylim()[1]), ax.transAxes, curve.transData, color="0.7", linewidth=0.8
    )
    ax.figure.add_artist(tie)
