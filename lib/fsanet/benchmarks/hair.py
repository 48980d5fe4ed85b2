"""How far hair over the forehead or beside the face moves the pose of one and the same head.

    python -m fsanet.benchmarks.hair [--weights free] [--model fusion_capsule] [--heads 200]

Each rendered head is drawn with short hair and with every other style of the table; person, pose, light, camera and
background are the same. Heads are of the test people, within 30 degrees of yaw, 15 of pitch and 8 of roll, without
hats, masks or hands; crops of landmark boxes with margin 0.6. Printed are the mean and the mean size of what the pitch
moves by, and the mean absolute error of all three angles.
"""

import argparse
import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from fsanet.console import EXIT_OK, progress, run_command
from fsanet.image.face_crop import LANDMARK_MARGIN, crop_face
from fsanet.inference.estimator import HeadPoseEstimator
from fsanet.models.spec import DEFAULT_MODEL
from fsanet.options import add_option, positive
from fsanet.rendering.frame import RenderSettings, render_frame

PLAIN = "short"
STYLES = (
    "mop",
    "fringe_long",
    "fringe_bob",
    "swept_long",
    "swept_short",
    "curtain",
    "bob",
    "long_straight",
    "long_wavy",
    "locks",
)
_WIDEST_DEG = (30.0, 15.0, 8.0)  # yaw, pitch, roll
_HEADS = RenderSettings(split="test", per_person=1, headwear=0.0, occluded=0.0)


def heads(style: str, number: int, seed: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Crops (N, 64, 64, 3) uint8 BGR of heads with some hair, and their poses (N, 3) in degrees."""
    poses = np.random.default_rng(seed).uniform(-1, 1, (number, 3)) * _WIDEST_DEG
    settings = dataclasses.replace(_HEADS, hair=style)
    frames = (render_frame(seed, index, settings, pose=pose) for index, pose in enumerate(poses))
    return np.stack([crop_face(frame.image_bgr, tuple(frame.box_xyxy), LANDMARK_MARGIN) for frame in frames]), poses


def table(predict: Callable[[NDArray[np.uint8]], NDArray], number: int, seed: int = 0, quiet: bool = False) -> str:
    """A Markdown table, one row a style.

    Args:
        predict: crops (N, 64, 64, 3) uint8 BGR -> (N, 3) degrees.
        number: of heads.
        seed: of people and poses.
        quiet: no progress bar.
    """
    crops, true = heads(PLAIN, number, seed)
    plain = predict(crops)
    lines = ["| hair | pitch moves by | in size | error |", "|---|---:|---:|---:|"]
    lines.append(f"| {PLAIN} | | | {np.abs(plain - true).mean():.2f} |")
    for style in progress(STYLES, unit="style", quiet=quiet):
        found = predict(heads(style, number, seed)[0])
        moved = (found - plain)[:, 1]
        error = np.abs(found - true).mean()
        lines.append(f"| {style} | {moved.mean():+.2f} | {np.abs(moved).mean():.2f} | {error:.2f} |")
    return "\n".join(lines)


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """Render, read and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_option(parser, "--model", "(default: %(default)s)", default=DEFAULT_MODEL)
    add_option(parser, "--weights", "(default: our own)")
    parser.add_argument("--heads", type=positive, default=200, help="(default: %(default)s)")
    args = parser.parse_args(argv)
    estimator = HeadPoseEstimator(args.model, args.weights)
    print(table(estimator.predict_crops, args.heads))
    return EXIT_OK


if __name__ == "__main__":
    raise SystemExit(main())
