"""Reading and writing image files as 8-bit BGR, whatever their bit depth, channels or path."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.files import replace_whole

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".pgm", ".ppm"})
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"


def read_image(path: str | Path) -> NDArray[np.uint8]:
    """Read an image file as 8-bit BGR.

    16-bit images are scaled, grey ones repeated, alpha is dropped, CMYK converted, EXIF orientation applied. Paths may
    hold any character.

    Args:
        path: an image file.

    Returns:
        (h, w, 3) uint8, BGR.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when the file is empty, truncated or no image that OpenCV reads.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"No image file at '{path}'.")
    return decode_image(path.read_bytes(), str(path))


def decode_image(encoded: bytes, name: str) -> NDArray[np.uint8]:
    """Decode the bytes of an image file as 8-bit BGR; `name` stands in the error messages. See `read_image`."""
    if not encoded:
        raise InputError(f"'{name}' is empty (0 bytes), not an image.")
    # OpenCV fills what is missing of a truncated JPEG with grey and says nothing: look for the end marker ourselves.
    if encoded.startswith(_JPEG_START) and _JPEG_END not in encoded[-4096:]:
        raise InputError(f"'{name}' is a truncated JPEG: its end is missing.")
    try:
        image = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise InputError(f"'{name}' cannot be decoded as an image: {error.err or error}.") from None
    if image is None:
        raise InputError(f"'{name}' is damaged or no image that can be read (JPEG, PNG, BMP, WebP, TIFF, PNM).")
    return image


def write_image(path: str | Path, image_bgr: NDArray[np.uint8]) -> None:
    """Write an image whole, in the format of the path's suffix.

    Args:
        path: where to; its folder is made when missing.
        image_bgr: (h, w, 3) BGR or (h, w) grey, uint8.

    Raises:
        ValueError: when OpenCV knows no format of that suffix.
        OSError: when the file cannot be written.
    """
    path = Path(path)
    try:
        done, encoded = cv2.imencode(path.suffix or ".", image_bgr)
    except cv2.error:
        done = False
    if not done:
        raise InputError(f"No image format for '{path.name}': give a name that ends in .jpg or .png.")
    with replace_whole(path) as temporary:
        temporary.write_bytes(encoded.tobytes())
