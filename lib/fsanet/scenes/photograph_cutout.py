"""Faces cut out of labelled photographs, in the layout of 300W-LP that `fsanet profile` writes.

A photograph has no alpha: a window around the head is cut, of a drawn shape, and windows without a face are pasted as
well, so that no edge tells where a face is.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.image.kinds import pictures_in
from fsanet.image.reading import read_image
from fsanet.image.turning import opencv_matrix
from fsanet.overlays.mask import mask_by_points
from fsanet.pose.angles import rotation_from_angles
from fsanet.readers.type1 import read_points
from fsanet.scenes.cutout import SIDE, Cutout, mask_number, unmasked
from fsanet.scenes.labels import face_box

_FACE_SHARE = (0.30, 0.40)  # side of the face's box, of SIDE
_ROUND = 0.4  # share of windows with round corners
_MASKED = 0.25
_LEAST_WAY, _MOST_WAY = 0.15, 1.1  # from the face's box to each edge of the window, in sides of the face
_BELOW_CHIN, _LOWER = 0.1, (0.3, 0.9)  # where there is no face any more, and how much lower windows are, in sides of it
# Which way the five points look in the frame of a face, x to its left, z ahead: (5, 3).
_LOOKING = np.array([[-0.5, 0, 0.87], [0.5, 0, 0.87], [0, 0, 1], [-0.45, 0, 0.89], [0.45, 0, 0.89]])
_LEAST_TURNED = 0.1  # of what looks at the camera; beyond, a point is hidden by the face itself


def labelled_files(folder: Path) -> list[Path]:
    """The pictures of a folder and its folders that have a .mat beside them, by name.

    Raises:
        FileNotFoundError: when there is none.
    """
    labelled = [file for file in pictures_in(folder, "**/*") if file.with_suffix(".mat").is_file()]
    if not labelled:
        raise FileNotFoundError(
            f"No photographs with .mat labels in '{folder}': `fsanet profile PHOTOGRAPHS --out {folder}` makes some."
        )
    return labelled


def cut_photograph(file: Path, rng: np.random.Generator) -> Cutout:
    """A window around the face of a photograph, with a mask painted on one of four.

    Args:
        file: the picture, with its .mat beside it.
        rng: size, window and mask.

    Raises:
        InputError: when it has not all 68 landmarks.
    """
    yaw_pitch_roll_deg, points = _labels_of(file)
    image, mask = _masked(read_image(file), points, rng.spawn(1)[0])
    box = face_box(points)
    scale = rng.uniform(*_FACE_SHARE) * SIDE / _side(box)
    shift = np.array([SIDE / 2, 0.52 * SIDE]) - scale * (box[:2] + box[2:]) / 2
    bgr, inside = _moved(image, scale, shift)
    moved = np.column_stack([points[:, :2] * scale + shift, points[:, 2] * scale]).astype(np.float32)
    alpha = np.minimum(inside, window(rng, face_box(moved)))
    rotation = rotation_from_angles(yaw_pitch_roll_deg)
    visible = unmasked(turned_here(rotation), mask)
    return Cutout(np.dstack([bgr, alpha]), moved, visible, rotation.astype(np.float32), mask, True)


def whole_photograph(file: Path, rng: np.random.Generator) -> Cutout:
    """A whole photograph in its own size (h, w, 4), with a mask painted on one of four; nothing of it is cut away.

    Args:
        file: the picture, with its .mat beside it; it shows no other face than the labelled one.
        rng: mask.

    Raises:
        InputError: when it has not all 68 landmarks.
    """
    yaw_pitch_roll_deg, points = _labels_of(file)
    image, mask = _masked(read_image(file), points, rng)
    rotation = rotation_from_angles(yaw_pitch_roll_deg)
    visible = unmasked(turned_here(rotation), mask)
    bgra = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    return Cutout(bgra, points.astype(np.float32), visible, rotation.astype(np.float32), mask, True)


def cut_below_chin(file: Path, rng: np.random.Generator) -> Cutout:
    """A window of what a labelled photograph shows below the chin: collars, ties, badges, hands, and no face.

    Args:
        file: the picture, with its .mat beside it.
        rng: size and window.

    Raises:
        InputError: when it has not all 68 landmarks.
    """
    _, points = _labels_of(file)
    box = face_box(points)
    face, chin = _side(box), box[3] + _BELOW_CHIN * _side(box)
    scale = rng.uniform(*_FACE_SHARE) * SIDE / face
    middle = np.array([rng.uniform(box[0], box[2]), chin + rng.uniform(*_LOWER) * face])
    shift = np.array([SIDE / 2, SIDE / 2]) - scale * middle
    bgr, inside = _moved(read_image(file), scale, shift)
    inside[: max(0, int(np.ceil(scale * chin + shift[1])))] = 0
    empty = empty_window(bgr, rng)
    empty.image_bgra[..., 3] = np.minimum(empty.image_bgra[..., 3], inside)
    return empty


def _labels_of(file: Path) -> tuple[NDArray, NDArray]:
    """Yaw, pitch, roll in degrees and the landmarks (68, 3) of a photograph, all of them known."""
    yaw_pitch_roll_deg, points = read_points(file.with_suffix(".mat"))
    if not np.isfinite(points).all():
        raise InputError(f"'{file.with_suffix('.mat')}' has no 68 landmarks.")
    return yaw_pitch_roll_deg, points


def _side(box_xyxy: NDArray) -> float:
    return float(np.sqrt(np.prod(box_xyxy[2:] - box_xyxy[:2])))


def _moved(image: NDArray[np.uint8], scale: float, shift_xy: NDArray) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A picture scaled and moved on (SIDE, SIDE, 3), its edges drawn on, and 255 where it really is (SIDE, SIDE)."""
    matrix = np.array([[scale, 0, shift_xy[0]], [0, scale, shift_xy[1]]])
    if scale < 0.5:
        image, matrix = _halved(image, matrix, scale)
    matrix = opencv_matrix(matrix)
    bgr = cv2.warpAffine(image, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpAffine(np.full(image.shape[:2], 255, np.uint8), matrix, (SIDE, SIDE), flags=cv2.INTER_NEAREST)
    return bgr, inside


def _masked(image: NDArray[np.uint8], points: NDArray, rng: np.random.Generator) -> tuple[NDArray[np.uint8], int]:
    """The photograph, now and then with a mask on the face with these landmarks (68, 2 or 3), and the mask's number."""
    if rng.random() >= _MASKED:
        return image, 0
    picture = mask_by_points(image, points[:, :2] - 0.5, rng)
    return picture.image_bgr, mask_number(picture.kind, picture.worn)


def _halved(image: NDArray[np.uint8], matrix: NDArray, scale: float) -> tuple[NDArray[np.uint8], NDArray]:
    """Averages pixels first where many become one."""
    factor = 1.5 * scale
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return small, np.column_stack([matrix[:, :2] / factor, matrix[:, 2]])


def turned_here(rotation: NDArray) -> NDArray[np.bool_]:
    """(5,) which points of a face with this pose (3, 3) are on the side that the camera sees."""
    return (_LOOKING @ rotation.T)[:, 2] > _LEAST_TURNED


def empty_window(image_bgr: NDArray[np.uint8], rng: np.random.Generator) -> Cutout:
    """A window that shows no face: a part of a picture (SIDE, SIDE, 3) in the shape of those around faces."""
    half = rng.uniform(*_FACE_SHARE) * SIDE / 2 * np.array([-1, -1, 1, 1])
    bgra = np.dstack([image_bgr, window(rng, SIDE / 2 + half)])
    nothing = np.zeros((68, 3), np.float32), np.zeros(5, bool), np.eye(3, dtype=np.float32)
    return Cutout(bgra, *nothing, mask=0, is_face=False)


def window(rng: np.random.Generator, box_xyxy: NDArray) -> NDArray[np.uint8]:
    """Alpha (SIDE, SIDE), 255 in a drawn window around a box (4,), with round corners now and then."""
    way = rng.uniform(_LEAST_WAY, _MOST_WAY, 4) * _side(box_xyxy) * [-1, -1, 1, 1]
    left, top, right, bottom = np.clip(np.round(box_xyxy + way), 0, SIDE).astype(int)
    alpha = np.zeros((SIDE, SIDE), np.uint8)
    if rng.random() < _ROUND:
        middle = (left + right) / 2, (top + bottom) / 2
        cv2.ellipse(alpha, (middle, (1.2 * (right - left), 1.2 * (bottom - top)), 0.0), 255, -1)
        alpha[:top], alpha[bottom:], alpha[:, :left], alpha[:, right:] = 0, 0, 0, 0
    else:
        alpha[top:bottom, left:right] = 255
    return alpha
