"""Files in a Qt resource collection (.rcc), the binary format of Qt's `rcc` tool, versions 1 to 3."""

import struct
import zlib
from collections.abc import Iterator

from fsanet.errors import InputError

_COMPRESSED, _FOLDER, _ZSTANDARD = 1, 2, 4  # flags of a node


def read_resources(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Path and content of every file in a collection; those that Zstandard compressed are left out.

    Args:
        content: of the .rcc file.

    Raises:
        InputError: when it is none.
    """
    if content[:4] != b"qres":
        raise InputError("not a Qt resource collection: it does not begin with 'qres'")
    version, tree, data, names = struct.unpack_from(">4I", content, 4)
    node_size = 14 if version == 1 else 22  # later ones carry the time of the last change

    def walk(number: int, folder: str) -> Iterator[tuple[str, bytes]]:
        name_at, flags = struct.unpack_from(">IH", content, tree + number * node_size)
        path = f"{folder}/{_name(content, names + name_at)}" if number else ""
        if flags & _FOLDER:
            count, first = struct.unpack_from(">II", content, tree + number * node_size + 6)
            for child in range(first, first + count):
                yield from walk(child, path)
        elif not flags & _ZSTANDARD:
            (at,) = struct.unpack_from(">I", content, tree + number * node_size + 10)
            yield path.lstrip("/"), _file(content, data + at, bool(flags & _COMPRESSED))

    yield from walk(0, "")


def _name(content: bytes, at: int) -> str:
    (length,) = struct.unpack_from(">H", content, at)
    return content[at + 6 : at + 6 + 2 * length].decode("utf-16-be")


def _file(content: bytes, at: int, compressed: bool) -> bytes:
    (size,) = struct.unpack_from(">I", content, at)
    stored = content[at + 4 : at + 4 + size]
    return zlib.decompress(stored[4:]) if compressed else stored  # qCompress writes the size first
