"""Reading and writing image files as 8-bit BGR, whatever their bit depth, channels or path."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError, MissingPackageError
from fsanet.files import replace_whole
from fsanet.image.ends import JPEG_START, is_whole_jpeg
from fsanet.image.kinds import is_heif
from fsanet.image.orientation import is_avif, turned_upright

_TOP_SHARE = 0.999  # of the values; a few hot pixels do not make a picture a deep one


class Picture(NamedTuple):
    """A picture that was read.

    Attributes:
        image_bgr: (h, w, 3) uint8.
        note: what was done to it that a person should know; mostly empty.
    """

    image_bgr: NDArray[np.uint8]
    note: str = ""


def check_picture(image_bgr: NDArray) -> None:
    """Raise `InputError` unless an array is a picture as `read_image` returns them."""
    if image_bgr.dtype != np.uint8 or image_bgr.ndim != 3 or image_bgr.shape[2] != 3:
        raise InputError(f"A picture must be uint8 (H, W, 3), got {image_bgr.dtype} {image_bgr.shape}.")


def read_image(path: str | Path) -> NDArray[np.uint8]:
    """Read an image file as 8-bit BGR.

    Deeper images are brought to 8 bits by the range that they use, grey ones repeated, alpha is dropped, CMYK
    converted, orientation applied: EXIF's, TIFF's, that of HEIC and AVIF. Paths may hold any character.

    Args:
        path: an image file.

    Returns:
        (h, w, 3) uint8, BGR.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when the file is empty, truncated or no image that can be read.
        ImportError: for a HEIC picture without the package that reads it.
    """
    return read_picture(path).image_bgr


def read_picture(path: str | Path) -> Picture:
    """As `read_image`, with a note where something was done to the values."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"No image file at '{path}'.")
    return decode_picture(path.read_bytes(), str(path))


def decode_image(encoded: bytes, name: str) -> NDArray[np.uint8]:
    """Decode the bytes of an image file as 8-bit BGR; `name` stands in the error messages. See `read_image`."""
    return decode_picture(encoded, name).image_bgr


def decode_picture(encoded: bytes, name: str) -> Picture:
    """As `decode_image`, with a note where something was done to the values."""
    if not encoded:
        raise InputError(f"'{name}' is empty (0 bytes), not an image.")
    if encoded.startswith(JPEG_START) and not is_whole_jpeg(encoded):
        raise truncated_jpeg(name)
    if is_heif(encoded[:128]):
        return Picture(_decode_heif(encoded, name))
    numbers = np.frombuffer(encoded, np.uint8)
    turn_here = is_avif(encoded)
    as_stored = cv2.IMREAD_IGNORE_ORIENTATION if turn_here else 0
    try:
        image = in_colour(lambda flags: cv2.imdecode(numbers, flags | as_stored), is_tiff(encoded))
    except cv2.error as error:
        raise InputError(f"'{name}' cannot be decoded as an image: {error.err or error}.") from None
    if image is None:
        raise InputError(f"'{name}' is damaged or no image that can be read (JPEG, PNG, BMP, WebP, TIFF, PNM, AVIF).")
    return to_eight_bits(turned_upright(image, encoded) if turn_here else image)


def is_tiff(encoded: bytes) -> bool:
    """Whether the bytes of a file begin as a TIFF's do."""
    return encoded[:2] in (b"II", b"MM")


def in_colour(decode: Callable[[int], NDArray | None], may_be_float: bool) -> NDArray | None:
    """A picture (h, w, 3) in its own depth; None where it cannot be decoded.

    Args:
        decode: the picture by OpenCV's flags.
        may_be_float: OpenCV makes no colours of grey floats, which TIFF alone holds; they are repeated here.
    """
    image = decode(cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
    if image is None and may_be_float:
        grey = decode(cv2.IMREAD_ANYDEPTH)
        image = None if grey is None else np.repeat(grey[..., None], 3, axis=-1)
    return image


def to_eight_bits(image: NDArray) -> Picture:
    """Bring values of more than 8 bits to 8 by the range in use: infrared and depth cameras use 10 or 12 bits of 16.

    Args:
        image: (h, w, 3), uint8, uint16 or float.
    """
    if image.dtype == np.uint8:
        return Picture(image)
    if image.dtype == np.uint16:
        top = float(np.quantile(image, _TOP_SHARE, method="higher"))
        bits = max(8, int(top).bit_length())
        note = f"16-bit values of which {bits} bits are in use: divided by {2 ** (bits - 8)}" if bits < 16 else ""
        return Picture(np.minimum(image >> (bits - 8), 255).astype(np.uint8), note)
    values = np.nan_to_num(image.astype(np.float32), posinf=0, neginf=0)
    low, high = float(values.min()), float(np.quantile(values, _TOP_SHARE))
    scaled = (values - low) * (255 / max(high - low, 1e-12))
    return Picture(np.clip(scaled, 0, 255).astype(np.uint8), f"values of {low:.3g} to {high:.3g} stretched to 8 bits")


def write_image(path: str | Path, image_bgr: NDArray[np.uint8], jpeg_quality: int | None = None) -> None:
    """Write an image whole, in the format of the path's suffix.

    Args:
        path: where to; its folder is made when missing.
        image_bgr: (h, w, 3) BGR or (h, w) grey, uint8.
        jpeg_quality: 0 to 100 for a JPEG; None for OpenCV's own.

    Raises:
        ValueError: when OpenCV knows no format of that suffix.
        OSError: when the file cannot be written.
    """
    path = Path(path)
    options = [] if jpeg_quality is None else [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality]
    try:
        done, encoded = cv2.imencode(path.suffix or ".", image_bgr, options)
    except cv2.error:
        done = False
    if not done:
        raise InputError(f"No image format for '{path.name}': give a name that ends in .jpg or .png.")
    with replace_whole(path) as temporary:
        temporary.write_bytes(encoded.tobytes())


def _decode_heif(encoded: bytes, name: str) -> NDArray[np.uint8]:
    """HEIC by pillow-heif, which turns the picture upright by itself."""
    try:
        import pillow_heif
    except ImportError:
        raise MissingPackageError(
            f"'{name}' is a HEIC picture: pip install 'fsanet[heic]' to read those, or save it as JPEG."
        ) from None
    try:
        heif = pillow_heif.open_heif(encoded, convert_hdr_to_8bit=True, bgr_mode=True)
        return np.array(np.asarray(heif)[..., :3], order="C")  # a copy: the package's own may not be written to
    except Exception as error:  # what pillow-heif raises for damaged files is not documented
        reason = " ".join(str(error).split()).rstrip(".")  # it may have several lines
        raise InputError(f"'{name}' is a HEIC picture that cannot be decoded: {reason}.") from None


def truncated_jpeg(name: str) -> InputError:
    """The error for a JPEG that does not come to its end."""
    return InputError(f"'{name}' is a truncated JPEG: its end is missing.")
