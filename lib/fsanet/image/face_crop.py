"""THE one definition of the network's input: which pixels around a face are cut, and how they are resized.

Data preparation, evaluation and the estimator all call these functions, so that a network sees in use what it saw in
training: BGR uint8, `INPUT_SIZE` x `INPUT_SIZE`, OpenCV's default (bilinear) resize, no normalisation. Only at the left
and right border of an image does the estimator differ (`crop_turned`).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.image import boxes

INPUT_SIZE = 64
LANDMARK_MARGIN = 0.6  # of the box around 68 landmarks, on each side: 300W-LP and AFLW2000
DETECTOR_MARGIN = 0.4  # of a detector's box in the common convention (MTCNN's box), on each side: BIWI and in use
_MOST_COLUMNS = 2**15  # that a crop is put together of: of wider ones only the pixels that it shows are read
_MOST_WARPED = 2**15 - 1  # pixels of a side from which on OpenCV turns no image


def landmark_box(landmarks_xy: NDArray) -> tuple[float, float, float, float] | None:
    """Tight box around 2D landmarks as the original's preprocessing takes it.

    Landmarks that are not greater than zero are dropped first, by the smaller of the x and y masks: where fewer x than
    y are positive the x mask serves for both coordinates, else the y mask.

    Args:
        landmarks_xy: (2, K) pixel coordinates, as `pt2d` in the .mat files has them.

    Returns:
        (x_min, y_min, x_max, y_max), or None where no landmark is left.
    """
    x, y = np.asarray(landmarks_xy, dtype=np.float64)
    keep_x, keep_y = x > 0, y > 0
    keep = keep_y if keep_y.sum() < keep_x.sum() else keep_x
    if not keep.any():
        return None
    x, y = x[keep], y[keep]
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def widened_pixels(
    box_xyxy: boxes.AnyBox, margin: float, width: int, height: int, *, inclusive: bool = False
) -> tuple[int, int, int, int]:
    """Pixel range of the crop: the box truncated to int, widened, truncated again, clipped to the image.

    The order of these steps is the original's and decides single pixels. So does its clip of the far edges, to the
    index of the last column and row: a cut without its end (300W-LP, AFLW2000) never holds the last column of the image
    nor its last row, a cut with it (BIWI) does.

    Args:
        box_xyxy: face box in pixels.
        margin: share of the box's width and height added on each side.
        width: image width in pixels.
        height: image height in pixels.
        inclusive: whether the pixels at the far edges of the widened box belong to the crop.

    Returns:
        (x_min, y_min, x_max, y_max), maxima always exclusive; empty where the box lies outside the image.
    """
    x1, y1, x2, y2 = _widened(box_xyxy, margin)
    return max(x1, 0), max(y1, 0), min(x2, width - 1) + inclusive, min(y2, height - 1) + inclusive


def _widened(box_xyxy: boxes.AnyBox, margin: float) -> tuple[int, int, int, int]:
    """The whole pixels of a widened box, on the image or not."""
    x1, y1, x2, y2 = boxes.widen([int(value) for value in box_xyxy], margin)
    return int(x1), int(y1), int(x2), int(y2)


def crop_face(
    image_bgr: NDArray[np.uint8],
    box_xyxy: boxes.AnyBox,
    margin: float = DETECTOR_MARGIN,
    size: int = INPUT_SIZE,
    *,
    inclusive: bool = False,
) -> NDArray[np.uint8]:
    """Cut a face with its margin and resize it to the network's input.

    Args:
        image_bgr: (h, w, 3) uint8.
        box_xyxy: face box in pixels of the image; may reach beyond it.
        margin: share of the box's width and height added on each side: `DETECTOR_MARGIN` or `LANDMARK_MARGIN`.
        size: side of the crop in pixels.
        inclusive: whether the pixels at the far edges of the widened box belong to the crop, see `widened_pixels`.

    Returns:
        (size, size, 3) uint8 BGR.

    Raises:
        ValueError: when nothing of the widened box lies on the image.
    """
    return crop_pixels(image_bgr, _some_pixels(image_bgr, box_xyxy, margin, inclusive), size)


def has_pixels(box_xyxy: boxes.AnyBox, margin: float, width: int, height: int) -> bool:
    """Whether any pixel of the widened box lies on an image of this size: others cannot be cut."""
    x1, y1, x2, y2 = widened_pixels(box_xyxy, margin, width, height)
    return x1 < x2 and y1 < y2


def _some_pixels(
    image_bgr: NDArray[np.uint8], box_xyxy: boxes.AnyBox, margin: float, inclusive: bool = False
) -> tuple[int, int, int, int]:
    """The pixel range of a crop, refused where it is empty and where the box is none."""
    if np.shape(box_xyxy) != (4,) or not np.isfinite(box_xyxy).all():
        got = ", ".join(map(str, np.atleast_1d(np.array(box_xyxy, object))))
        raise InputError(f"A face box is four finite numbers of pixels; got {got}.")
    height, width = image_bgr.shape[:2]
    x1, y1, x2, y2 = widened_pixels(box_xyxy, margin, width, height, inclusive=inclusive)
    if x2 <= x1 or y2 <= y1:
        box = ", ".join(f"{value:.1f}" for value in box_xyxy)
        raise InputError(f"The face box ({box}) widened by {margin} has no pixel on the {width}x{height} image.")
    return x1, y1, x2, y2


def crop_pixels(
    image_bgr: NDArray[np.uint8], pixels_xyxy: tuple[int, int, int, int], size: int = INPUT_SIZE
) -> NDArray[np.uint8]:
    """Cut a range of pixels, maxima exclusive, and resize it to the network's input; the last step of `crop_face`."""
    x1, y1, x2, y2 = pixels_xyxy
    return cv2.resize(image_bgr[y1:y2, x1:x2], (size, size))


