"""Drawing head poses on images, from the same rotation matrix that the angles stand for."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.image import boxes
from fsanet.image.boxes import BoxXYXY

# BGR. Blue, orange and green of Okabe and Ito's palette, which colour-blind people tell apart.
RIGHT_COLOR = (0, 94, 213)  # the head's x axis: towards the image's right at zero pose
UP_COLOR = (115, 158, 0)  # its y axis
FRONT_COLOR = (178, 114, 0)  # its z axis: out of the face, towards the camera at zero pose
_FONT = cv2.FONT_HERSHEY_SIMPLEX
OUTLINE_COLOR = (255, 255, 255)
_LABEL_GAP, _LEAST_LABEL_GAP = 0.05, 2.0  # beside a label: as a share of the box's shorter side, and in pixels
_SOFT_EDGE = 2.0  # pixels that a line, and an arrow head of whole pixels, may reach beyond its width
_CUBE_CORNERS = np.array([[x, y, z] for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)], dtype=np.float64)
_CUBE_EDGES = [(a, b) for a in range(8) for b in range(a + 1, 8) if (a ^ b).bit_count() == 1]


def project_axes(rotation: NDArray, center_xy: Sequence[float], length: float) -> NDArray[np.float64]:
    """Where the tips of the head's right, up and front axes fall on the image (orthographic).

    Args:
        rotation: (3, 3) from `fsanet.pose.angles.rotation_from_angles`: axes x right, y up, z to the camera.
        center_xy: where the axes start, in pixels.
        length: length of each axis in pixels.

    Returns:
        (3, 2) pixel positions: right, up, front.
    """
    return project_points(rotation, np.eye(3) * length, center_xy)


def project_points(rotation: NDArray, points: NDArray, center_xy: Sequence[float]) -> NDArray[np.float64]:
    """Turn points given in head axes and project them orthographically; the image's y points down. (K, 3) -> (K, 2)."""
    turned = np.asarray(points, dtype=np.float64) @ np.asarray(rotation, dtype=np.float64).T
    return np.asarray(center_xy, dtype=np.float64) + turned[:, :2] * [1.0, -1.0]


def draw_axes(image_bgr: NDArray[np.uint8], rotation: NDArray, center_xy: Sequence[float], length: float) -> None:
    """Draw the head's axes into an image, the farthest first.

    Args:
        image_bgr: (h, w, 3) uint8; changed in place.
        rotation: (3, 3) rotation of the head.
        center_xy: start of the axes in pixels.
        length: length of an axis that lies in the image plane, in pixels.
    """
    tips = project_axes(rotation, center_xy, length)
    colors = (RIGHT_COLOR, UP_COLOR, FRONT_COLOR)
    thickness = _line_width(length)
    start = _pixel(center_xy)
    for axis in np.argsort(np.asarray(rotation)[2]):  # depth of each tip: its z component
        tip = _pixel(tips[axis])
        head = _head_share(start, tip, thickness)
        cv2.arrowedLine(image_bgr, start, tip, OUTLINE_COLOR, thickness + 2, cv2.LINE_AA, tipLength=head)
        cv2.arrowedLine(image_bgr, start, tip, colors[axis], thickness, cv2.LINE_AA, tipLength=head)


def axes_extent(rotation: NDArray, center_xy: Sequence[float], length: float) -> BoxXYXY:
    """The box in pixels that holds all that `draw_axes` draws: lines, outlines and arrow heads."""
    thickness, start = _line_width(length), np.array(_pixel(center_xy))
    points = [start]
    for tip in np.array([_pixel(tip) for tip in project_axes(rotation, center_xy, length)]):
        back = _head_share(start, tip, thickness) * (start - tip)
        points += [tip, *(tip + (back + side * back[::-1] * [-1, 1]) / 2**0.5 for side in (-1, 1))]
    return _extent(points, thickness + 2)


def draw_cube(image_bgr: NDArray[np.uint8], rotation: NDArray, center_xy: Sequence[float], length: float) -> None:
    """Draw a cube around the head whose front face is marked.

    Args:
        image_bgr: (h, w, 3) uint8; changed in place.
        rotation: (3, 3) rotation of the head.
        center_xy: centre of the cube in pixels.
        length: half its side in pixels.
    """
    points = [_pixel(p) for p in project_points(rotation, _CUBE_CORNERS * length, center_xy)]
    depth = (_CUBE_CORNERS @ np.asarray(rotation).T)[:, 2]
    thickness = _line_width(length)
    for a, b in sorted(_CUBE_EDGES, key=lambda edge: depth[list(edge)].sum()):
        color = FRONT_COLOR if min(a, b) >= 4 else RIGHT_COLOR if max(a, b) < 4 else UP_COLOR
        cv2.line(image_bgr, points[a], points[b], OUTLINE_COLOR, thickness + 2, cv2.LINE_AA)
        cv2.line(image_bgr, points[a], points[b], color, thickness, cv2.LINE_AA)


def cube_extent(rotation: NDArray, center_xy: Sequence[float], length: float) -> BoxXYXY:
    """The box in pixels that holds all that `draw_cube` draws: lines and outlines."""
    corners = project_points(rotation, _CUBE_CORNERS * length, center_xy)
    return _extent([_pixel(corner) for corner in corners], _line_width(length) + 2)


