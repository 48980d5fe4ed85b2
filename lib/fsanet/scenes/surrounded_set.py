"""The twin of a pose set in which every face has other surroundings; order and labels stay.

Turned copies of one photograph share its collar, its hair and its wall, and a network that knows these knows the label.
Here all that lies outside of the face comes from another crop of the set or from a picture without people.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.derive import Derivation, Row
from fsanet.datasets.npz_file import read_rows
from fsanet.datasets.pose_set import POINTS_KEY, PoseSet
from fsanet.datasets.twins import check_landmarks
from fsanet.rendering.code_version import SURROUNDED, code_version
from fsanet.scenes.backgrounds import Backgrounds

_BACKGROUND_SHARE = 0.4  # of the surroundings; the others are crops of the set
_CHIN, _BROWS = 8, slice(17, 27)  # of the 68 landmarks
_FOREHEAD = (0.15, 0.55)  # how far above the brows the face goes on, in distances from the chin to them
_MARGIN = (0.0, 0.18)  # of what lies around it that stays, in the same
_SOFT_PX = (0.5, 2.5)  # of the edge
_SHIFT = 4  # bits behind the point of corners that OpenCV fills

DrawBackground = Callable[[np.random.Generator, int], NDArray[np.uint8]]
DrawCrop = Callable[[np.random.Generator], NDArray[np.uint8]]


def surrounded_set(
    source: Path, target: Path, given: PoseSet, backgrounds: str | Path | None = None, seed: int = 0
) -> Derivation:
    """How to make the twin of a set with other surroundings.

    Args:
        source, target: the npz files.
        given: the set, with landmarks.
        backgrounds: folder of pictures without people (`fsanet finder backgrounds`); None for paintings of our own.
        seed: of the surroundings.

    Raises:
        FileNotFoundError: when the folder holds no picture.
        ValueError: for a set without landmarks.
    """
    check_landmarks(given, source)
    files = Backgrounds(backgrounds, "train").files
    folder = None if backgrounds is None else Path(backgrounds).resolve()
    names = "\n".join(file.name for file in files).encode("utf-8", "surrogateescape")
    drawn_from = hashlib.sha256(names).hexdigest() if files else "paintings"
    settings = {"backgrounds": drawn_from, "code": code_version(SURROUNDED)}
    change = partial(_surrounded, source=source, count=len(given), folder=folder)
    return Derivation(source, target, change, "surrounded", settings, seed)


def face_outline(points_xy: NDArray, size: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """How far each pixel (size, size) of a crop belongs to the face, 0..1, with its landmarks (68, 2) in pixels.

    The forehead is guessed from the brows; how much of it and of what lies around is kept, and how soft the edge is,
    are drawn.
    """
    brows = points_xy[_BROWS]
    up = brows.mean(axis=0) - points_xy[_CHIN]
    forehead = brows + up * rng.uniform(*_FOREHEAD)
    outline = cv2.convexHull(np.concatenate([points_xy, forehead]).astype(np.float32)) * (1 << _SHIFT)
    face = cv2.fillConvexPoly(
        np.zeros((size, size), np.uint8), np.round(outline).astype(np.int32), 255, cv2.LINE_AA, _SHIFT
    )
    reach = round(float(np.linalg.norm(up)) * rng.uniform(*_MARGIN))
    wider = cv2.dilate(face, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)))
    return cv2.GaussianBlur(wider.astype(np.float32) / 255, (0, 0), rng.uniform(*_SOFT_PX))


def in_other_surroundings(
    row: Row, rng: np.random.Generator, draw_crop: DrawCrop, draw_background: DrawBackground
) -> Row:
    """A row with what lies outside of its face taken from another crop (S, S, 3) or from a background."""
    size = len(row.image)
    if rng.random() < _BACKGROUND_SHARE:
        around = draw_background(rng, size)
    else:
        around = draw_crop(rng)
        around = around[:, ::-1] if rng.random() < 0.5 else around
    face = face_outline(row.extras[POINTS_KEY], size, rng)[..., None]
    return row._replace(image=np.round(face * row.image + (1 - face) * around).astype(np.uint8))


def _surrounded(row: Row, rng: np.random.Generator, *, source: Path, count: int, folder: Path | None) -> Row:
    return in_other_surroundings(row, rng, partial(_drawn_crop, source, count), _backgrounds(folder).draw)


def _drawn_crop(source: Path, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """One crop of a set, read from its file: the whole may be larger than the memory of as many processes."""
    [crop] = read_rows(source, "image", [rng.integers(count)])
    return crop


@lru_cache(maxsize=1)
def _backgrounds(folder: Path | None) -> Backgrounds:
    return Backgrounds(folder, "train")
