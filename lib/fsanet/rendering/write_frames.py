"""Write whole rendered photographs in the layouts of the real sets, for testing readers and detectors end to end.

    fsanet render --layout 300W_LP --out OUT [--samples 100] [--seed 0] [--poses 300W_LP] [--size 450x450]
    fsanet render --layout BIWI --out OUT [--samples 100] [--seed 0] [--poses frontal] [--size 640x480]

300W_LP: OUT/NAME.jpg and OUT/NAME.mat with `Pose_Para` (pitch, yaw, roll in radians, tx, ty, tz in pixels, scale),
`pt2d` (2, 68) and `pt3d_68` (3, 68). BIWI: OUT/01 ... with frame_XXXXX_rgb.png, frame_XXXXX_pose.txt and rgb.cal, one
person per folder, who sits anywhere in the picture of one camera; poses are relative to its axes.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import scipy.io
from numpy.typing import NDArray

from fsanet.console import progress
from fsanet.errors import InputError
from fsanet.files import replace_whole
from fsanet.image.lens import Lens
from fsanet.image.reading import write_image
from fsanet.rendering.camera import Place
from fsanet.rendering.frame import Frame, RenderSettings, render_frame

_BIWI_AXES = np.diag([1.0, -1.0, -1.0])  # BIWI's camera has y down and z away from it
_BIWI_FOLDERS = 24
_BIWI_LENS = Lens.of_field_of_view(63.0)  # about as wide as the Kinect's
_BIWI_FACES = (0.26, 0.32)  # of the picture's height
_SEATS = (0.22, 0.44), (0.78, 0.66)  # shares of the picture; shoulders reach its lower border
_MM_PER_DM = 100.0
LAYOUTS = {"300W_LP": ("300W_LP", (450, 450)), "BIWI": ("frontal", (640, 480))}  # default poses and size of each


def write_300w_lp_frame(frame: Frame, stem: Path) -> None:
    """Write `stem`.jpg and `stem`.mat as 300W-LP and AFLW2000 have them.

    Args:
        frame: what was rendered.
        stem: path without suffix.
    """
    yaw, pitch, roll = np.deg2rad(frame.pose)
    scale = frame.focal_px / frame.distance_dm / (1000 * _MM_PER_DM)  # pixels per micrometre, as the dataset's model
    height = frame.image_bgr.shape[0]
    # The dataset's y axis points up from the bottom of the picture.
    pose = [pitch, yaw, roll, frame.centre_xy[0], height - frame.centre_xy[1], 0.0, scale]
    content = {"Pose_Para": np.array([pose], np.float32), "pt2d": frame.landmarks_xy.T, "pt3d_68": frame.landmarks_3d.T}
    write_with_label(stem.with_suffix(".mat"), frame.image_bgr, content)


def write_with_label(
    label: Path, image_bgr: NDArray[np.uint8], content: Mapping[str, NDArray], jpeg_quality: int | None = None
) -> None:
    """Write a picture and then its label, which says that the picture is there.

    Args:
        label: a .mat; the .jpg lies beside it.
        image_bgr: (h, w, 3) uint8.
        content: of the label.
        jpeg_quality: as `write_image`.
    """
    write_image(label.with_suffix(".jpg"), image_bgr, jpeg_quality)
    with replace_whole(label) as temporary:
        scipy.io.savemat(temporary, content, appendmat=False)


def write_biwi_frame(frame: Frame, folder: Path, number: int) -> None:
    """Write frame_XXXXX_rgb.png, frame_XXXXX_pose.txt and rgb.cal as BIWI has them.

    Args:
        frame: what was rendered.
        folder: of the video.
        number: of the frame.
    """
    write_image(folder / f"frame_{number:05d}_rgb.png", frame.image_bgr)
    rotation = _BIWI_AXES @ frame.rotation @ _BIWI_AXES
    rows = [" ".join(f"{value:.6f}" for value in row) + " " for row in rotation]
    right, up = frame.aside_dm
    head_mm = " ".join(f"{value * _MM_PER_DM:.6f}" for value in (right, 0.0 - up, frame.distance_dm))
    with replace_whole(folder / f"frame_{number:05d}_pose.txt") as temporary:
        temporary.write_text("\n".join([*rows, "", head_mm, ""]), encoding="ascii")
    height, width = frame.image_bgr.shape[:2]
    f, (cx, cy) = frame.focal_px, frame.centre_xy
    camera = [f"{f:.6f} 0 {cx:.6f}", f"0 {f:.6f} {cy:.6f}", "0 0 1", "", "0 0 0 0", "", "1 0 0", "0 1 0", "0 0 1", ""]
    with replace_whole(folder / "rgb.cal") as temporary:
        temporary.write_text("\n".join([*camera, "0 0 0", "", f"{width} {height}", ""]), encoding="ascii")


def write_frames(
    layout: str,
    out: Path,
    frames: int,
    seed: int = 0,
    poses: str | None = None,
    size: tuple[int, int] | None = None,
    quiet: bool = False,
) -> None:
    """Render and write photographs.

    Args:
        layout: `300W_LP` or `BIWI`.
        out: folder for them.
        frames: how many.
        seed: equal seeds give equal photographs.
        poses: a name in `poses.POSES`, None for the layout's.
        size: (width, height) pixels, None for the layout's.
        quiet: no progress bar.

    Raises:
        ValueError: for another layout or less than one frame.
    """
    if layout not in LAYOUTS:
        raise InputError(f"no layout '{layout}': choose one of {', '.join(LAYOUTS)}")
    if frames < 1:
        raise InputError(f"at least 1 frame is needed, got {frames}")
    per_person = 1 if layout == "300W_LP" else max(1, -(-frames // _BIWI_FOLDERS))
    default_poses, default_size = LAYOUTS[layout]
    settings, size = RenderSettings(poses=poses or default_poses, per_person=per_person), size or default_size
    for i in progress(range(frames), unit="frame", label="rendering", quiet=quiet):
        if layout == "300W_LP":
            write_300w_lp_frame(render_frame(seed, i, settings, size, (0.32, 0.42)), out / f"SYN_{i:06d}_0")
        else:
            place = _seat(seed, i // per_person, i, size)
            frame = render_frame(seed, i, settings, size, _BIWI_FACES, place=place)
            write_biwi_frame(frame, out / f"{i // per_person + 1:02d}", i % per_person + 3)


def _seat(seed: int, person: int, index: int, size: tuple[int, int]) -> Place:
    """Where a person is seen in one frame: a seat for all frames of a video, and a little sway."""
    seat = np.random.default_rng([seed, person]).uniform(*_SEATS)
    x, y = (seat + np.random.default_rng([seed, person, index]).normal(0, 0.01, 2)) * size
    return Place(_BIWI_LENS, (float(x), float(y)), size)
