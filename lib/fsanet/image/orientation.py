"""How an AVIF picture is to be turned to stand upright; JPEG, PNG, WebP and TIFF OpenCV turns by itself.

The facts: ISO/IEC 14496-12 has the boxes, ISO/IEC 23008-12 (HEIF) the turns of a picture. `pitm` names the item that is
shown, `ipma` the numbers of its properties, from 1, and `ipco` holds the properties: `irot` turns by so many quarters
anti-clockwise, `imir` mirrors (axis 0: top and bottom change places, 1: left and right); they apply in the order that
`ipma` gives. An EXIF orientation beside them says the same again and does not count.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_LEAST_BOX = 8  # bytes: size and kind
_LARGE_BOX = 16  # with a size of 64 bits
_FULL = 4  # bytes of version and flags, with which some boxes begin


def is_avif(encoded: bytes) -> bool:
    """Whether the bytes of a picture begin as an AVIF's do; HEIC, which OpenCV does not read, begins so too."""
    return encoded[4:8] == b"ftyp"


def turned_upright(image: NDArray, encoded: bytes) -> NDArray:
    """A picture as it is meant to be seen; as it is where the file says nothing, or nothing that can be read.

    Args:
        image: (h, w, 3), as it was decoded.
        encoded: the AVIF file that it is from.
    """
    for kind, value in _turns(encoded):
        image = np.rot90(image, value & 3) if kind == b"irot" else np.flip(image, value & 1)
    return np.ascontiguousarray(image)


def _turns(encoded: bytes) -> list[tuple[bytes, int]]:
    """Kind and value of each turn of the item that is shown, in order."""
    meta = _content(memoryview(encoded), b"meta")[_FULL:]
    shown, properties = _content(meta, b"pitm"), _content(meta, b"iprp")
    item = _number(shown[_FULL : _FULL + (4 if _version(shown) else 2)])
    boxes = list(_boxes(_content(properties, b"ipco")))
    for kind, associations in _boxes(properties):
        if kind == b"ipma" and (numbers := _numbers_of(item, associations)):
            own = [boxes[number - 1] for number in numbers if 0 < number <= len(boxes)]
            return [(kind, _number(content[:1])) for kind, content in own if kind in (b"irot", b"imir")]
    return []


def _numbers_of(item: int, ipma: memoryview) -> list[int]:
    """Numbers of the properties of an item, in order."""
    id_bytes = 4 if _version(ipma) else 2
    wide = _number(ipma[:_FULL]) & 1
    bytes_each, mask = (2, 0x7FFF) if wide else (1, 0x7F)  # the highest bit says that readers must know the property
    rest = ipma[_FULL + 4 :]
    while len(rest) > id_bytes:
        end = id_bytes + 1 + rest[id_bytes] * bytes_each
        if _number(rest[:id_bytes]) == item:
            return [_number(rest[i : i + bytes_each]) & mask for i in range(id_bytes + 1, end, bytes_each)]
        rest = rest[end:]
    return []


def _content(boxes: memoryview, kind: bytes) -> memoryview:
    """What the first box of a kind holds; nothing where there is none."""
    return next((content for found, content in _boxes(boxes) if found == kind), boxes[:0])


def _boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Kind and content of each box in a row, up to the first one that is damaged."""
    while len(data) >= _LEAST_BOX:
        size, start = _number(data[:4]), _LEAST_BOX
        if size == 1:
            size, start = _number(data[8:16]), _LARGE_BOX
        elif size == 0:  # up to the end
            size = len(data)
        if not start <= size <= len(data):
            return
        yield bytes(data[4:8]), data[start:size]
        data = data[size:]


def _version(box: memoryview) -> int:
    return _number(box[:1])


def _number(data: memoryview) -> int:
    return int.from_bytes(data, "big")
