"""Write the few rendered heads that figures and notebooks show, as npz pose sets.

    python -m data.synthetic.write_demo_heads          about half a minute; writes into demo/assets/

`synthetic_heads.npz`: heads of the test population in poses of the training distribution, each another person.
`turned_head.npz`: one person straight ahead, and turned about one angle at a time.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from data.synthetic.samples import Frame, Settings, render_frame
from fsanet.console import run_command
from fsanet.datasets.pose_set import PoseSet
from fsanet.image.face_crop import LANDMARK_MARGIN, crop_face

ASSETS = Path(__file__).resolve().parents[2] / "demo" / "assets"
HEADS, HEADS_SIZE = 16, 128
TURNED_SIZE, TURNED_SHARE = 192, 0.42
TURNED_PERSON = 12
TURN_DEG = 35.0
SEED = 7


def random_heads() -> PoseSet:
    """Persons of the test population, one picture each; the crops are twice as fine as the network's input."""
    settings = Settings(split="test", per_person=1)
    frames = [render_frame(SEED, index, settings) for index in range(HEADS)]
    crops = [crop_face(frame.image_bgr, frame.box_xyxy, LANDMARK_MARGIN, HEADS_SIZE) for frame in frames]
    return _pose_set(frames, crops, LANDMARK_MARGIN)


def turned_head() -> PoseSet:
    """One person at zero, and at plus and minus `TURN_DEG` of yaw, pitch and roll, in this order."""
    settings = Settings(split="test", headwear=0.0, occluded=0.0, clean=True)
    poses = [np.zeros(3), *(sign * TURN_DEG * axis for axis in np.eye(3) for sign in (1, -1))]
    side = round(TURNED_SIZE / TURNED_SHARE)
    frames = [
        render_frame(SEED, TURNED_PERSON, settings, (side, side), (TURNED_SHARE, TURNED_SHARE), pose) for pose in poses
    ]
    crops = [crop_face(frame.image_bgr, frame.box_xyxy, LANDMARK_MARGIN, TURNED_SIZE) for frame in frames]
    return _pose_set(frames, crops, LANDMARK_MARGIN)


def _pose_set(frames: list[Frame], crops: list[np.ndarray], margin: float) -> PoseSet:
    meta = {"crop": "box of 68 landmarks", "margin": margin, "made_by": "data.synthetic.write_demo_heads", "seed": SEED}
    return PoseSet(np.stack(crops), np.array([frame.pose for frame in frames]), [f.source for f in frames], meta)


@run_command
def main(argv: list[str] | None = None) -> None:
    """Write both sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ASSETS, help="folder (default: demo/assets)")
    out = parser.parse_args(argv).out
    for name, make in (("synthetic_heads", random_heads), ("turned_head", turned_head)):
        make().save(out / f"{name}.npz")
        print(f"Wrote {out / name}.npz")


if __name__ == "__main__":
    sys.exit(main())
