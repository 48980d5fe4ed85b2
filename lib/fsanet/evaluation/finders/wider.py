"""Average precision on WIDER FACE by the rules of its own evaluation, for who has the set.

- Scores are brought to 0..1 over the whole set; precision and recall are taken at 1000 thresholds, 1 - t / 1000.
- A box belongs to the face that it overlaps most, where intersection over union, with pixels counted inclusively, is at
  least 0.5. The first box on a face that counts finds it, later ones are false. Faces of the picture that do not count
  at a level take boxes away, which then are neither right nor false.
- Faces of pictures in which nothing is found are missed; boxes in pictures without a face are not looked at.
- The area under the curve is that of the precision made to fall nowhere from right to left.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.evaluation.finders.average_precision import Searched, area_under
from fsanet.evaluation.finders.detectors import measured_detector
from fsanet.image.boxes import iou
from fsanet.image.reading import read_image
from fsanet.readers.wider_face import ANNOTATIONS, PICTURES, read_annotations, read_levels

THRESHOLDS = 1000
LEAST_IOU = 0.5

_LEAST_SCORE = 0.02  # unsure boxes belong to the curve


class _Curve(NamedTuple):
    """Of one picture at every threshold: boxes that are not taken away, and faces found."""

    boxes: NDArray[np.float64]
    found: NDArray[np.float64]


def on_wider(detector: str, folder: Path) -> dict[str, float]:
    """Average precision of a detector by level: easy, medium, hard.

    Boxes are those of the detectors' common convention, pictures are searched at the detector's own size.

    Args:
        detector: its name.
        folder: holds, at any depth, `wider_face_val_bbx_gt.txt`, `wider_face_val.mat`, the lists of the three levels
            beside it, and the pictures as `0--Parade/name.jpg`.

    Raises:
        FileNotFoundError: when one of these is missing.
        InputError: when one is damaged or does not fit the others.
    """
    faces = read_annotations(_find(folder, ANNOTATIONS))
    levels = read_levels(_find(folder, PICTURES).parent)
    if strangers := set(levels["hard"]) - set(faces):
        raise InputError(f"'{ANNOTATIONS}' lacks {len(strangers)} pictures of the lists, such as '{min(strangers)}'.")
    names = list(levels["hard"])
    if not names:
        raise InputError(f"The lists in '{folder}' name no picture.")
    pictures = _find(folder, names[0]).parents[1]
    search = measured_detector(detector, threshold=_LEAST_SCORE).detect
    searched = {}
    for name in names:
        found = search(read_image(pictures / name))
        boxes = np.array([face.box_xyxy for face in found], float).reshape(-1, 4)
        searched[name] = Searched(
            faces[name].box_xyxy, faces[name].counted, boxes, np.array([face.score for face in found], float)
        )
    return {level: precision_at(searched, counted) for level, counted in levels.items()}


def _find(folder: Path, name: str) -> Path:
    found = sorted(folder.rglob(name))
    if not found:
        raise FileNotFoundError(f"No '{name}' in '{folder}', at any depth.")
    return found[0]


def precision_at(pictures: Mapping[str, Searched], counted: Mapping[str, NDArray[np.int64]]) -> float:
    """Average precision, 0..1; NaN where no face counts.

    Args:
        pictures: what was searched, by name.
        counted: by name the numbers of the faces that count at this level.

    Raises:
        InputError: when a number is that of no face.
    """
    number = sum(len(faces) for faces in counted.values())
    scores = _normalised([picture.score for picture in pictures.values()])
    total = np.zeros((2, THRESHOLDS))
    for (name, picture), score in zip(pictures.items(), scores, strict=True):
        if len(picture.faces_xyxy) and len(score):
            total += _curve(picture._replace(score=score, counted=_mask(name, picture, counted[name])))
    boxes, found = total
    precision = np.divide(found, boxes, out=np.zeros(THRESHOLDS), where=boxes > 0)
    return area_under(precision, found / number) if number else float("nan")


def _mask(name: str, picture: Searched, counted: NDArray[np.int64]) -> NDArray[np.bool_]:
    faces = len(picture.faces_xyxy)
    if len(counted) and not (counted.min() >= 0 and counted.max() < faces):
        raise InputError(f"A list counts face {counted.max() + 1} of '{name}', which has {faces} of them.")
    return np.isin(np.arange(faces), counted)


def _normalised(scores: Sequence[NDArray]) -> list[NDArray]:
    every = np.concatenate(scores) if scores else np.zeros(0)
    if not len(every):
        return list(scores)
    low, high = every.min(), every.max()
    return [(score - low) / max(high - low, 1e-12) for score in scores]


def _curve(picture: Searched) -> _Curve:
    order = np.argsort(-picture.score, kind="stable")
    inclusive = np.array([0, 0, 1, 1])
    overlap = iou(picture.found_xyxy[order] + inclusive, picture.faces_xyxy + inclusive)
    best = overlap.argmax(axis=1)
    shows = overlap.max(axis=1) >= LEAST_IOU
    away = shows & ~picture.counted[best]
    hit = np.where(shows & ~away, best, -1)
    _, first = np.unique(hit, return_index=True)
    finds = np.isin(np.arange(len(hit)), first) & (hit >= 0)
    # so many boxes are as sure as each threshold
    sure = np.searchsorted(-picture.score[order], np.arange(1, THRESHOLDS + 1) / THRESHOLDS - 1, side="right")
    return _Curve(np.append(0, np.cumsum(~away))[sure], np.append(0, np.cumsum(finds))[sure])
