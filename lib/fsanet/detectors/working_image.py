"""The image on its way into a detector: checked, and brought to the size that the detector works at."""

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError

LEAST_GAIN = 1.5  # a size that is hardly larger shows no face that the one before has not shown


class WorkingImage(NamedTuple):
    """An image at a detector's working size, and the factors back to the original's pixels.

    Attributes:
        image_bgr: (h, w, 3) uint8.
        to_original_xy: multiply x and y by these, after `corner_xy` is added.
        corner_xy: where a tile's corner lies in the whole working image; (0, 0) for the whole.
    """

    image_bgr: NDArray[np.uint8]
    to_original_xy: tuple[float, float]
    corner_xy: tuple[int, int] = (0, 0)


def require_bgr(image_bgr: object) -> NDArray[np.uint8]:
    """The image itself; a ValueError that says what is wrong unless it is (h, w, 3) uint8 with at least one pixel."""
    if not isinstance(image_bgr, np.ndarray):
        raise InputError(f"A detector takes a NumPy image (h, w, 3), BGR, uint8; got {type(image_bgr).__name__}.")
    shape, kind = image_bgr.shape, image_bgr.dtype
    if image_bgr.ndim == 2 or (image_bgr.ndim == 3 and shape[2] == 1):
        raise InputError(
            f"A detector takes a BGR image (h, w, 3); got a grey one of shape {shape}. "
            "Convert it with cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)."
        )
    if image_bgr.ndim != 3 or shape[2] != 3 or kind != np.uint8 or image_bgr.size == 0:
        raise InputError(f"A detector takes a BGR image (h, w, 3), uint8, not empty; got shape {shape}, {kind}.")
    return image_bgr


def fit(image_bgr: NDArray[np.uint8], long_side: int) -> WorkingImage:
    """Shrink an image so that its longer side is at most `long_side` pixels; smaller ones stay as they are.

    Raises:
        ValueError: when the image is not (h, w, 3) uint8.
    """
    require_bgr(image_bgr)
    height, width = image_bgr.shape[:2]
    shrink = long_side / max(height, width)
    if shrink >= 1:
        return WorkingImage(np.ascontiguousarray(image_bgr), (1.0, 1.0))
    small_w, small_h = max(1, round(width * shrink)), max(1, round(height * shrink))
    return WorkingImage(shrunk(image_bgr, (small_w, small_h)), (width / small_w, height / small_h))


def shrunk(image_bgr: NDArray[np.uint8], size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """An image shrunk to a size by means of areas; by less than half, straight lines between pixels do as well.

    It is halved first as long as its sides are even and stay larger: OpenCV does that fifteen times as fast.
    """
    width, height = size_wh
    while not (image_bgr.shape[0] % 2 or image_bgr.shape[1] % 2):
        halved = image_bgr.shape[1] // 2, image_bgr.shape[0] // 2
        if halved[0] < width or halved[1] < height:
            break
        image_bgr = cv2.resize(image_bgr, halved, interpolation=cv2.INTER_AREA)
    by_half = image_bgr.shape[1] >= 2 * width or image_bgr.shape[0] >= 2 * height
    return cv2.resize(image_bgr, size_wh, interpolation=cv2.INTER_AREA if by_half else cv2.INTER_LINEAR)


def sizes_above(coarse: int, largest: int) -> list[int]:
    """Sizes to search at after `coarse`: doubled each time up to `largest`; none where that would gain little."""
    sizes, size = [], coarse
    while largest >= LEAST_GAIN * size:
        size = min(2 * size, largest)
        sizes.append(size)
    return sizes


def tiles(frame: WorkingImage, side: int, overlap: int) -> list[WorkingImage]:
    """Parts of a working image with sides of at most `side` pixels, `overlap` of them shared with the next part."""
    height, width = frame.image_bgr.shape[:2]
    return [
        WorkingImage(np.ascontiguousarray(frame.image_bgr[y : y + side, x : x + side]), frame.to_original_xy, (x, y))
        for y in _starts(height, side, overlap)
        for x in _starts(width, side, overlap)
    ]


def _starts(length: int, side: int, overlap: int) -> list[int]:
    """Where parts begin: evenly spread, the last one ending at `length`."""
    count = max(1, math.ceil((length - overlap) / (side - overlap)))
    return [round(i * (length - side) / max(1, count - 1)) for i in range(count)] if count > 1 else [0]


def pad_to(image_bgr: NDArray[np.uint8], least_side: int) -> NDArray[np.uint8]:
    """Black pixels on the right and below until both sides have at least `least_side`; coordinates stay valid."""
    height, width = image_bgr.shape[:2]
    below, right = max(0, least_side - height), max(0, least_side - width)
    if below == right == 0:
        return image_bgr
    return cv2.copyMakeBorder(image_bgr, 0, below, 0, right, cv2.BORDER_CONSTANT)