def crop_turned(
    image_bgr: NDArray[np.uint8],
    box_xyxy: boxes.AnyBox,
    clockwise_deg: float,
    margin: float = DETECTOR_MARGIN,
    size: int = INPUT_SIZE,
) -> NDArray[np.uint8]:
    """Cut a face as the estimator does, from the image as it is when turned about the middle of the face's box.

    Turned by a quarter, width and height of the box change places; between, each is their mean by the squares of cosine
    and sine. Beyond its edges the image is mirrored. Not turned, the crop is that of `crop_face`, but at the image's
    left and right it is mirrored too: squeezed to what is left of it, half a face is read as one that turns aside.

    Args:
        image_bgr: (h, w, 3) uint8.
        box_xyxy: face box in pixels of the image as it is.
        clockwise_deg: by how much the image is turned.
        margin: share of the turned box's width and height added on each side.
        size: side of the crop in pixels.

    Returns:
        (size, size, 3) uint8 BGR.

    Raises:
        ValueError: when nothing of the widened box, not turned, lies on the image.
    """
    _, y1, _, y2 = _some_pixels(image_bgr, box_xyxy, margin)
    left, _, right, _ = _widened(box_xyxy, margin)
    if clockwise_deg == 0 and right - left <= _MOST_COLUMNS:
        return cv2.resize(_columns(image_bgr[y1:y2], left, right), (size, size))
    angle = np.deg2rad(clockwise_deg)
    cosine, sine = np.cos(angle), np.sin(angle)
    low, high = np.array(box_xyxy[:2]), np.array(box_xyxy[2:])
    sides = (1 + 2 * margin) * (np.array([[cosine**2, sine**2], [sine**2, cosine**2]]) @ (high - low))
    of_crop = np.array([[cosine, sine], [-sine, cosine]]) * (sides / size)  # pixels of the image for one of the crop
    corner = (low + high - 1) / 2 - of_crop @ np.full(2, (size - 1) / 2)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    if max(image_bgr.shape[:2]) >= _MOST_WARPED:
        image_bgr, shift = _surroundings(image_bgr, (low + high) / 2, 2 * float(np.hypot(*sides)))
        corner = corner - shift
    matrix = np.column_stack([of_crop, corner])
    return cv2.warpAffine(image_bgr, matrix, (size, size), flags=how, borderMode=cv2.BORDER_REFLECT_101)


def _columns(image_bgr: NDArray[np.uint8], left: int, right: int) -> NDArray[np.uint8]:
    """Columns of an image, the last exclusive; beyond its edges it is mirrored, its first and last column once."""
    width = image_bgr.shape[1]
    if left >= 0 and right <= width:
        return image_bgr[:, left:right]
    back_and_forth = 2 * (width - 1)  # there are two columns at least where a crop has a pixel
    places = np.abs(np.arange(left, right)) % back_and_forth
    return image_bgr[:, np.minimum(places, back_and_forth - places)]


def _surroundings(
    image_bgr: NDArray[np.uint8], middle_xy: NDArray, reach: float
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """What lies within `reach` pixels of a point in x and y, and the part's corner: so far mirroring at its edges is
    that of the image.
    """
    height, width = image_bgr.shape[:2]
    x1, y1 = np.clip(middle_xy - reach, 0, [width - 1, height - 1]).astype(int)
    x2, y2 = np.clip(middle_xy + reach, [x1 + 1, y1 + 1], [width, height]).astype(int)
    return image_bgr[y1:y2, x1:x2], np.array([x1, y1])


def points_in_crop(
    points_xy: NDArray, box_xyxy: boxes.AnyBox, margin: float, image_wh: tuple[int, int], size: int = INPUT_SIZE
) -> NDArray[np.float32]:
    """Where points of an image lie in the crop that `crop_face` cuts.

    Args:
        points_xy: (..., 2) pixels of the image; 0 is the middle of the first.
        box_xyxy, margin, size: as in `crop_face`.
        image_wh: width and height of the image in pixels.

    Returns:
        (..., 2) pixels of the crop.
    """
    x1, y1, x2, y2 = widened_pixels(box_xyxy, margin, *image_wh)
    scale = size / np.array([x2 - x1, y2 - y1])
    return ((np.asarray(points_xy) - [x1, y1] + 0.5) * scale - 0.5).astype(np.float32)


def box_in_crop(
    box_xyxy: boxes.AnyBox, margin: float, image_wh: tuple[int, int], size: int = INPUT_SIZE
) -> NDArray[np.float32]:
    """The face box (4,) in pixels of its own crop; arguments as in `points_in_crop`."""
    return points_in_crop(np.reshape(box_xyxy, (2, 2)), box_xyxy, margin, image_wh, size).reshape(4)
