"""Turning a square picture in its plane, and the matrices that OpenCV moves pictures by."""

import cv2
import numpy as np
from numpy.typing import NDArray


def turn_image(image_bgr: NDArray, clockwise_deg: float) -> NDArray:
    """A square picture (S, S, 3), uint8 or float32, turned around its middle; beyond its edges it is mirrored."""
    side = image_bgr.shape[1], image_bgr.shape[0]
    return cv2.warpAffine(image_bgr, turn_matrix(image_bgr, clockwise_deg), side, borderMode=cv2.BORDER_REFLECT_101)


def turn_matrix(image: NDArray, clockwise_deg: float) -> NDArray[np.float64]:
    """The matrix (2, 3) that brings a pixel x, y of a picture to where it is in the turned one."""
    middle = (image.shape[1] - 1) / 2, (image.shape[0] - 1) / 2
    return cv2.getRotationMatrix2D(middle, -clockwise_deg, 1.0)


def opencv_matrix(matrix: NDArray) -> NDArray[np.float32]:
    """The matrix (2, 3) by which `cv2.warpAffine` moves a picture, of one for coordinates counted from its edge.

    To OpenCV the middle of the first pixel is 0; to renderers, and in shares of a picture's side, it is 0.5.
    """
    middles = np.array(matrix, np.float64)
    middles[:, 2] += middles[:, :2] @ (0.5, 0.5) - 0.5
    return middles.astype(np.float32)
