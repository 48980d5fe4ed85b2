"""How the face detectors' boxes lie to MTCNN's, and how many faces each finds by pan, on Pointing'04.

    python -m fsanet.benchmarks.box_conventions FOLDER --persons 1 2 3 4

FOLDER is the Head Pose Image Database (Gourier, Hall, Crowley, Pointing 2004) with one folder per person. Persons 1 to
4 serve for choosing: the constants of `fsanet.detectors` are the medians printed here (744 images, about four minutes).
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.console import progress, run_command
from fsanet.detectors.catalog import BUILDERS
from fsanet.detectors.detection import Detection
from fsanet.evaluation.finders.detectors import NAMES, convention_of, measured_detector
from fsanet.image.boxes import BoxXYXY, holds, iou
from fsanet.image.reading import read_image
from fsanet.readers.pointing04 import LabelledFace, labelled_faces

REFERENCE = "mtcnn"
LARGEST_DEG = 60  # of |pan| and |tilt|, for the conventions


class Convention(NamedTuple):
    """Medians and interquartile ranges of MTCNN's box against another detector's own box.

    Attributes:
        faces: number of faces that both found.
        median: scale of width and height, shift of x and y, as `BoxConvention` has them. (4,)
        spread: 75th less 25th percentile of the same. (4,)
    """

    faces: int
    median: NDArray[np.float64]
    spread: NDArray[np.float64]


def detect_all(faces: Sequence[LabelledFace], detector: str, *, quiet: bool = False) -> list[list[Detection]]:
    """What a detector finds in each image."""
    search = measured_detector(detector).detect
    return [search(read_image(face.path)) for face in progress(faces, unit="image", label=detector, quiet=quiet)]


def measure_convention(
    own_boxes: Sequence[Sequence[BoxXYXY]], reference_boxes: Sequence[Sequence[BoxXYXY]]
) -> Convention:
    """Compare boxes image by image, where the reference has one face and a box of the other overlaps it best.

    Args:
        own_boxes: per image, the boxes of a detector in its own convention.
        reference_boxes: per image, MTCNN's.

    Returns:
        The relation of the boxes; not a number where there is no such face.
    """
    rows = []
    for own, reference in zip(own_boxes, reference_boxes, strict=True):
        if len(reference) != 1 or not own:
            continue
        overlap = iou(np.array(own), np.array(reference))[:, 0]
        if overlap.max() > 0.2:
            rows.append(_relation(np.array(own[int(overlap.argmax())]), np.array(reference[0])))
    if not rows:
        return Convention(0, *np.full((2, 4), np.nan))
    low, median, high = np.percentile(np.array(rows), [25, 50, 75], axis=0)
    return Convention(len(rows), median, high - low)


def _relation(own: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    own_size, reference_size = own[2:] - own[:2], reference[2:] - reference[:2]
    shift = (reference[:2] + reference[2:] - own[:2] - own[2:]) / 2
    return np.concatenate([reference_size / own_size, shift / own_size])


def conventions(faces: Sequence[LabelledFace], found: dict[str, list[list[Detection]]]) -> dict[str, Convention]:
    """Every detector's convention against the reference, on the faces within `LARGEST_DEG`."""
    near = [i for i, face in enumerate(faces) if max(abs(face.pan_deg), abs(face.tilt_deg)) <= LARGEST_DEG]
    reference = [[face.box_xyxy for face in found[REFERENCE][i]] for i in near]
    measured = {}
    for name, per_image in found.items():
        back = convention_of(name).from_common
        own = [[back(face.box_xyxy) for face in per_image[i]] for i in near]
        measured[name] = measure_convention(own, reference)
    return measured


def print_conventions(measured: dict[str, Convention]) -> None:
    """One line a detector: faces, then median and interquartile range of scale and shift."""
    print(f"\nMTCNN's box in each detector's own, |pan| and |tilt| <= {LARGEST_DEG}: median (interquartile range)")
    print(f"{'detector':<10}{'faces':>6}" + "".join(f"{c:>16}" for c in ("width", "height", "shift x", "shift y")))
    for name, (count, median, spread) in measured.items():
        cells = "".join(f"{m:>+9.3f} ({s:.3f})"[-16:] for m, s in zip(median, spread, strict=True))
        print(f"{name:<10}{count:>6}{cells}")


def print_found(faces: Sequence[LabelledFace], found: dict[str, list[list[Detection]]]) -> None:
    """Share of faces found in percent by |pan|, over all tilts, and the number of boxes that show no face."""
    pans = sorted({abs(face.pan_deg) for face in faces})
    print(f"\nFaces found, percent by |pan|, {len(faces)} images; boxes elsewhere")
    print(f"{'detector':<10}" + "".join(f"{pan:>6}" for pan in pans) + f"{'all':>7}{'false':>7}")
    for name, per_image in found.items():
        hits, false = defaultdict(list), 0
        for face, detections in zip(faces, per_image, strict=True):
            right = [holds(detection.box_xyxy, face.center_xy) for detection in detections]
            hits[abs(face.pan_deg)].append(any(right))
            false += right.count(False)
        share = np.mean([hit for group in hits.values() for hit in group])
        cells = "".join(f"{100 * np.mean(hits[pan]):>6.0f}" for pan in pans)
        print(f"{name:<10}{cells}{100 * share:>7.1f}{false:>7}")


@run_command
def main(argv: list[str] | None = None) -> None:
    """Parse, detect, print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="Pointing'04, one folder per person")
    parser.add_argument("--persons", type=int, nargs="+", default=[1, 2, 3, 4], help="default: 1 2 3 4")
    parser.add_argument("--detectors", nargs="+", choices=NAMES, default=sorted(BUILDERS))
    settings = parser.parse_args(argv)
    faces = labelled_faces(settings.folder, settings.persons)
    names = dict.fromkeys([REFERENCE, *settings.detectors])
    found = {name: detect_all(faces, name) for name in names}
    print_conventions(conventions(faces, found))
    print_found(faces, found)


if __name__ == "__main__":
    raise SystemExit(main())
