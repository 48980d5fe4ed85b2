"""MTCNN (Zhang et al., IEEE Signal Processing Letters 2016), with the networks and the rules of the `mtcnn` package.

Its box is the common convention of all our detectors: the BIWI protocol takes its crops from it. So the rules below are
those of the package, with its plus and minus ones; `tests/detectors/test_mtcnn.py` compares the boxes of both.
"""

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.detectors.detection import BoxConvention, Detection, checked_long_side, checked_threshold, sorted_detections
from fsanet.detectors.mtcnn_networks import load_networks
from fsanet.detectors.working_image import fit

CONVENTION = BoxConvention()  # the common one itself

LEAST_FACE = 20  # pixels, at the size that is searched
_CELL, _STRIDE = 12, 2  # of the first network, in pixels of a picture of the pyramid
_PYRAMID_STEP = 0.709
_BATCH = 512  # patches at once: what a crowd's candidates may take of memory


class Candidates(NamedTuple):
    """What may be faces.

    Attributes:
        box_xyxy: (n, 4) pixels.
        score: (n,) 0..1.
    """

    box_xyxy: NDArray[np.float64]
    score: NDArray[np.float64]

    def only(self, which: NDArray) -> "Candidates":
        """Those that a mask or numbers choose."""
        return Candidates(self.box_xyxy[which], self.score[which])


class MTCNNDetector:
    """Faces by MTCNN, of 20 pixels and more.

    Images under 24 pixels on a side give no face.

    Args:
        threshold: least score of a face, 0..1.
        long_side: larger images are shrunk to this many pixels.

    Raises:
        ImportError: when the `mtcnn` package, which holds the weights, or ONNX is not installed.
    """

    name = "mtcnn"
    convention = CONVENTION

    def __init__(self, threshold: float = 0.95, long_side: int = 640):
        self.threshold = checked_threshold(threshold)
        self.long_side = checked_long_side(long_side)
        self._networks = load_networks()

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """Faces in a BGR image; see `FaceDetector.detect`."""
        frame = fit(image_bgr, self.long_side)
        image_rgb = cv2.cvtColor(frame.image_bgr, cv2.COLOR_BGR2RGB)  # BGR loses faces and moves boxes
        image = (image_rgb.astype(np.float32) - 127.5) / 128
        faces, landmarks_xy = self._output(image, self._refined(image, self._proposed(image)))
        sure = (faces.score >= self.threshold) & (faces.box_xyxy[:, 2:] > faces.box_xyxy[:, :2]).all(axis=1)
        # Boxes are not cut at the frame: a face at its edge would get a narrower box and crop.
        return sorted_detections(
            _detection(box, score, points, frame.to_original_xy)
            for box, score, points in zip(*faces.only(sure), landmarks_xy[sure], strict=True)
        )

    def _proposed(self, image: NDArray[np.float32]) -> Candidates:
        """Boxes of the first network, which goes over a pyramid of pictures."""
        found = [Candidates(np.empty((0, 4)), np.empty(0))]
        for scale in pyramid(*image.shape[:2]):
            size_wh = int(image.shape[1] * scale), int(image.shape[0] * scale)
            small = cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA)
            offsets, scores = self._networks["proposal"](small[None])
            found.append(unlike(_of_cells(offsets[0], scores[0, ..., 1], scale), 0.5))
        return squared(unlike(Candidates(*map(np.concatenate, zip(*found, strict=True))), 0.7))

    def _refined(self, image: NDArray[np.float32], found: Candidates) -> Candidates:
        offsets, scores = self._look("refinement", image, found, 24, (4, 2))
        moved = Candidates(_moved(found.box_xyxy, offsets), scores[:, 1].astype(np.float64))
        return squared(unlike(moved.only(moved.score > 0.7), 0.7))

    def _output(self, image: NDArray[np.float32], found: Candidates) -> tuple[Candidates, NDArray[np.float64]]:
        """Faces and their five points (n, 5, 2) in pixels."""
        offsets, points, scores = self._look("output", image, found, 48, (4, 10, 2))
        landmarks_xy = _sides(found.box_xyxy)[:, None] * points.reshape(-1, 2, 5).transpose(0, 2, 1)
        landmarks_xy += found.box_xyxy[:, None, :2] - 1
        moved = Candidates(_moved(found.box_xyxy, offsets), scores[:, 1].astype(np.float64))
        faces = np.flatnonzero(moved.score > 0.8)
        kept = faces[_order_of_unlike(moved.only(faces), 0.7, of_smaller=True)]
        return moved.only(kept), landmarks_xy[kept]

    def _look(
        self, network: str, image: NDArray[np.float32], found: Candidates, side: int, widths: tuple[int, ...]
    ) -> list[NDArray[np.float32]]:
        """A network's answers for patches of `side` pixels, each (n, width)."""
        parts = [[np.empty((0, width), np.float32) for width in widths]]
        for start in range(0, len(found.box_xyxy), _BATCH):
            boxes_xyxy = found.box_xyxy[start : start + _BATCH]
            parts.append(self._networks[network](patches(image, boxes_xyxy, side)))
        return [np.concatenate(answers) for answers in zip(*parts, strict=True)]


