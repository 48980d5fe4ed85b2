"""One photographed person, ready to be turned: picture, fitted head and relief at a working size."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.profiling.fitted_head import FittedHead
from fsanet.profiling.matte import face_hull, person_from_colours, person_from_matte
from fsanet.profiling.relief import Relief, make_relief
from fsanet.profiling.template import Placement

LARGEST_FACE_PX = 110  # geometric mean of the landmark box: three times what a crop of 64 pixels shows of it
_PADDING = 0.35  # of the picture's longer side: shoulders go on, turned hair has room


@dataclass(frozen=True)
class Subject:
    """A person in a photograph.

    Attributes:
        image_bgr: (H, W, 3) the photograph, padded.
        head: fitted to it.
        relief: the surface.
    """

    image_bgr: NDArray[np.uint8]
    head: FittedHead
    relief: Relief


def make_subject(image_bgr: NDArray[np.uint8], head: FittedHead, matte: NDArray[np.uint8] | None) -> Subject:
    """Prepare a photograph.

    Args:
        image_bgr: (H, W, 3).
        head: fitted to it, in its pixels.
        matte: (h, w) 0..255 where the person is; None to tell it by the colours.
    """
    image_bgr, head = _at_working_size(image_bgr, head)
    hull = face_hull(_on_screen(head.landmarks), image_bgr.shape[:2])
    if matte is None:
        person = person_from_colours(image_bgr, _on_screen(head.vertices), hull)
    else:
        person = person_from_matte(matte, hull)
    pad = int(_PADDING * max(person.shape))
    top = 0 if person[0].any() else pad  # what the picture's upper edge cuts off stays cut off
    sides = ((top, pad), (pad, pad))
    person = np.pad(person, sides, mode="edge")
    image_bgr = cv2.copyMakeBorder(image_bgr, *sides[0], *sides[1], cv2.BORDER_REPLICATE)
    head = _moved(head, 1.0, np.array([pad, -top, 0.0]))
    return Subject(image_bgr, head, make_relief(image_bgr, person, head))


def face_size(points_xy: NDArray) -> float:
    """Geometric mean of the sides of the box around points (K, 2)."""
    return float(np.sqrt(np.prod(np.ptp(points_xy, axis=0))))


def _on_screen(points: NDArray) -> NDArray[np.float64]:
    """Pixels (K, 2), y down, of points in the picture's axes."""
    return points[:, :2] * [1.0, -1.0]


def _at_working_size(image_bgr: NDArray, head: FittedHead) -> tuple[NDArray[np.uint8], FittedHead]:
    """The picture shrunk where its face is larger than is needed."""
    scale = min(1.0, LARGEST_FACE_PX / face_size(head.landmarks[:, :2]))
    size = tuple(max(1, round(scale * side)) for side in image_bgr.shape[1::-1])
    return cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA), _moved(head, scale, np.zeros(3))


def _moved(head: FittedHead, scale: float, shift: NDArray) -> FittedHead:
    at = head.placement
    return FittedHead(scale * head.vertices + shift, Placement(at.rotation, scale * at.scale, scale * at.shift + shift))
