"""How much a detector's box costs against the landmark box that a network was trained with, on 300W-LP or AFLW2000.

    python -m fsanet.evaluation.crop_report FOLDER [--weights 300W_LP] [--detectors yunet mtcnn ssd]

For each detector: the faces it finds (a box that overlaps that of the landmarks), the MAE on them with its boxes and
margin 0.4, and the MAE on the same faces with landmark boxes and margin 0.6.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.console import EXIT_OK, progress, run_command
from fsanet.detectors.catalog import create_detector
from fsanet.detectors.detection import Detection, FaceDetector
from fsanet.engines.choose import create_engine
from fsanet.engines.engine import Engine
from fsanet.errors import InputError
from fsanet.image.boxes import BoxXYXY, iou
from fsanet.image.face_crop import DETECTOR_MARGIN, INPUT_SIZE, LANDMARK_MARGIN, crop_face, crop_turned, landmark_box
from fsanet.image.reading import read_image
from fsanet.models.spec import DEFAULT_MODEL
from fsanet.pose.errors import euler_errors, within_limit
from fsanet.readers.set_builder import RawItem, Unusable
from fsanet.readers.type1 import list_type1, read_mat

LEAST_IOU = 0.2  # of a detector's box and the landmarks' box of the labelled face; a neighbour's overlaps less


class LabelledFace(NamedTuple):
    """An image with its label: (h, w, 3) BGR, (3,) yaw, pitch, roll in degrees, box of its landmarks."""

    image_bgr: NDArray[np.uint8]
    pose_deg: NDArray[np.float64]
    box_xyxy: BoxXYXY


class CropCost(NamedTuple):
    """MAE in degrees with a detector's boxes and with landmark boxes, on the `found` of `faces` faces."""

    detector: str
    faces: int
    found: int
    mae_deg: float
    mae_with_landmarks_deg: float


def read_faces(folder: Path) -> list[LabelledFace]:
    """Faces of a folder of images and .mat files with angles within 99 degrees.

    Raises:
        ValueError: when there is none.
    """
    faces = [face for item in list_type1(folder) if (face := read_face(item)) is not None]
    if not faces:
        raise InputError(f"'{folder}' holds no image with a .mat whose angles are within 99 degrees.")
    return faces


def read_face(item: RawItem) -> LabelledFace | None:
    """An image and its .mat file; None where its angles are not within 99 degrees or cannot be read."""
    try:
        pose, landmarks = read_mat(item.files[1])
    except (Unusable, OSError):
        return None
    box = landmark_box(landmarks)
    return LabelledFace(read_image(item.files[0]), pose, box) if box is not None and within_limit(pose) else None


def face_box(detector: FaceDetector, face: LabelledFace) -> BoxXYXY | None:
    """The detector's box of the labelled face; None where it does not find it."""
    found = face_among(detector.detect(face.image_bgr), face)
    return None if found is None else found.box_xyxy


def face_among(found: Sequence[Detection], face: LabelledFace) -> Detection | None:
    """The labelled face among those that were found in its image; None where it is not there."""
    overlap = iou(np.reshape([detection.box_xyxy for detection in found], (-1, 4)), np.array([face.box_xyxy]))[:, 0]
    return found[int(overlap.argmax())] if len(found) and overlap.max() >= LEAST_IOU else None


def crop_cost(engine: Engine, name: str, faces: list[LabelledFace]) -> CropCost:
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
    faces = read_faces(args.folder)
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
