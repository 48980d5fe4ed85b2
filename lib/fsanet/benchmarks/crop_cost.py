"""How much a detector's box costs against the landmark box that a network was trained with, on 300W-LP or AFLW2000.

    python -m fsanet.benchmarks.crop_cost FOLDER [--weights 300W_LP] [--detectors yunet mtcnn ssd]

For each detector: the faces it finds (a box that overlaps that of the landmarks), the MAE on them with its boxes and
margin 0.4, and the MAE on the same faces with landmark boxes and margin 0.6.
"""

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fsanet.console import EXIT_OK, progress, run_command
from fsanet.detectors.catalog import create_detector
from fsanet.detectors.detection import FaceDetector
from fsanet.engines.choose import create_engine
from fsanet.engines.engine import Engine
from fsanet.image.boxes import BoxXYXY
from fsanet.image.face_crop import DETECTOR_MARGIN, INPUT_SIZE, LANDMARK_MARGIN, crop_face, crop_turned
from fsanet.models.spec import DEFAULT_MODEL
from fsanet.pose.errors import euler_errors
from fsanet.readers.labelled_photographs import LabelledPhotograph, labelled_among, labelled_photographs


class CropCost(NamedTuple):
    """MAE in degrees with a detector's boxes and with landmark boxes, on the `found` of `faces` faces."""

    detector: str
    faces: int
    found: int
    mae_deg: float
    mae_with_landmarks_deg: float


def face_box(detector: FaceDetector, photograph: LabelledPhotograph) -> BoxXYXY | None:
    """The detector's box of the labelled face; None where it does not find it."""
    found = [face.box_xyxy for face in detector.detect(photograph.image_bgr)]
    place = labelled_among(found, photograph)
    return None if place is None else found[place]


def crop_cost(engine: Engine, name: str, faces: list[LabelledPhotograph]) -> CropCost:
    """What the boxes of one detector cost."""
    detector = create_detector(name)
    boxes = [face_box(detector, face) for face in progress(faces, unit="face", label=name)]
    pairs = [(face, box) for face, box in zip(faces, boxes, strict=True) if box is not None]
    if not pairs:
        return CropCost(name, len(faces), 0, float("nan"), float("nan"))
    true = np.array([face.pose_deg for face, _ in pairs])
    detected = np.stack([crop_turned(face.image_bgr, box, 0.0, DETECTOR_MARGIN, INPUT_SIZE) for face, box in pairs])
    labelled = np.stack([crop_face(f.image_bgr, f.box_xyxy, LANDMARK_MARGIN, INPUT_SIZE) for f, _ in pairs])
    errors = (euler_errors(engine.predict(crops), true).mean() for crops in (detected, labelled))
    return CropCost(name, len(faces), len(pairs), *map(float, errors))


@run_command
def main(argv: list[str] | None = None) -> int:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--weights", default="300W_LP")
    parser.add_argument("--detectors", nargs="+", default=["yunet", "mtcnn", "ssd"])
    args = parser.parse_args(argv)
    faces = list(labelled_photographs(args.folder))
    engine = create_engine("auto", model=args.model, weights=args.weights)
    crops = np.stack([crop_face(f.image_bgr, f.box_xyxy, LANDMARK_MARGIN, INPUT_SIZE) for f in faces])
    errors = euler_errors(engine.predict(crops), [f.pose_deg for f in faces])
    yaw, pitch, roll = errors.mean(axis=0)
    print(f"{args.model} ({args.weights}), {len(faces)} faces within 99 degrees of {args.folder}, MAE in degrees")
    print(f"landmark boxes, margin 0.6: {errors.mean():.2f} (yaw {yaw:.2f}, pitch {pitch:.2f}, roll {roll:.2f})")
    print(f"{'detector':10} {'found':>8} {'its boxes, 0.4':>15} {'landmarks, 0.6':>15} {'difference':>11}")
    for name in args.detectors:
        cost = crop_cost(engine, name, faces)
        difference = cost.mae_deg - cost.mae_with_landmarks_deg
        found = f"{cost.found}/{cost.faces}"
        print(f"{name:10} {found:>8} {cost.mae_deg:15.2f} {cost.mae_with_landmarks_deg:15.2f} {difference:+11.2f}")
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
