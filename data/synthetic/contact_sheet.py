"""Pictures of a pose set to look at: a sheet of its crops, and histograms of its angles."""

from pathlib import Path

import numpy as np

from fsanet.datasets.pose_set import PoseSet
from fsanet.files import replace_whole
from fsanet.image.reading import write_image

_COLUMNS, _ROWS = 24, 12


def write_contact_sheet(npz: Path) -> Path:
    """Write `<npz name>.png` beside a pose set: crops spread evenly over it, row by row; returns its path."""
    images = PoseSet.load(npz).image
    chosen = images[np.linspace(0, len(images) - 1, min(len(images), _COLUMNS * _ROWS)).astype(int)]
    missing = -len(chosen) % _COLUMNS if len(chosen) > _COLUMNS else 0
    padded = np.concatenate([chosen, np.zeros((missing, *images.shape[1:]), np.uint8)])
    columns = min(len(chosen), _COLUMNS)
    rows = padded.reshape(-1, columns, *images.shape[1:])
    path = npz.with_suffix(".png")
    write_image(path, rows.transpose(0, 2, 1, 3, 4).reshape(rows.shape[0] * images.shape[1], -1, 3))
    return path


def write_pose_histograms(npz: Path) -> Path:
    """Write `<npz name>_poses.png` beside a pose set: how often each yaw, pitch and roll occurs; returns its path."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # heavy: only where a figure is drawn
    from matplotlib.figure import Figure

    pose = PoseSet.load(npz).pose
    figure = Figure(figsize=(9, 2.6), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, name, values in zip(figure.subplots(1, 3, sharey=True), ("yaw", "pitch", "roll"), pose.T, strict=True):
        axes.hist(values, bins=np.arange(-99, 100, 6), color="0.35")
        axes.set_title(f"{name}: mean {values.mean():.1f}, deviation {values.std():.1f}", fontsize=9)
        axes.set_xlabel("degrees")
    path = npz.with_name(f"{npz.stem}_poses.png")
    with replace_whole(path) as temporary:
        figure.savefig(temporary, dpi=110)
    return path
