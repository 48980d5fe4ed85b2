"""Axis-aligned boxes (x1, y1, x2, y2) in pixels: x to the right, y down, x2 and y2 exclusive."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

BoxXYXY: TypeAlias = tuple[float, float, float, float]
AnyBox: TypeAlias = Sequence[float] | NDArray[Any]  # the same four numbers, as they come


def widen(box_xyxy: AnyBox, margin: float) -> BoxXYXY:
    """Grow a box by `margin` of its width on the left and right and of its height above and below."""
    x1, y1, x2, y2 = box_xyxy
    dx, dy = margin * (x2 - x1), margin * (y2 - y1)
    return x1 - dx, y1 - dy, x2 + dx, y2 + dy


def clip(box_xyxy: AnyBox, width: int, height: int) -> BoxXYXY:
    """The part of a box that lies on an image of `width` x `height` pixels; possibly empty."""
    x1, y1, x2, y2 = box_xyxy
    return (
        float(min(max(x1, 0), width)),
        float(min(max(y1, 0), height)),
        float(min(max(x2, 0), width)),
        float(min(max(y2, 0), height)),
    )


def area(box_xyxy: AnyBox) -> float:
    """Area in square pixels; 0 for an empty or inverted box."""
    x1, y1, x2, y2 = box_xyxy
    return max(0.0, x2 - x1) * max(0.0, y2 - y1)


def center(box_xyxy: AnyBox) -> tuple[float, float]:
    """The middle (x, y) of a box in pixels."""
    x1, y1, x2, y2 = box_xyxy
    return (x1 + x2) / 2, (y1 + y2) / 2


def holds(box_xyxy: AnyBox, point_xy: Sequence[float] | NDArray[Any]) -> bool:
    """Whether a point lies in a box or on its edge."""
    x1, y1, x2, y2 = box_xyxy
    return bool(x1 <= point_xy[0] <= x2 and y1 <= point_xy[1] <= y2)


def common_area(box_xyxy: AnyBox, other_xyxy: AnyBox) -> float:
    """Area that two boxes have in common, in square pixels."""
    (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = box_xyxy, other_xyxy
    return area((max(ax1, bx1), max(ay1, by1), min(ax2, bx2), min(ay2, by2)))


def union(box_xyxy: AnyBox, other_xyxy: AnyBox) -> BoxXYXY:
    """The smallest box that holds two boxes."""
    (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = box_xyxy, other_xyxy
    return min(ax1, bx1), min(ay1, by1), max(ax2, bx2), max(ay2, by2)


def share_inside(box_xyxy: AnyBox, width: int, height: int) -> float:
    """Share of a box's area that lies on an image of `width` x `height` pixels; 0 for an empty box."""
    whole = area(box_xyxy)
    return area(clip(box_xyxy, width, height)) / whole if whole else 0.0


def remap(box_xyxy: AnyBox, scale_wh: Sequence[float], shift_wh: Sequence[float]) -> BoxXYXY:
    """Turn one detector's convention into another's: scale about the centre, then shift.

    Args:
        box_xyxy: the box to convert.
        scale_wh: factors for width and height.
        shift_wh: shift of the centre in widths and heights of the box that came in; positive is right and down.
    """
    x1, y1, x2, y2 = box_xyxy
    width, height = x2 - x1, y2 - y1
    cx, cy = (x1 + x2) / 2 + shift_wh[0] * width, (y1 + y2) / 2 + shift_wh[1] * height
    half_w, half_h = scale_wh[0] * width / 2, scale_wh[1] * height / 2
    return cx - half_w, cy - half_h, cx + half_w, cy + half_h


def iou(boxes_a: NDArray, boxes_b: NDArray) -> NDArray[np.float64]:
    """Intersection over union of every pair.

    Args:
        boxes_a: (A, 4) boxes.
        boxes_b: (B, 4) boxes.

    Returns:
        (A, B), in 0..1; 0 where both are empty.
    """
    a = np.asarray(boxes_a, dtype=np.float64).reshape(-1, 1, 4)
    b = np.asarray(boxes_b, dtype=np.float64).reshape(1, -1, 4)
    sides = np.clip(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None)
    common = sides.prod(axis=-1)
    union = (a[..., 2:] - a[..., :2]).prod(axis=-1) + (b[..., 2:] - b[..., :2]).prod(axis=-1) - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)