def draw_box(
    image_bgr: NDArray[np.uint8], box_xyxy: BoxXYXY, color_bgr: tuple[int, int, int], dashed: bool = False
) -> None:
    """Draw a box into an image, (h, w, 3) uint8 changed in place; its sides dashed where asked for."""
    x1, y1, x2, y2 = box_xyxy
    thickness = _box_line_width(box_xyxy)
    dash = max(4 * thickness, min(x2 - x1, y2 - y1) / 12)
    for (ax, ay), (bx, by) in (((x1, y1), (x2, y1)), ((x2, y1), (x2, y2)), ((x2, y2), (x1, y2)), ((x1, y2), (x1, y1))):
        pieces = max(1, int(np.hypot(bx - ax, by - ay) / dash / 2)) if dashed else 1
        for piece in range(pieces):
            start, end = piece / pieces, (piece + (0.5 if dashed else 1)) / pieces
            ends = [_pixel((ax + t * (bx - ax), ay + t * (by - ay))) for t in (start, end)]
            cv2.line(image_bgr, *ends, color_bgr, thickness, cv2.LINE_AA)


def box_extent(box_xyxy: BoxXYXY) -> BoxXYXY:
    """The box in pixels that holds all that `draw_box` draws."""
    return _extent([_pixel(box_xyxy[:2]), _pixel(box_xyxy[2:])], _box_line_width(box_xyxy))


def label_size(lines: Sequence[str], height: float) -> tuple[int, int]:
    """Width and height in pixels of the plate that `draw_label` draws."""
    scale, thickness = height / 32, max(1, round(height / 16))
    width = max(cv2.getTextSize(line, _FONT, scale, thickness)[0][0] for line in lines) + round(height * 0.6)
    return width, round(height * (len(lines) + 0.3))


def place_label(
    box_xyxy: BoxXYXY,
    label_wh: tuple[int, int],
    image_wh: tuple[int, int],
    covered: Sequence[BoxXYXY],
    drawn_xyxy: BoxXYXY | None = None,
) -> BoxXYXY:
    """A place for a label beside a box: the one, of those around it, that covers least of what must stay in view.

    Args:
        box_xyxy: the box that the label belongs to.
        label_wh: its size in pixels.
        image_wh: size of the image, in which it stays.
        covered: boxes of faces, of what is drawn on them, and of labels that are placed already.
        drawn_xyxy: what is drawn of that box's face, itself included; None for the box alone.

    Returns:
        The label's box, in whole pixels.
    """
    (x1, y1, x2, y2), (width, height) = box_xyxy, label_wh
    gap = max(_LEAST_LABEL_GAP, _LABEL_GAP * min(x2 - x1, y2 - y1))
    drawn_x1, drawn_y1, drawn_x2, drawn_y2 = drawn_xyxy or box_xyxy
    right, left, above, below = drawn_x2 + gap, drawn_x1 - gap - width, drawn_y1 - gap - height, drawn_y2 + gap
    corners = [(right, y1), (left, y1), (x1, below), (x1, above), (right, y2 - height), (left, y2 - height)]
    corners += [(right, below), (left, below), (right, above), (left, above)]
    places = [_moved_inside(corner, label_wh, image_wh) for corner in corners]
    return min(places, key=lambda place: sum(boxes.common_area(place, other) for other in covered))


def _moved_inside(corner_xy: tuple[float, float], label_wh: tuple[int, int], image_wh: tuple[int, int]) -> BoxXYXY:
    x, y = (_within(round(v), 0, max(0, a - b)) for v, a, b in zip(corner_xy, image_wh, label_wh, strict=True))
    return x, y, x + label_wh[0], y + label_wh[1]


def draw_label(image_bgr: NDArray[np.uint8], lines: Sequence[str], top_left_xy: Sequence[float], height: float) -> None:
    """Write lines of ASCII text on a dark plate that is moved to stay inside the image.

    Args:
        image_bgr: (h, w, 3) uint8; changed in place.
        lines: the text.
        top_left_xy: wanted top left corner of the plate in pixels.
        height: height of a line in pixels.
    """
    scale, thickness = height / 32, max(1, round(height / 16))
    width, total = label_size(lines, height)
    x = int(_within(top_left_xy[0], 0, max(0, image_bgr.shape[1] - width)))
    y = int(_within(top_left_xy[1], 0, max(0, image_bgr.shape[0] - total)))
    plate = image_bgr[y : y + total, x : x + width]
    plate[:] = plate // 3
    for row, line in enumerate(lines):
        base = (x + round(height * 0.3), y + round(height * (row + 0.85)))
        cv2.putText(image_bgr, line, base, _FONT, scale, (255, 255, 255), thickness, cv2.LINE_AA)


def _line_width(length: float) -> int:
    """Line width in pixels that suits a drawing of this size."""
    return int(_within(round(length / 30), 2, 200))


def _box_line_width(box_xyxy: BoxXYXY) -> int:
    """Line width in pixels that suits a box."""
    x1, y1, x2, y2 = box_xyxy
    return max(1, round(min(x2 - x1, y2 - y1) / 120))


def _head_share(start_xy: ArrayLike, tip_xy: ArrayLike, thickness: int) -> float:
    """The share of an arrow that its head takes, so that heads are of one size, whatever the foreshortening."""
    length = float(np.linalg.norm(np.subtract(tip_xy, start_xy)))
    return min(0.4, 5 * thickness / max(1.0, length))


def _extent(points_xy: ArrayLike, width: int) -> BoxXYXY:
    """The box that holds lines of some width, in pixels, between points."""
    points, around = np.asarray(points_xy, dtype=np.float64), width / 2 + _SOFT_EDGE
    (x1, y1), (x2, y2) = points.min(axis=0) - around, points.max(axis=0) + around + 1
    return float(x1), float(y1), float(x2), float(y2)


def _pixel(xy: Sequence[float]) -> tuple[int, int]:
    """Nearest pixel, kept within what OpenCV's drawing takes."""
    x, y = (round(_within(value, -30000, 30000)) for value in xy)
    return x, y


def _within(value: float, least: float, most: float) -> float:
    """A number moved between two others; `np.clip` takes ten times as long for one."""
    return min(max(float(value), float(least)), float(most))
