"""From raw predictions to faces: scores, boxes, points, rotations; and which of them are one and the same."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.dense import layout

WITHIN = 0.7  # of a box in another: a nose or a mouth taken for a face
# Of a face's side: what is smaller, before its head or body, may be a badge, because who is nearer is larger.
BADGE = 0.25
HEAD = (0.15, 0.45)  # in widths beside and heights above a face: what hair and hats reach
BODY = (1.0, 4.0)  # in widths beside and heights below: what clothes reach
UNTOLD = -1  # what is worn
AGREEING, AGREED_SCORE = 0.7, 0.3  # overlap with a face, and share of its score, of the predictions it is the mean of
LEAST_AGREED = 32  # pixels: of smaller faces too few cells are near; the surest is better than the mean
_LEAST_AREA = 1e-9
MEANT = 0.5  # of the side that a cell tells: a known face with less is another one
LARGEST_LOG = 4.0  # of a distance in strides; what is beyond is no box


class Found(NamedTuple):
    """Faces in a picture, F of them, the surest first.

    Attributes:
        score: (F,) 0..1.
        box_xyxy: (F, 4) pixels, in the network's own convention.
        points_xy: (F, 5, 2) pixels, in the order of an upright face.
        rotation: (F, 3, 3) of the pose.
        mask: (F,) int, number of one of `fsanet.dense.layout.MASKS`; `UNTOLD` by networks that do not tell.
    """

    score: NDArray[np.float64]
    box_xyxy: NDArray[np.float64]
    points_xy: NDArray[np.float64]
    rotation: NDArray[np.float64]
    mask: NDArray[np.int_]

    def sides(self) -> NDArray[np.float64]:
        """(F,) pixels of squares of equal area."""
        return _sides(self.box_xyxy)

    def only(self, chosen: NDArray | list[int]) -> "Found":
        """Some of the faces, by mask or by number."""
        return Found._make(column[chosen] for column in self)

    def moved(self, scale_xy: Sequence[float], shift_xy: Sequence[float] = (0, 0)) -> "Found":
        """The faces in the pixels of another picture: each point times `scale_xy`, plus `shift_xy`."""
        scale, shift = np.array(scale_xy), np.array(shift_xy)
        box = self.box_xyxy * np.tile(scale, 2) + np.tile(shift, 2)
        return self._replace(box_xyxy=box, points_xy=self.points_xy * scale + shift)

    @classmethod
    def together(cls, parts: Sequence["Found"]) -> "Found":
        """The faces of some, one after the other."""
        return cls._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


def joined(preferred: Sequence[Found], overlap: float, others: Found | None = None) -> Found:
    """Faces of several searches of one picture, the surest first.

    Args:
        preferred: searches whose faces count alike: of two that overlap by more, the surer one is kept.
        overlap: largest intersection over union.
        others: faces that are kept where none of those overlaps with them; None for none.
    """
    alike = Found.together(preferred)
    alike = alike.only(np.argsort(-alike.score, kind="stable"))
    both = alike if others is None else Found.together([alike, others])
    kept = both.only(suppress(both.box_xyxy, overlap))
    return kept.only(np.argsort(-kept.score, kind="stable"))


class Small(NamedTuple):
    """Which small faces count even where they are less sure.

    Attributes:
        side_px: what is smaller is small.
        score: that counts.
    """

    side_px: float
    score: float


def likely(prediction: NDArray, score: float) -> NDArray[np.int_]:
    """Numbers of the rows of a prediction, (N, 24) with columns of `layout`, whose score is above so much."""
    logit = math.log(score / (1 - score)) if score > 0 else -math.inf
    return np.flatnonzero(prediction[:, layout.SCORE] > logit)


def decode(
    prediction: NDArray, grid: NDArray, threshold: float, overlap: float = 0.4, small: Small | None = None
) -> Found:
    """The faces in a prediction, each the mean of what the cells near it say, by their scores.

    Args:
        prediction: (N, 24), columns of `layout`; of all cells or of some.
        grid: (N, 3) of `cells`.
        threshold: least score.
        overlap: of two boxes with a larger intersection over union the less sure one is dropped.
        small: of small faces; None where they must be as sure as others.
    """
    least = min(AGREED_SCORE * threshold, small.score) if small else AGREED_SCORE * threshold
    told = likely(prediction, least)
    told = told[np.argsort(-prediction[told, layout.SCORE], kind="stable")]
    rows, where = prediction[told].astype(np.float64), grid[told].astype(np.float64)
    score = 1 / (1 + np.exp(-rows[:, layout.SCORE]))
    box = _boxes(rows, where)
    sides = _sides(box)
    points = where[:, None, :2] + rows[:, layout.POINTS].reshape(-1, 5, 2) * sides[:, None, None]
    counts = score > threshold
    if small is not None:
        counts |= (score > small.score) & (sides < small.side_px)
    numbers = np.flatnonzero(counts)
    kept = numbers[suppress(box[numbers], overlap)]
    shares = _shares(score, box, sides, kept)
    rows, points = shares @ rows, (shares @ points.reshape(-1, 10)).reshape(-1, 5, 2)
    rotation = rotation_from_6d(rows[:, layout.ROTATION_6D])
    return Found(score[kept], shares @ box, points, rotation, rows[:, layout.MASK].argmax(axis=1))


def hints_at(prediction: NDArray, grid: NDArray, score: float, side_px: float, known: Found) -> bool:
    """Whether any cell sees a face of so many pixels, at least with so small a score, and means none that is known.

    Args:
        prediction, grid: as of `decode`.
        score, side_px: of such a hint, at least.
        known: faces of the prediction. Of the same face a cell speaks where both boxes touch and that of the known one
            is not much smaller.
    """
    told = likely(prediction, score)
    hints = _boxes(prediction[told], grid[told])
    hints = hints[_sides(hints) >= side_px]
    sides = _sides(hints)
    for box, side in zip(known.box_xyxy, known.sides(), strict=True):
        elsewhere = (_shared(box, hints)[0] == 0) | (side < MEANT * sides)
        hints, sides = hints[elsewhere], sides[elsewhere]
    return bool(len(hints))


def _shares(score: NDArray, box_xyxy: NDArray, sides: NDArray, kept: NDArray[np.int_]) -> NDArray[np.float64]:
    """(K, N) how much each of N predictions counts in each of K faces; the rows sum to one."""
    shares = np.zeros((len(kept), len(score)))
    for row, face in zip(shares, kept, strict=True):
        row[face] = score[face]
        if sides[face] >= LEAST_AGREED:
            agrees = _shared(box_xyxy[face], box_xyxy)[0] >= AGREEING
            np.copyto(row, score, where=agrees & (score >= AGREED_SCORE * score[face]))
    return shares / shares.sum(axis=1, keepdims=True)


def _boxes(rows: NDArray, where: NDArray) -> NDArray[np.float64]:
    reach = np.exp(np.minimum(np.maximum(rows[:, layout.BOX], -LARGEST_LOG), LARGEST_LOG)) * where[:, 2:]
    return np.concatenate([where[:, :2] - reach[:, :2], where[:, :2] + reach[:, 2:]], axis=1)


def suppress(boxes_xyxy: NDArray, overlap: float, within: float = WITHIN) -> list[int]:
    """Numbers of the boxes that show faces of their own.

    Args:
        boxes_xyxy: (N, 4), the surest first.
        overlap: largest intersection over union with a surer box.
        within: largest share of a box that lies in a surer one, or of the surer one in it.
    """
    kept: list[int] = []
    left = np.arange(len(boxes_xyxy))
    while len(left):
        kept.append(int(left[0]))
        left = left[1:]
        if len(left):
            of_both, of_smaller = _shared(boxes_xyxy[kept[-1]], boxes_xyxy[left])
            left = left[(of_both <= overlap) & (of_smaller <= within)]
    return kept


def may_be_badges(found: Found) -> NDArray[np.bool_]:
    """(F,) which faces are so small, where another one has its hair, hat or clothes, that they may be badges."""
    sides, box = found.sides(), found.box_xyxy
    (left, top), (right, bottom) = box[:, :2].T, box[:, 2:].T
    width, height, (x, y) = right - left, bottom - top, ((box[:, :2] + box[:, 2:]) / 2).T[:, :, None]
    beside = np.maximum(left - x, x - right)  # of each middle (rows), how far beside each face (columns)
    on_head = (beside < HEAD[0] * width) & (y > top - HEAD[1] * height) & (y < bottom)
    on_body = (beside < BODY[0] * width) & (y >= bottom) & (y < bottom + BODY[1] * height)
    return np.any((on_head | on_body) & (sides[:, None] < BADGE * sides), axis=1)


def _shared(box: NDArray, others: NDArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Intersection with each other box, (N,), as a share of the union and of the smaller of the two."""
    common = _areas(np.maximum(np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2]), 0.0))
    own, areas = _areas(box[2:] - box[:2]), _areas(others[:, 2:] - others[:, :2])
    union, smaller = own + areas - common, np.minimum(own, areas)
    return common / np.maximum(union, _LEAST_AREA), common / np.maximum(smaller, _LEAST_AREA)


