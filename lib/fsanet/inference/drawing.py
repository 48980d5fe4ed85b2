"""What is drawn on an image for each face."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.image import boxes
from fsanet.image.boxes import BoxXYXY
from fsanet.image.overlay import (
    axes_extent,
    box_extent,
    cube_extent,
    draw_axes,
    draw_box,
    draw_cube,
    draw_label,
    label_size,
    place_label,
)
from fsanet.inference.styles import Style
from fsanet.pose.angles import Pose

BOX_COLOR = (200, 200, 200)


class _Figure(NamedTuple):
    """What shows a pose.

    Attributes:
        draw: draws it into an image, given a rotation, a centre and a length in pixels.
        extent: where that draws, given the same.
        share: its length as a share of the box's shorter side.
    """

    draw: Callable[[NDArray[np.uint8], NDArray, Sequence[float], float], None]
    extent: Callable[[NDArray, Sequence[float], float], BoxXYXY]
    share: float


_FIGURES: dict[Style, _Figure] = {
    "axes": _Figure(draw_axes, axes_extent, 0.6),
    "cube": _Figure(draw_cube, cube_extent, 0.5),
}


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
    drawn = [_drawn(face, style) for face in faces]
    covered = list(drawn)
    size_wh = image_bgr.shape[1], image_bgr.shape[0]
    for face, around in zip(faces, drawn, strict=True):
        lines, height = _lines(face), _line_height(face)
        place = place_label(face.box_xyxy, label_size(lines, height), size_wh, covered, around)
        draw_label(image_bgr, lines, place[:2], height)
        covered.append(place)


def draw_face(
    image_bgr: NDArray[np.uint8], box_xyxy: BoxXYXY, pose: Pose, style: Style = "axes", name: str = ""
) -> None:
    """Draw one face; see `draw_faces`."""
    draw_faces(image_bgr, [DrawnFace(box_xyxy, pose, name)], style)


def _draw_figure(image_bgr: NDArray[np.uint8], face: DrawnFace, style: Style) -> None:
    draw_box(image_bgr, face.box_xyxy, BOX_COLOR, dashed=not face.is_sure)
    if figure := _FIGURES.get(style):
        figure.draw(image_bgr, face.pose.rotation, boxes.center(face.box_xyxy), figure.share * _side(face))


def _drawn(face: DrawnFace, style: Style) -> BoxXYXY:
    """The box that holds all that is drawn of a face but its label."""
    around = box_extent(face.box_xyxy)
    if figure := _FIGURES.get(style):
        extent = figure.extent(face.pose.rotation, boxes.center(face.box_xyxy), figure.share * _side(face))
        around = boxes.union(around, extent)
    return around


def _side(face: DrawnFace) -> float:
    x1, y1, x2, y2 = face.box_xyxy
    return min(x2 - x1, y2 - y1)


def _lines(face: DrawnFace) -> list[str]:
    angles = [f"{word} {round(angle):+d}" for word, angle in zip(("yaw", "pitch", "roll"), face.pose, strict=True)]
    return [face.name, *angles] if face.name else angles


def _line_height(face: DrawnFace) -> float:
    return min(max(_side(face) / 8, 11.0), 48.0)