def pyramid(height: int, width: int) -> NDArray[np.floating]:
    """Scales at which an image is searched, from the one at which the least face fills a cell."""
    count = round(-(math.log(min(height, width) / _CELL) / math.log(_PYRAMID_STEP) + 1))
    return _CELL / LEAST_FACE * _PYRAMID_STEP ** np.arange(count)


def patches(image: NDArray[np.float32], box_xyxy: NDArray[np.float64], side: int) -> NDArray[np.float32]:
    """Boxes of an image, resized bilinearly to (n, side, side, 3); 0, which is grey, where they reach beyond it."""
    size = np.array(image.shape[1::-1])
    steps = np.linspace(0, 1, side)
    corners = (box_xyxy.reshape(-1, 2, 2) / size * (size - 1)).transpose(2, 0, 1)[..., None]  # (xy, n, corner, 1)
    x, y = corners[:, :, 0] + steps * (corners[:, :, 1] - corners[:, :, 0])  # each (n, side)
    (left, right, x_share, x_inside), (top, bottom, y_share, y_inside) = _between(x, size[0]), _between(y, size[1])
    x_share, y_share = x_share[:, None, :, None], y_share[:, :, None, None]
    upper, lower = (
        image[rows[:, :, None], left[:, None]] * (1 - x_share) + image[rows[:, :, None], right[:, None]] * x_share
        for rows in (top, bottom)
    )
    blended = upper * (1 - y_share) + lower * y_share
    return np.where((y_inside[:, :, None] & x_inside[:, None])[..., None], blended, 0).astype(np.float32)


def unlike(found: Candidates, most_overlap: float) -> Candidates:
    """Candidates from the surest on, without those that overlap one before by more, kept or not."""
    return found.only(_order_of_unlike(found, most_overlap))


def squared(found: Candidates) -> Candidates:
    """Boxes widened to squares about their centres."""
    corner, far = found.box_xyxy[:, :2], found.box_xyxy[:, 2:]
    largest = (far - corner).max(axis=1, keepdims=True)
    corner = corner + (far - corner) / 2 - largest / 2
    return found._replace(box_xyxy=np.hstack([corner, corner + largest]))


def _of_cells(offsets: NDArray[np.float32], score: NDArray[np.float32], scale: float) -> Candidates:
    """Boxes of cells that may show a face, in pixels of the image."""
    rows, columns = np.nonzero(score > 0.6)
    corner = np.stack([columns, rows], axis=1) * _STRIDE
    cell = np.hstack([corner + 1, corner + _CELL])
    box = cell + offsets[rows, columns] * (_CELL - 1.0)
    return Candidates(box / scale, score[rows, columns].astype(np.float64))


def _between(at: NDArray[np.float64], size: int) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Pixels before and after a position, the share of the second, and whether the position is in the image."""
    inside = (at >= 0) & (at <= size - 1)
    before = np.floor(np.clip(at, 0, size - 1)).astype(int)
    return before, np.minimum(before + 1, size - 1), np.clip(at, 0, size - 1) - before, inside


def _sides(box_xyxy: NDArray[np.float64]) -> NDArray[np.float64]:
    return box_xyxy[:, 2:] - box_xyxy[:, :2] + 1


def _moved(box_xyxy: NDArray[np.float64], offsets: NDArray[np.float32]) -> NDArray[np.float64]:
    return box_xyxy + offsets * np.tile(_sides(box_xyxy), 2)


def _order_of_unlike(found: Candidates, most_overlap: float, of_smaller: bool = False) -> NDArray[np.intp]:
    order = np.argsort(found.score)[::-1]
    box = found.box_xyxy[order]
    low = np.maximum(box[:, None, :2], box[None, :, :2])
    common = np.maximum(0, np.minimum(box[:, None, 2:], box[None, :, 2:]) - low).prod(axis=2)
    area = (box[:, 2:] - box[:, :2]).prod(axis=1)
    whole = np.minimum(area[:, None], area) if of_smaller else area[:, None] + area - common
    with np.errstate(divide="ignore", invalid="ignore"):  # of boxes that regression turned inside out
        overlaps = common / whole > most_overlap
    return order[~np.triu(overlaps, k=1).any(axis=0)]


def _detection(
    box: NDArray[np.float64], score: float, points: NDArray[np.float64], to_original_xy: tuple[float, float]
) -> Detection:
    (x1, y1), (x2, y2) = box.reshape(2, 2) * to_original_xy
    return Detection((x1, y1, x2, y2), min(score, 1.0), tuple(map(tuple, points * to_original_xy)))
