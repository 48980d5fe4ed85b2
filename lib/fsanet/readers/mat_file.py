"""Numbers in MATLAB files of level 5, which 300W-LP and AFLW2000 have their labels in.

A reader of our own, because SciPy's dies with the whole process on some damaged files, which nothing can catch.
"""

import math
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError

_HEADER = 128  # bytes: a text, the version, the order of bytes
_LEVEL_5 = 1
_MATRIX, _COMPRESSED = 14, 15
_MOST_BYTES = 1 << 26  # of what is compressed: a label file holds some kilobytes
_MOST_SIDES = 32  # of a matrix: labels have two
# as types of elements have them, and as classes of matrices
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
_IS_COMPLEX = 0x800


class _Element(NamedTuple):
    type: int
    data: bytes


def read_matrices(path: str | Path) -> dict[str, NDArray]:
    """All matrices of real numbers, by name, in their own shapes; texts, cells and structures are passed over.

    Args:
        path: a MAT-file of level 5, compressed or not, of either order of bytes.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when it is no such file, or is cut off or damaged anywhere.
    """
    content = Path(path).read_bytes()
    order = {b"IM": "<", b"MI": ">"}.get(content[_HEADER - 2 : _HEADER])
    if order is None or struct.unpack_from(f"{order}H", content, _HEADER - 4)[0] >> 8 != _LEVEL_5:
        raise InputError("no MATLAB file of level 5 (save -v6 and -v7 make those)")
    matrices = {}
    for element in _elements(content[_HEADER:], order):
        if element.type == _COMPRESSED:
            (element,) = _exactly(1, _elements(_decompressed(element.data), order))
        if element.type == _MATRIX and element.data:
            matrices.update(_matrix(element.data, order))
    return matrices


def _elements(data: bytes, order: str) -> Iterator[_Element]:
    """The elements that follow one another; small ones have their data in the tag."""
    position = 0
    while position < len(data):
        if position + 8 > len(data):
            raise InputError("cut off in a tag")
        kind, size = struct.unpack_from(f"{order}II", data, position)
        start = position + 8
        if kind >> 16:
            kind, size, start = kind & 0xFFFF, kind >> 16, position + 4
            if size > 4:
                raise InputError(f"a small element of {size} bytes")
        if start + size > len(data):
            raise InputError(f"{start + size - len(data)} bytes are missing")
        yield _Element(kind, data[start : start + size])
        position = start + size if kind == _COMPRESSED else -(-(start + size) // 8) * 8


def _decompressed(data: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(data, _MOST_BYTES)
    except zlib.error as error:
        raise InputError(f"compressed data are damaged, {error}") from None
    if not stream.eof:
        raise InputError("compressed data are cut off, or hold far more than labels")
    return plain


def _matrix(data: bytes, order: str) -> dict[str, NDArray]:
    """The one matrix of an element by its name; none where it holds something else than real numbers."""
    parts = list(_elements(data, order))
    word = sum(_whole_numbers(parts[0], order)) if parts else 0  # the second number is 0 but for sparse ones
    if word & 0xFF not in _CLASSES or word & _IS_COMPLEX:
        return {}
    _, shape, name, values = _exactly(4, parts)
    numbers, sides = _numbers(values, order), _whole_numbers(shape, order)
    known = len(sides) <= _MOST_SIDES and math.prod(max(side, 1) for side in sides) <= _MOST_BYTES
    if not known or min(sides, default=-1) < 0 or math.prod(sides) != len(numbers):
        raise InputError(f"a matrix of shape {tuple(sides)} with {len(numbers)} numbers")
    matrix = numbers.astype(_CLASSES[word & 0xFF]).reshape(sides, order="F")
    return {name.data.decode("latin-1"): matrix}


def _whole_numbers(element: _Element, order: str) -> list[int]:
    numbers = _numbers(element, order)
    if numbers.dtype.kind == "f":
        raise InputError("fractions where whole numbers belong")
    return numbers.tolist()


def _numbers(element: _Element, order: str) -> NDArray:
    dtype = _NUMBERS.get(element.type)
    if dtype is None or len(element.data) % np.dtype(dtype).itemsize:
        raise InputError(f"{len(element.data)} bytes as numbers of type {element.type}")
    return np.frombuffer(element.data, f"{order}{dtype}")


def _exactly(count: int, elements: Iterable[_Element]) -> list[_Element]:
    found = list(elements)
    if len(found) != count:
        raise InputError(f"{len(found)} elements where {count} belong")
    return found
