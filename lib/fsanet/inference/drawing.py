"""What is drawn on an image for each face."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fsanet.image.boxes import BoxXYXY
from fsanet.image.overlay import LABEL_GAP, draw_axes, draw_box, draw_cube, draw_label, label_size, place_label
from fsanet.inference.styles import Style
from fsanet.pose.angles import Pose

BOX_COLOR = (200, 200, 200)
# Half the size of axes and cube, and how far they reach out of the box at most (a cube, turned about one axis); all as
# shares of the box's shorter side.
_AXIS, _HALF_CUBE = 0.6, 0.5
_REACH: dict[Style, float] = {"axes": _AXIS - 0.5, "cube": _HALF_CUBE * 2**0.5 - 0.5, "none": 0.0}


@dataclass(frozen=True)
class DrawnFace:
    """A face as it is drawn.

    Attributes:
        box_xyxy: face box in pixels.
        pose: yaw, pitch, roll in degrees.
        name: a word before the angles, such as the number of the face; empty for none.
        is_sure: whether the face was found by a search of this very picture; others get a dashed box.
    """

    box_xyxy: BoxXYXY
    pose: Pose
    name: str = ""
    is_sure: bool = True


def draw_faces(image_bgr: NDArray[np.uint8], faces: Sequence[DrawnFace], style: Style = "axes") -> None:
    """Draw the box of each face, its axes or cube at the box's centre, and its angles beside it.

    Labels are put where they cover no face, nor what is drawn of its pose, and no other label, as far as there is room.

    Args:
        image_bgr: (h, w, 3) uint8; changed in place.
        faces: what is drawn.
        style: "axes", "cube" or "none" (box and angles only).
    """
    for face in faces:
        _draw_figure(image_bgr, face, style)
    covered = [_reached(face.box_xyxy, _REACH[style]) for face in faces]
    size_wh = image_bgr.shape[1], image_bgr.shape[0]
    for face in faces:
        lines, height = _lines(face), _line_height(face)
        place = place_label(face.box_xyxy, label_size(lines, height), size_wh, covered, _REACH[style] + LABEL_GAP)
        draw_label(image_bgr, lines, place[:2], height)
        covered.append(place)


def draw_face(
    image_bgr: NDArray[np.uint8], box_xyxy: BoxXYXY, pose: Pose, style: Style = "axes", name: str = ""
) -> None:
    """Draw one face; see `draw_faces`."""
    draw_faces(image_bgr, [DrawnFace(box_xyxy, pose, name)], style)


def _draw_figure(image_bgr: NDArray[np.uint8], face: DrawnFace, style: Style) -> None:
    x1, y1, x2, y2 = face.box_xyxy
    side, center = min(x2 - x1, y2 - y1), ((x1 + x2) / 2, (y1 + y2) / 2)
    draw_box(image_bgr, face.box_xyxy, BOX_COLOR, dashed=not face.is_sure)
    if style == "axes":
        draw_axes(image_bgr, face.pose.rotation, center, _AXIS * side)
    elif style == "cube":
        draw_cube(image_bgr, face.pose.rotation, center, _HALF_CUBE * side)


def _reached(box_xyxy: BoxXYXY, share: float) -> BoxXYXY:
    x1, y1, x2, y2 = box_xyxy
    more = share * min(x2 - x1, y2 - y1)
    return x1 - more, y1 - more, x2 + more, y2 + more


def _lines(face: DrawnFace) -> list[str]:
    angles = [f"{word} {round(angle):+d}" for word, angle in zip(("yaw", "pitch", "roll"), face.pose, strict=True)]
    return [face.name, *angles] if face.name else angles


def _line_height(face: DrawnFace) -> float:
    x1, y1, x2, y2 = face.box_xyxy
    return float(np.clip(min(x2 - x1, y2 - y1) / 8, 11, 48))
