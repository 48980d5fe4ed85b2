"""Where a picture ends in bytes that may go on behind it, as in a pipe that brings one picture after the other."""

import re
from collections.abc import Callable

Walk = Callable[[bytes | bytearray, int], tuple[int, bool]]

JPEG_START = b"\xff\xd8\xff"
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # neither a stuffed byte nor a restart
_START, _END = 0xD8, 0xD9
_WITHOUT_LENGTH = 0x01
_PNM = re.compile(rb"P([56])" + 3 * rb"(?:\s|#[^\n]*\n)+(\d+)" + rb"\s")  # width, height, largest value


def is_whole_jpeg(encoded: bytes) -> bool:
    """Whether the segments of a JPEG lead to its end mark.

    What follows the end mark does not count: phones put a film behind it, programs put data of their own there.

    Args:
        encoded: the bytes of the file, beginning with `FF D8 FF`.
    """
    stood, is_end = _jpeg_walk(encoded, 0)
    return is_end and encoded[stood - 1] == _END


def picture_start(encoded: bytes | bytearray) -> bytes | None:
    """What a picture begins with whose end can be told; None for other formats."""
    return next((start for start in _WALKS if encoded.startswith(start)), None)


def picture_end(encoded: bytes | bytearray, stood: int = 0) -> tuple[int, bool]:
    """How far a picture could be followed that bytes begin with, and whether it ends there.

    A JPEG ends where another one begins, too. That of a format that is not in `_WALKS` ends with the bytes, and what a
    header says of the end need not be so.

    Args:
        encoded: the first bytes of a picture, more than 12.
        stood: the answer that fewer of them had: it is gone on from there.
    """
    start = picture_start(encoded)
    return _WALKS[start](encoded, stood) if start else (0, False)


def _jpeg_walk(encoded: bytes | bytearray, stood: int) -> tuple[int, bool]:
    """From marker to marker: OpenCV fills with grey what is missing."""
    position = max(stood, 2)
    while found := _MARKER.search(encoded, position):
        marker, place = encoded[found.end() - 1], found.end()
        if marker in (_START, _END):
            return place if marker == _END else place - 2, True
        if marker != _WITHOUT_LENGTH:
            if place + 2 > len(encoded):
                return place - 2, False
            place += int.from_bytes(encoded[place : place + 2], "big")
        position = place
    return max(position, len(encoded) - 1), False


def _png_walk(encoded: bytes | bytearray, stood: int) -> tuple[int, bool]:
    """From chunk to chunk: length, kind, content and checksum."""
    position = max(stood, 8)
    while (end := position + 12 + int.from_bytes(encoded[position : position + 4], "big")) <= len(encoded):
        if encoded[position + 4 : position + 8] == b"IEND":
            return end, True
        position = end
    return position, False


def _by_header(end_of: Callable[[bytes | bytearray], int | None]) -> Walk:
    """The walk through a picture whose header tells its end."""

    def walk(encoded: bytes | bytearray, _: int) -> tuple[int, bool]:
        end = end_of(encoded)
        return (end, True) if end is not None and end <= len(encoded) else (0, False)

    return walk


def _bmp_end(encoded: bytes | bytearray) -> int | None:
    """As the header says, where it says so: some leave 0 there."""
    return int.from_bytes(encoded[2:6], "little") or None


def _riff_end(encoded: bytes | bytearray) -> int:
    size = int.from_bytes(encoded[4:8], "little")
    return 8 + size + size % 2


def _pnm_end(encoded: bytes | bytearray) -> int | None:
    """Of a binary PGM or PPM."""
    header = _PNM.match(encoded)
    if header is None:
        return None
    kind, width, height, largest = map(int, header.groups())
    return header.end() + width * height * (1 if kind == 5 else 3) * (1 if largest < 256 else 2)


_WALKS: dict[bytes, Walk] = {
    JPEG_START: _jpeg_walk,
    b"\x89PNG": _png_walk,
    b"BM": _by_header(_bmp_end),
    b"RIFF": _by_header(_riff_end),
    **dict.fromkeys((b"P5", b"P6"), _by_header(_pnm_end)),
}
