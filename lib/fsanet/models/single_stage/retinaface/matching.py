"""Which anchors show which faces, in `keras.ops`: the second head's are known only once the first has predicted.

Boxes of anchors are (cx, cy, w, h), those of faces (x1, y1, x2, y2), all in pixels.
"""

from typing import NamedTuple

from keras import ops

from fsanet.dense import layout
from fsanet.tensors import Tensor

_LARGEST_LOG = 4.0  # of a change of size; what is beyond is no box


class Matched(NamedTuple):
    """What every anchor is to say.

    Attributes:
        positive: (batch, anchors) 1 where an anchor shows a face.
        negative: (batch, anchors) 1 where it shows none; anchors that are neither count in no loss.
        face: (batch, anchors, columns) the row of the face that each overlaps most; of use where it is positive.
    """

    positive: Tensor
    negative: Tensor
    face: Tensor


def match(boxes: Tensor, target: Tensor, below: float, least: float) -> Matched:
    """Match anchors and faces by intersection over union.

    A face that no anchor overlaps enough has none. Anchors on faces that may be found or not are no negatives.

    Args:
        boxes: (batch or 1, anchors, 4).
        target: (batch, faces, columns) of `fsanet.dense.encoders.padded_faces`.
        below: overlap below which an anchor is negative ...
        least: ... and from which on it is positive.
    """
    overlap = pairwise_iou(boxes, target[..., layout.TARGET_BOX])
    wanted = overlap * target[:, None, :, layout.POSITIVE]
    either = ops.max(overlap * target[:, None, :, layout.IGNORED], axis=-1)
    best = ops.max(wanted, axis=-1)
    positive = ops.cast(best >= least, "float32")
    negative = ops.cast(ops.maximum(best, either) < below, "float32")
    face = ops.take_along_axis(target, ops.argmax(wanted, axis=-1)[..., None], axis=1)
    return Matched(positive, negative, face)


def pairwise_iou(boxes: Tensor, faces_xyxy: Tensor) -> Tensor:
    """Intersection over union (batch, anchors, faces); 0 with the empty boxes that fill up the faces."""
    centre, half = boxes[:, :, None, :2], boxes[:, :, None, 2:] / 2.0
    low, high = faces_xyxy[:, None, :, :2], faces_xyxy[:, None, :, 2:]
    sides = ops.minimum(centre + half, high) - ops.maximum(centre - half, low)
    common = ops.prod(ops.maximum(sides, 0.0), axis=-1)
    areas = ops.prod(boxes[:, :, None, 2:], axis=-1) + ops.prod(high - low, axis=-1)
    return common / (areas - common)


def moved(boxes: Tensor, change: Tensor) -> Tensor:
    """Boxes (..., 4) after the change (..., 4) = (dx / w, dy / h, log w, log h) that a head predicts for them."""
    centre = boxes[..., :2] + change[..., :2] * boxes[..., 2:]
    grown = ops.exp(ops.clip(change[..., 2:], -_LARGEST_LOG, _LARGEST_LOG))
    return ops.concatenate([centre, boxes[..., 2:] * grown], axis=-1)


def change_to(boxes: Tensor, faces_xyxy: Tensor) -> Tensor:
    """The change (..., 4) that moves boxes (..., 4) onto faces (..., 4) of at least a pixel."""
    low, high = faces_xyxy[..., :2], faces_xyxy[..., 2:]
    off = ((low + high) / 2.0 - boxes[..., :2]) / boxes[..., 2:]
    # Rows that fill up the faces are empty boxes: what they give counts nowhere, but must be a number.
    return ops.concatenate([off, ops.log(ops.maximum(high - low, 1.0) / boxes[..., 2:])], axis=-1)


def points_from(boxes: Tensor, points: Tensor) -> Tensor:
    """Points (..., 2 n) of pictures as ((x - cx) / w, (y - cy) / h) of boxes (..., 4)."""
    count = points.shape[-1] // 2
    return (points - ops.tile(boxes[..., :2], count)) / ops.tile(boxes[..., 2:], count)
