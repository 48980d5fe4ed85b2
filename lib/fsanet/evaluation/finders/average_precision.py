"""Average precision of a face finder by size of the faces, as detection benchmarks have it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.image.boxes import iou


class Searched(NamedTuple):
    """One picture: what there is and what was found.

    Attributes:
        faces_xyxy: (F, 4) pixels.
        counted: (F,) bool; a face that is not counted may be found or not.
        found_xyxy: (D, 4) pixels.
        score: (D,).
    """

    faces_xyxy: NDArray[np.floating]
    counted: NDArray[np.bool_]
    found_xyxy: NDArray[np.floating]
    score: NDArray[np.floating]


def average_precision(
    pictures: Sequence[Searched], side_px: tuple[float, float] = (0.0, np.inf), least_iou: float = 0.5
) -> tuple[float, int]:
    """Area under the curve of precision over recall, of the faces within a range of sizes.

    From the surest box on, each takes the face that it overlaps most of those that no other has taken, and is false
    where it shows none that is free. Faces out of range count neither as found nor as missed, and boxes out of range
    that show no face do not count either.

    Args:
        pictures: what was searched.
        side_px: from and below which side, that of a square of equal area.
        least_iou: intersection over union from which on a box shows a face.

    Returns:
        The average precision, 0..1 (NaN without faces in range), and the number of faces in range.
    """
    scores, right, faces = [], [], 0
    for picture in pictures:
        inside = picture.counted & _within(picture.faces_xyxy, side_px)
        faces += int(inside.sum())
        for number, face in _matches(picture, least_iou):
            if face is None and not _within(picture.found_xyxy[number][None], side_px)[0]:
                continue
            if face is not None and not inside[face]:
                continue
            scores.append(picture.score[number])
            right.append(face is not None)
    return (_area(np.array(scores), np.array(right, bool), faces) if faces else float("nan")), faces


def _within(boxes_xyxy: NDArray, side_px: tuple[float, float]) -> NDArray[np.bool_]:
    boxes = np.asarray(boxes_xyxy, float).reshape(-1, 4)
    side = np.sqrt(np.prod(np.clip(boxes[:, 2:] - boxes[:, :2], 0, None), axis=1))
    return (side >= side_px[0]) & (side < side_px[1])


def _matches(picture: Searched, least_iou: float) -> list[tuple[int, int | None]]:
    """Number of each box, the surest first, and of the face that it takes, or None."""
    overlap = iou(picture.found_xyxy, picture.faces_xyxy)
    taken: set[int] = set()
    pairs: list[tuple[int, int | None]] = []
    for number in np.argsort(-np.asarray(picture.score), kind="stable"):
        free = [face for face in range(overlap.shape[1]) if face not in taken and overlap[number, face] >= least_iou]
        best = max(free, key=lambda face: overlap[number, face]) if free else None
        if best is not None:
            taken.add(best)
        pairs.append((int(number), best))
    return pairs


def _area(scores: NDArray, right: NDArray[np.bool_], faces: int) -> float:
    hits = np.cumsum(right[np.argsort(-scores, kind="stable")])
    return area_under(hits / np.arange(1, len(hits) + 1), hits / faces)


def area_under(precision: NDArray[np.floating], recall: NDArray[np.floating]) -> float:
    """Area under precision, made to fall nowhere from right to left, over recall, which rises from 0."""
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * envelope))
