import struct
import zlib

import pytest

from fsanet.errors import InputError
from fsanet.scenes.qt_resources import read_resources


def collection(version: int) -> bytes:
    """folder/{plain, packed, modern}: written by the description of the format, apart from the reader."""
    names, at = b"", []
    for name in ("folder", "plain", "packed", "modern"):
        at.append(len(names))
        names += struct.pack(">HI", len(name), 0) + name.encode("utf-16-be")
    packed = struct.pack(">I", 5) + zlib.compress(b"hello")
    parts = [b"raw", packed, b"zstd?"]
    data, offsets = b"", []
    for part in parts:
        offsets.append(len(data))
        data += struct.pack(">I", len(part)) + part
    time = b"" if version == 1 else b"\0" * 8
    tree = struct.pack(">IHII", 0, 2, 1, 1) + time + struct.pack(">IHII", at[0], 2, 3, 2) + time
    for name, flags, offset in zip(at[1:], (0, 1, 4), offsets, strict=True):
        tree += struct.pack(">IHHHI", name, flags, 0, 0, offset) + time
    head = 4 + 16 + (4 if version >= 3 else 0)
    start = b"qres" + struct.pack(">4I", version, head, head + len(tree), head + len(tree) + len(data))
    return start + (b"\0" * 4 if version >= 3 else b"") + tree + data + names


@pytest.mark.parametrize("version", [1, 2, 3])
def test_files_are_read_and_zstandard_is_left_out(version):
    assert list(read_resources(collection(version))) == [("folder/plain", b"raw"), ("folder/packed", b"hello")]


def test_another_file_is_refused():
    with pytest.raises(InputError, match="qres"):
        list(read_resources(b"PK\x03\x04"))