def _sides(box_xyxy: NDArray) -> NDArray[np.float64]:
    return np.sqrt(_areas(box_xyxy[..., 2:] - box_xyxy[..., :2]))


def _areas(sides_xy: NDArray) -> NDArray[np.float64]:
    return sides_xy[..., 0] * sides_xy[..., 1]


def rotation_from_6d(columns: NDArray) -> NDArray[np.float64]:
    """Rotation matrices (..., 3, 3) whose first two columns are nearest to (..., 6), by Gram-Schmidt.

    Zhou et al., "On the Continuity of Rotation Representations in Neural Networks", CVPR 2019.
    """
    first = _unit(columns[..., :3])
    second = _unit(columns[..., 3:] - _dot(first, columns[..., 3:])[..., None] * first)
    after, behind = [1, 2, 0], [2, 0, 1]  # np.cross takes longer than all else for a few faces
    third = first[..., after] * second[..., behind] - first[..., behind] * second[..., after]
    return np.stack([first, second, third], axis=-1)


def _unit(vectors: NDArray) -> NDArray[np.float64]:
    return vectors / np.maximum(np.sqrt(_dot(vectors, vectors)), 1e-8)[..., None]


def _dot(vectors: NDArray, others: NDArray) -> NDArray[np.float64]:
    return np.einsum("...i,...i->...", vectors, others)
