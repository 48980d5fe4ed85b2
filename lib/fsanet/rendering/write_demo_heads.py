"""Write the few rendered heads that figures and notebooks show, as npz pose sets.

    python -m fsanet.rendering.write_demo_heads          about a minute; writes into demo/assets/

`synthetic_heads.npz`: heads of the test population in poses of the training distribution, each another person.
`turned_head.npz`: one person straight ahead, and turned about one angle at a time.
`hard_heads.npz`: the same persons looking ahead, turned far, behind a mask, behind a hand; `kind` says which.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from fsanet.console import run_command
from fsanet.datasets.pose_set import PoseSet
from fsanet.image.face_crop import INPUT_SIZE, LANDMARK_MARGIN, crop_face
from fsanet.locations import work_dir
from fsanet.rendering.frame import Frame, RenderSettings, render_frame

ASSETS = work_dir("demo/assets")
HEADS, HEADS_SIZE = 16, 128
TURNED_SIZE, TURNED_SHARE = 192, 0.42
TURNED_PERSON = 156
TURN_DEG = 35.0
HARD_PERSONS = 16
SEED = 7
_BARE = RenderSettings(split="test", per_person=1, headwear=0.0, occluded=0.0, masked=0.0)
_AHEAD = ((0, 25), (0, 15), (0, 15))
# {kind: (settings, ranges of |yaw|, |pitch| and |roll| in degrees)}
HARD_KINDS = {
    "ahead": (_BARE, _AHEAD),
    "profile": (_BARE, ((75, 90), (0, 10), (0, 10))),
    "from behind": (_BARE, ((105, 135), (0, 10), (0, 10))),
    "steep": (_BARE, ((0, 25), (45, 60), (0, 10))),
    "masked": (replace(_BARE, masked=1.0), _AHEAD),
    "covered": (replace(_BARE, occluded=1.0), _AHEAD),
}


def random_heads() -> PoseSet:
    """Persons of the test population, one picture each; the crops are twice as fine as the network's input."""
    settings = RenderSettings(split="test", per_person=1)
    frames = [render_frame(SEED, index, settings) for index in range(HEADS)]
    crops = [crop_face(frame.image_bgr, frame.box_xyxy, LANDMARK_MARGIN, HEADS_SIZE) for frame in frames]
    return _pose_set(frames, crops, LANDMARK_MARGIN)


def turned_head() -> PoseSet:
    """One person at zero, and at plus and minus `TURN_DEG` of yaw, pitch and roll, in this order."""
    settings = RenderSettings(split="test", headwear=0.0, occluded=0.0, clean=True)
    poses = [np.zeros(3), *(sign * TURN_DEG * axis for axis in np.eye(3) for sign in (1, -1))]
    side = round(TURNED_SIZE / TURNED_SHARE)
    frames = [
        render_frame(SEED, TURNED_PERSON, settings, (side, side), (TURNED_SHARE, TURNED_SHARE), pose) for pose in poses
    ]
    crops = [crop_face(frame.image_bgr, frame.box_xyxy, LANDMARK_MARGIN, TURNED_SIZE) for frame in frames]
    return _pose_set(frames, crops, LANDMARK_MARGIN)


def hard_heads() -> PoseSet:
    """The same persons in every kind of `HARD_KINDS`, in crops of the network's size; `kind` names it."""
    made = [
        (kind, render_frame(SEED, person, settings, pose=_pose_within(limits, person)))
        for kind, (settings, limits) in HARD_KINDS.items()
        for person in range(HARD_PERSONS)
    ]
    kinds, frames = zip(*made, strict=True)
    crops = [crop_face(frame.image_bgr, frame.box_xyxy, LANDMARK_MARGIN, INPUT_SIZE) for frame in frames]
    return _pose_set(frames, crops, LANDMARK_MARGIN, {"kind": np.array(kinds)})


def _pose_within(limits_deg: Sequence[tuple[float, float]], person: int) -> np.ndarray:
    """A pose whose angles have magnitudes within the limits; the same signs and places for a person in all of them."""
    rng = np.random.default_rng([SEED, person])
    low, high = np.transpose(limits_deg)
    return rng.choice([-1.0, 1.0], 3) * (low + rng.random(3) * (high - low))


def _pose_set(
    frames: Sequence[Frame], crops: list[np.ndarray], margin: float, extras: Mapping | None = None
) -> PoseSet:
    meta = {
        "crop": "box of 68 landmarks",
        "margin": margin,
        "made_by": "fsanet.rendering.write_demo_heads",
        "seed": SEED,
    }
    poses = np.array([frame.pose for frame in frames])
    return PoseSet(np.stack(crops), poses, np.array([frame.source for frame in frames]), meta, extras or {})


MAKERS = {"synthetic_heads": random_heads, "turned_head": turned_head, "hard_heads": hard_heads}


@run_command
def main(argv: list[str] | None = None) -> None:
    """Write the sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ASSETS, help="folder (default: demo/assets)")
    out = parser.parse_args(argv).out
    for name, make in MAKERS.items():
        make().save(out / f"{name}.npz")
        print(f"Wrote {out / f'{name}.npz'}")


if __name__ == "__main__":
    sys.exit(main())
