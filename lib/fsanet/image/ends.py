"""Where a picture ends in bytes that may go on behind it, as in a pipe that brings one picture after the other."""

import re
from collections.abc import Callable, Iterator

JPEG_START = b"\xff\xd8\xff"
_MARKER_IN_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")  # neither a stuffed byte nor a restart
_FILL, _START, _END, _SCAN = 0xFF, 0xD8, 0xD9, 0xDA
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}
_PNM = re.compile(rb"P([56])" + 3 * rb"(?:\s|#[^\n]*\n)+(\d+)" + rb"\s")  # width, height, largest value


def is_whole_jpeg(encoded: bytes) -> bool:
    """Whether the segments of a JPEG lead to its end mark.

    What follows the end mark does not count: phones put a film behind it, programs put data of their own there.

    Args:
        encoded: the bytes of the file, beginning with `FF D8 FF`.
    """
    marker, _ = _last_mark(encoded)
    return marker == _END


def picture_end(encoded: bytes | bytearray, known: int = 0) -> int | None:
    """Where a picture ends that bytes begin with; None where more must come to tell it.

    A JPEG ends where another one begins, too. That of a format that is not in `_ENDS` ends with the bytes.

    Args:
        encoded: the first bytes of a picture, more than 12.
        known: how many of them were asked for before, without an answer.
    """
    for start, end_of in _ENDS.items():
        if encoded.startswith(start):
            end = end_of(encoded, known)
            return end if end is not None and end <= len(encoded) else None
    return None


def _last_mark(encoded: bytes | bytearray) -> tuple[int, int]:
    """The mark that ends a JPEG, or with which the next one begins, and its place; (0, 0) where neither comes."""
    marks = ((marker, place) for marker, place in _jpeg_marks(encoded) if marker in (_START, _END))
    return next(marks, (0, 0))


def _jpeg_marks(encoded: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """The markers of a JPEG behind its first, and where each lies: OpenCV fills with grey what is missing."""
    position = 2
    while position + 1 < len(encoded) and encoded[position] == _FILL:
        marker = encoded[position + 1]
        yield marker, position
        if marker == _FILL:
            position += 1
        elif marker in _WITHOUT_LENGTH:
            position += 2
        else:
            position += 2 + int.from_bytes(encoded[position + 2 : position + 4], "big")
            if marker == _SCAN:
                found = _MARKER_IN_SCAN.search(encoded, position)
                if found is None:
                    return
                position = found.end() - 2


def _jpeg_end(encoded: bytes | bytearray, known: int) -> int | None:
    fresh = max(known - 1, 0)
    if encoded.find(b"\xff\xd9", fresh) < 0 and encoded.find(b"\xff\xd8", fresh) < 0:
        return None
    marker, place = _last_mark(encoded)
    return place + 2 if marker == _END else place or None


def _png_end(encoded: bytes | bytearray, _: int) -> int | None:
    position = 8
    while position + 8 <= len(encoded):
        is_last = encoded[position + 4 : position + 8] == b"IEND"
        position += 12 + int.from_bytes(encoded[position : position + 4], "big")
        if is_last:
            return position
    return None


def _bmp_end(encoded: bytes | bytearray, _: int) -> int | None:
    """As the header says, where it says so: some leave 0 there."""
    return int.from_bytes(encoded[2:6], "little") or None


def _riff_end(encoded: bytes | bytearray, _: int) -> int:
    size = int.from_bytes(encoded[4:8], "little")
    return 8 + size + size % 2


def _pnm_end(encoded: bytes | bytearray, _: int) -> int | None:
    """Of a binary PGM or PPM."""
    header = _PNM.match(encoded)
    if header is None:
        return None
    kind, width, height, largest = map(int, header.groups())
    return header.end() + width * height * (1 if kind == 5 else 3) * (1 if largest < 256 else 2)


_ENDS: dict[bytes, Callable[[bytes | bytearray, int], int | None]] = {
    JPEG_START: _jpeg_end,
    b"\x89PNG": _png_end,
    b"BM": _bmp_end,
    b"RIFF": _riff_end,
    **dict.fromkeys((b"P5", b"P6"), _pnm_end),
}
