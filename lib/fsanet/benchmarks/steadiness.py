"""How steady answers are: one face cut in 25 ways, as the boxes of detectors differ, on 300W-LP or AFLW2000.

    python -m fsanet.benchmarks.steadiness FOLDER [--weights free synthetic 300W_LP] [--limit 500]

The box of the landmarks with margins of 0.4 to 0.8, each in its place and shifted by a tenth of its sides. For each of
the weights: the MAE over all crops, and the standard deviation over the crops of a face, in the mean of the faces;
where scout has a share in the answers of `fsanet estimate`, so too for the faces that it finds.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.console import EXIT_OK, progress, run_command
from fsanet.image.boxes import BoxXYXY
from fsanet.image.face_crop import crop_face
from fsanet.inference.estimator import HeadPoseEstimator
from fsanet.inference.finder_share import mixed
from fsanet.models.spec import DEFAULT_MODEL
from fsanet.options import positive
from fsanet.pose.angles import Pose
from fsanet.pose.errors import euler_errors
from fsanet.readers.labelled_photographs import LabelledPhotograph, labelled_among, labelled_photographs

MARGINS = (0.4, 0.5, 0.6, 0.7, 0.8)
SHIFTS = ((0.0, 0.0), (-0.1, 0.0), (0.1, 0.0), (0.0, -0.1), (0.0, 0.1))  # in widths and heights of the box


class Steadiness(NamedTuple):
    """Degrees over the crops of some faces.

    Attributes:
        faces: how many.
        mae_deg: mean absolute error.
        spread_deg: (3,) standard deviation of yaw, pitch, roll over the crops of one face, mean of the faces.
    """

    faces: int
    mae_deg: float
    spread_deg: NDArray[np.float64]


def scattered_crops(face: LabelledPhotograph, size: int) -> NDArray[np.uint8]:
    """(25, size, size, 3) the crops of a face."""
    ways = product(MARGINS, _shifted(face.box_xyxy))
    return np.stack([crop_face(face.image_bgr, box, margin, size) for margin, box in ways])


def steadiness(poses_deg: NDArray, true_deg: NDArray) -> Steadiness:
    """Of answers (faces, crops, 3) and labels (faces, 3), degrees."""
    errors = euler_errors(poses_deg.reshape(-1, 3), np.repeat(true_deg, poses_deg.shape[1], axis=0))
    return Steadiness(len(poses_deg), float(errors.mean()), poses_deg.std(axis=1).mean(axis=0))


def _shifted(box_xyxy: BoxXYXY) -> Iterator[BoxXYXY]:
    x1, y1, x2, y2 = box_xyxy
    for right, down in SHIFTS:
        dx, dy = right * (x2 - x1), down * (y2 - y1)
        yield x1 + dx, y1 + dy, x2 + dx, y2 + dy


def measured(estimator: HeadPoseEstimator, faces: Sequence[LabelledPhotograph]) -> Iterator[tuple[str, Steadiness]]:
    """What is measured, and how steady it is: crops alone, and answers that the finder has a share in."""
    size, true = estimator.engine.input_size, np.array([face.pose_deg for face in faces])
    crops = np.stack([scattered_crops(face, size) for face in faces])
    poses = np.reshape([estimator.predict_crops(of_face) for of_face in crops], (*crops.shape[:2], 3))
    yield "crops alone", steadiness(poses, true)
    if share := estimator.finder_share:
        told = [_told_pose(estimator, face) for face in progress(faces, unit="face")]
        known = {number: pose for number, pose in enumerate(told) if pose is not None}
        answers = [[mixed(Pose(*pose), of_finder, share)[0] for pose in poses[n]] for n, of_finder in known.items()]
        if known:
            yield f"with {share:g} of {estimator.detector_name}", steadiness(np.array(answers), true[list(known)])


def _told_pose(estimator: HeadPoseEstimator, face: LabelledPhotograph) -> Pose | None:
    """What the finder reads of the labelled face; None where it does not find it, or reads no pose."""
    found = estimator.detect(face.image_bgr)
    place = labelled_among([one.box_xyxy for one in found], face)
    return None if place is None else found[place].pose


@run_command
def main(argv: list[str] | None = None) -> int:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default=DEFAULT_MODEL, help="(default: %(default)s)")
    parser.add_argument("--weights", nargs="+", default=["free"], help="one after the other (default: free)")
    parser.add_argument("--limit", type=positive, default=500, help="number of photographs (default: %(default)s)")
    args = parser.parse_args(argv)
    faces = list(labelled_photographs(args.folder, most=args.limit))
    count = len(MARGINS) * len(SHIFTS)
    print(f"{len(faces)} faces within 99 degrees of {args.folder}, {count} crops of each: degrees")
    print(f"{'weights':12} {'read':22} {'faces':>5} {'MAE':>6} {'spread: yaw':>12} {'pitch':>6} {'roll':>6}")
    for weights in args.weights:
        estimator = HeadPoseEstimator(model=args.model, weights=weights, detector="scout")
        for name, (found, mae, (yaw, pitch, roll)) in measured(estimator, faces):
            print(f"{weights:12} {name:22} {found:5} {mae:6.2f} {yaw:12.2f} {pitch:6.2f} {roll:6.2f}", flush=True)
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
