"""Two pictures beside every npz: a contact sheet with the labels drawn in, and histograms of the poses.

They show at a glance what numbers hide: a crop that is off, a sign that is wrong, a pose that is missing.
"""

from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from fsanet.datasets.npz_file import read_arrays, read_rows
from fsanet.files import remove_leftovers, replace_whole
from fsanet.image.overlay import draw_axes
from fsanet.image.reading import write_image
from fsanet.pose.angles import rotation_from_angles
from fsanet.pose.errors import LABEL_LIMIT_DEG, within_limit

COLUMNS, ROWS = 12, 8
_TILE = 112  # pixels; a crop of 64 is enlarged so that the axes can be read
_CAPTION = 16
_BIN_DEG = 5


def picture_paths(npz: Path) -> tuple[Path, Path]:
    """Where they lie: AFW.npz -> AFW.samples.png, AFW.poses.png."""
    return npz.with_name(f"{npz.stem}.samples.png"), npz.with_name(f"{npz.stem}.poses.png")


def draw_pictures(npz: Path) -> tuple[Path, Path]:
    """Draw both pictures of a set and return their paths.

    Raises:
        OSError: when they cannot be written.
    """
    sheet_path, poses_path = picture_paths(npz)
    for path in (sheet_path, poses_path):
        remove_leftovers(path)
    pose = read_arrays(npz, ["pose"])["pose"]
    shown = _evenly_by_yaw(pose)
    write_image(sheet_path, contact_sheet(read_rows(npz, "image", shown), pose[shown]))
    figure = pose_histograms(pose, npz.stem)
    with replace_whole(poses_path) as temporary:
        figure.savefig(temporary, dpi=100)
    return sheet_path, poses_path


def contact_sheet(image: NDArray[np.uint8], pose: NDArray) -> NDArray[np.uint8]:
    """Samples evenly spread over the set's yaw, each with its axes and its yaw, pitch and roll.

    Args:
        image: (N, S, S, 3) BGR.
        pose: (N, 3) degrees.

    Returns:
        (h, w, 3) uint8, BGR; yaw falls from the top left, where faces turn to the image's left, to the bottom right.
    """
    chosen = _evenly_by_yaw(pose)
    rows = -(-len(chosen) // COLUMNS)
    sheet = np.full((rows * (_TILE + _CAPTION), COLUMNS * _TILE, 3), 255, np.uint8)
    for place, index in enumerate(chosen):
        top, left = place // COLUMNS * (_TILE + _CAPTION), place % COLUMNS * _TILE
        sheet[top : top + _TILE + _CAPTION, left : left + _TILE] = _tile(image[index], pose[index])
    return sheet


def pose_histograms(pose: NDArray, title: str) -> Figure:
    """How many samples there are per angle, and which yaws and pitches occur together.

    Args:
        pose: (N, 3) degrees.
        title: the name of the set.
    """
    used = pose[within_limit(pose)]
    beyond = f", {len(pose) - len(used)} beyond {LABEL_LIMIT_DEG:.0f} degrees not shown" * (len(used) < len(pose))
    figure = Figure(figsize=(12, 3.2), layout="constrained")
    figure.suptitle(f"{title}: {len(pose)} samples{beyond}")
    axes = figure.subplots(1, 4)
    edges = np.arange(-102.5, 103, _BIN_DEG)  # labels in steps of 5 degrees fall into the middle of a bin
    for axis, angles, name in zip(axes, used.T, ("yaw", "pitch", "roll"), strict=False):
        axis.hist(angles, bins=edges, color="0.35")
        moments = f", mean {angles.mean():+.1f}, SD {angles.std():.1f}" if len(angles) else ""
        axis.set_xlabel(f"{name} (degrees){moments}")
    axes[0].set_ylabel("samples")
    axes[3].hist2d(used[:, 0], used[:, 1], bins=(edges, edges), cmap="Greys", norm="symlog")
    axes[3].set(xlabel="yaw (degrees)", ylabel="pitch (degrees)", aspect="equal")
    return figure


def _evenly_by_yaw(pose: NDArray) -> NDArray[np.int64]:
    """As many samples as the sheet has room for, from the largest yaw to the smallest."""
    by_yaw = np.argsort(-pose[:, 0], kind="stable")
    return by_yaw[np.unique(np.linspace(0, len(pose) - 1, COLUMNS * ROWS).round().astype(int))]


def _tile(crop_bgr: NDArray[np.uint8], yaw_pitch_roll_deg: NDArray) -> NDArray[np.uint8]:
    tile = np.full((_TILE + _CAPTION, _TILE, 3), 255, np.uint8)
    face = cv2.resize(np.ascontiguousarray(crop_bgr), (_TILE, _TILE), interpolation=cv2.INTER_CUBIC)
    draw_axes(face, rotation_from_angles(yaw_pitch_roll_deg), (_TILE / 2, _TILE / 2), _TILE / 3)
    tile[:_TILE] = face
    text = " ".join(f"{angle:+.0f}" for angle in yaw_pitch_roll_deg)[:16]
    cv2.putText(tile, text, (6, _TILE + 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
    return tile
