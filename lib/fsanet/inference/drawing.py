"""What is drawn on an image for each face."""

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.image.boxes import BoxXYXY
from fsanet.image.overlay import draw_axes, draw_cube, draw_label
from fsanet.pose.angles import Pose, rotation_from_angles

Style = Literal["axes", "cube", "none"]
STYLES: tuple[Style, ...] = ("axes", "cube", "none")
_BOX_COLOR = (200, 200, 200)


def draw_face(
    image_bgr: NDArray[np.uint8], box_xyxy: BoxXYXY, pose: Pose, style: Style = "axes", name: str = ""
) -> None:
    """Draw a face's box, its axes or cube at the box's centre, and its angles.

    Args:
        image_bgr: (h, w, 3) uint8; changed in place.
        box_xyxy: face box in pixels.
        pose: yaw, pitch, roll in degrees.
        style: "axes", "cube" or "none" (box and angles only).
        name: a word before the angles, such as the number of the face.
    """
    x1, y1, x2, y2 = box_xyxy
    side = min(x2 - x1, y2 - y1)
    center = ((x1 + x2) / 2, (y1 + y2) / 2)
    rotation = rotation_from_angles(pose)
    corners = np.clip(np.round(np.reshape(box_xyxy, (2, 2))), -30000, 30000).astype(int).tolist()
    cv2.rectangle(image_bgr, *corners, _BOX_COLOR, max(1, round(side / 120)), cv2.LINE_AA)
    if style == "axes":
        draw_axes(image_bgr, rotation, center, 0.6 * side)
    elif style == "cube":
        draw_cube(image_bgr, rotation, center, 0.5 * side)
    height = float(np.clip(side / 8, 11, 48))
    lines = [f"{word} {round(angle):+d}" for word, angle in zip(("yaw", "pitch", "roll"), pose, strict=True)]
    draw_label(image_bgr, [name, *lines] if name else lines, (x2 + 0.05 * side, y1), height)
