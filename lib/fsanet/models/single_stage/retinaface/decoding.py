"""From what both heads say to faces."""

import numpy as np
from keras import ops
from numpy.typing import NDArray

from fsanet.dense import layout
from fsanet.dense.anchors import Anchors, anchor_boxes
from fsanet.dense.decode import UNTOLD, Found, rotation_from_6d, suppress
from fsanet.models.single_stage.retinaface.matching import moved

_MOST = 1000  # boxes that are compared with one another, the surest


def decode_anchors(
    anchors: Anchors, prediction: NDArray, size: tuple[int, int], threshold: float, overlap: float = 0.4
) -> Found:
    """The faces in a prediction: scores, boxes, points and poses of the second head.

    Args:
        anchors: of the network.
        prediction: (anchors, 42) of one picture.
        size: (height, width) of the picture.
        threshold: least score.
        overlap: of two boxes with a larger intersection over union the less sure one is dropped.
    """
    first, second = np.split(prediction.astype(np.float64), 2, axis=-1)
    score = 1 / (1 + np.exp(-second[:, layout.SCORE]))
    sure = np.argsort(-score, kind="stable")[: min(_MOST, int((score > threshold).sum()))]
    first, second, score = first[sure], second[sure], score[sure]
    start = _numbers(moved(anchor_boxes(anchors, *size)[sure].astype(np.float64), first[:, layout.BOX]))
    end = _numbers(moved(start, second[:, layout.BOX]))
    box = np.hstack([end[:, :2] - end[:, 2:] / 2, end[:, :2] + end[:, 2:] / 2])
    points = start[:, None, :2] + second[:, layout.POINTS].reshape(-1, 5, 2) * start[:, None, 2:]
    rotation = rotation_from_6d(second[:, layout.ROTATION_6D])
    faces = Found(score, box, points, rotation, np.full(len(score), UNTOLD))
    return faces.only(suppress(box, overlap))


def _numbers(boxes) -> NDArray[np.float64]:
    return ops.convert_to_numpy(boxes).astype(np.float64)
