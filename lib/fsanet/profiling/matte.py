"""Where a picture shows the person: from a network's matte, or from colours around the fitted head."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from fsanet.rendering.head_pack import head_pack

_CLOSE_PX = 2
_ROUNDS = 3  # of GrabCut
_SHOULDERS = 1.7  # face widths


def face_hull(landmarks_xy: NDArray, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels (H, W) inside the outline of points (K, 2)."""
    filled = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(filled, cv2.convexHull(np.int32(np.round(landmarks_xy))), 1)
    return filled.astype(bool)


def person_from_matte(matte: NDArray[np.uint8], hull: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The person (H, W) of a matte (h, w) 0..255: what hangs together with the face."""
    height, width = hull.shape
    large = cv2.resize(matte, (width, height), interpolation=cv2.INTER_LINEAR) > 127
    return _one_piece(large | hull, hull)


def person_from_colours(image_bgr: NDArray[np.uint8], head_xy: NDArray, hull: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The person (H, W) where there is no matte: GrabCut (Rother et al., SIGGRAPH 2004) from the fitted head.

    Args:
        image_bgr: (H, W, 3).
        head_xy: (V, 2) vertices of the fitted head in pixels.
        hull: (H, W) the face.
    """
    height, width = hull.shape
    head = face_hull(head_xy[head_pack().vertices[:, 1] > 6.5], (height, width))
    left, right = np.flatnonzero(hull.any(axis=0))[[0, -1]]
    grown = cv2.dilate(head.astype(np.uint8), np.ones((3, 3)), iterations=max(2, (right - left) // 6)).astype(bool)
    rows, columns = np.mgrid[:height, :width]
    below = rows > np.flatnonzero(hull.any(axis=1))[-1]
    torso = below & (np.abs(columns - (left + right) / 2) < _SHOULDERS * (right - left))
    labels = np.full((height, width), cv2.GC_BGD, np.uint8)
    labels[grown | below] = cv2.GC_PR_BGD
    labels[head | torso] = cv2.GC_PR_FGD
    labels[hull] = cv2.GC_FGD
    cv2.setRNGSeed(0)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(image_bgr, labels, None, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    return _one_piece(np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)), hull)


def _one_piece(person: NDArray[np.bool_], hull: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The part that holds the face, its holes closed."""
    closed = ndimage.binary_fill_holes(ndimage.binary_closing(person, iterations=_CLOSE_PX) | person)
    parts, _ = ndimage.label(closed)
    return parts == np.bincount(parts[hull & closed]).argmax() if (hull & closed).any() else closed
