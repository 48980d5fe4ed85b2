"""Pictures in little light and in infrared: faces found, and errors of their poses, beside those of the plain pictures.

    python -m fsanet.benchmarks.light FOLDER [--detector yunet] [--limit 100]

FOLDER holds photographs with labels as 300W-LP and AFLW2000 have them (`fsanet render --layout 300W_LP` makes some). A
dark one is what a small sensor sees of the same scene in a share of the light: fewer electrons, so that their chance
shows, and the noise of reading them, brought to 8 bits without gain.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from fsanet.benchmarks.folder_options import estimator_of, photographs_parser
from fsanet.console import progress, run_command
from fsanet.image.boxes import center, holds
from fsanet.inference.estimator import HeadPoseEstimator
from fsanet.pose.errors import geodesic_errors
from fsanet.readers.labelled_photographs import LabelledPhotograph, labelled_photographs

Picture = NDArray[np.uint8]
Change = Callable[[Picture, np.random.Generator], Picture]

_ELECTRONS = 4000.0  # that a pixel of a phone's sensor holds at full exposure
_READ_NOISE = 3.0  # electrons


def infrared(image_bgr: Picture, random: np.random.Generator) -> Picture:
    """About what a camera for near infrared makes of a face: one channel, skin bright and flat, some noise."""
    linear = _linear(image_bgr)[..., 2]  # of what a camera has, red is nearest to infrared
    noisy = linear**0.7 + random.normal(0, 0.01, linear.shape)
    return np.repeat(_eight_bits(noisy)[..., None], 3, axis=-1)


def dark(share: float) -> Change:
    """What a sensor sees in a share of the light."""

    def change(image_bgr: Picture, random: np.random.Generator) -> Picture:
        electrons = random.poisson(_linear(image_bgr) * share * _ELECTRONS)
        return _eight_bits((electrons + random.normal(0, _READ_NOISE, image_bgr.shape)) / _ELECTRONS)

    return change


def brightened(share: float) -> Change:
    """The same, its values stretched afterwards so that the brightest hundredth is white."""

    def change(image_bgr: Picture, random: np.random.Generator) -> Picture:
        seen = dark(share)(image_bgr, random).astype(np.float32)
        return np.clip(seen * (255 / max(float(np.quantile(seen, 0.99)), 1.0)), 0, 255).astype(np.uint8)

    return change


KINDS: dict[str, Change] = {
    "as it is": lambda image_bgr, random: image_bgr,
    "near infrared": infrared,
    **{f"1/{part} of the light": dark(1 / part) for part in (4, 16, 64)},
    **{f"1/{part}, brightened": brightened(1 / part) for part in (16, 64)},
}


@run_command
def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print a table."""
    args = photographs_parser(__doc__, "photographs with labels", limit=100).parse_args(argv)
    labelled = list(labelled_photographs(args.folder, most=args.limit))
    estimator = estimator_of(args)
    print(f"{len(labelled)} photographs of {args.folder}, by {estimator.name}")
    print(f"{'light':<22}{'found':>9}{'MAE':>8}{'MAE of the plain':>19}{'median turn between':>22}")
    plain: list[NDArray[np.float64] | None] = []
    for name, change in progress(KINDS.items(), unit="kind"):
        poses = measure(estimator, labelled, change)
        plain = plain or poses
        print(line(name, labelled, poses, plain), flush=True)


def measure(
    estimator: HeadPoseEstimator, labelled: Sequence[LabelledPhotograph], change: Change
) -> list[NDArray[np.float64] | None]:
    """Poses (3,) in degrees of the faces that hold the middle of the landmarks; None where there is none."""
    poses: list[NDArray[np.float64] | None] = []
    for number, photograph in enumerate(labelled):
        faces = estimator(change(photograph.image_bgr, np.random.default_rng(number)))
        holding = [face for face in faces if holds(face.box_xyxy, center(photograph.box_xyxy))]
        best = max(holding, key=lambda face: face.score, default=None)
        poses.append(None if best is None else np.array(best.pose))
    return poses


def line(
    name: str,
    labelled: Sequence[LabelledPhotograph],
    poses: Sequence[NDArray[np.float64] | None],
    plain: Sequence[NDArray[np.float64] | None],
) -> str:
    """Found, the mean absolute error of these, that of the same faces in plain pictures, and how far both are apart."""
    both = [
        (face.pose_deg, pose, usual)
        for face, pose, usual in zip(labelled, poses, plain, strict=True)
        if pose is not None and usual is not None
    ]
    found = sum(pose is not None for pose in poses)
    start = f"{name:<22}{found:>3} of {len(poses)}"
    if not both:
        return start
    labels, seen, usual = (np.array(column) for column in zip(*both, strict=True))
    apart = float(np.median(geodesic_errors(seen, usual)))
    return f"{start}{np.abs(seen - labels).mean():>8.2f}{np.abs(usual - labels).mean():>19.2f}{apart:>22.1f}"


def _linear(image_bgr: Picture) -> NDArray[np.float64]:
    """sRGB to linear light of 0 to 1."""
    c = image_bgr / 255.0
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def _eight_bits(linear: NDArray[np.float64]) -> Picture:
    c = np.clip(linear, 0, 1)
    srgb = np.where(c <= 0.0031308, 12.92 * c, 1.055 * c ** (1 / 2.4) - 0.055)
    return np.rint(255 * srgb).astype(np.uint8)


if __name__ == "__main__":
    raise SystemExit(main())
