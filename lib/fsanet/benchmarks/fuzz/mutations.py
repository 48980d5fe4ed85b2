"""Damaged copies of files: by bytes, and inside what a checksum or a compression would protect."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

import numpy as np

Change = Callable[[bytes, np.random.Generator], bytes]

_HEAD = 512  # bytes at the beginning, where formats say what is to come
_INSIDE_SHARE = 0.6
_LIES = (0, 1, -1, 2, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 40)
_WORDS = (
    b'"',
    b"'",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r",
    b"\0",
    b"nan",
    b"inf",
    b"-",
    b"1e999",
    b"9" * 40,
    b"\xff\xfe",
    b"sep=",
)
_PNG_START = b"\x89PNG\r\n\x1a\n"


def damaged(data: bytes, suffix: str, other: bytes, random: np.random.Generator) -> bytes:
    """A damaged copy of a file.

    Args:
        data: the file.
        suffix: tells whether there is an inside that can be damaged with the outside kept in order.
        other: a file of the same kind, to splice with.
        random: of all choices.
    """
    inside = _INSIDES.get(suffix)
    if inside and random.random() < _INSIDE_SHARE:
        return inside(data, random)
    if random.random() < 0.1:
        return _spliced(data, other, random)
    return mutated(data, random)


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """A copy with one to four changes: bits flipped, bytes and numbers replaced, pieces cut out, doubled or zeroed."""
    for _ in range(int(random.integers(1, 5))):
        if len(data) < 2:
            break
        data = _CHANGES[int(random.integers(len(_CHANGES)))](data, random)
    return data


def _place(data: bytes, random: np.random.Generator) -> tuple[int, int]:
    """Start and end of a piece, more often than not near the beginning."""
    start = int(random.integers(0, len(data) if random.random() < 0.5 else min(len(data), _HEAD)))
    return start, min(len(data), start + int(2 ** random.integers(0, 12)))


def _flip(data: bytes, random: np.random.Generator) -> bytes:
    start, _ = _place(data, random)
    return data[:start] + bytes([data[start] ^ 1 << int(random.integers(8))]) + data[start + 1 :]


def _noise(data: bytes, random: np.random.Generator) -> bytes:
    start, end = _place(data, random)
    end = min(end, start + 8)
    return data[:start] + random.bytes(end - start) + data[end:]


def _lie(data: bytes, random: np.random.Generator) -> bytes:
    """A number of 2, 4 or 8 bytes that means little or far too much."""
    start, _ = _place(data, random)
    size, order = int(random.choice((2, 4, 8))), str(random.choice(("little", "big")))
    value = int(random.choice(_LIES)) % (1 << 8 * size)
    return data[:start] + value.to_bytes(size, "little" if order == "little" else "big") + data[start + size :]


def _zeros(data: bytes, random: np.random.Generator) -> bytes:
    start, end = _place(data, random)
    return data[:start] + bytes(end - start) + data[end:]


def _cut_out(data: bytes, random: np.random.Generator) -> bytes:
    start, end = _place(data, random)
    return data[:start] + data[end:]


def _doubled(data: bytes, random: np.random.Generator) -> bytes:
    start, end = _place(data, random)
    return data[:end] + data[start:]


def _truncated(data: bytes, random: np.random.Generator) -> bytes:
    return data[: max(1, _place(data, random)[0])]


_CHANGES: tuple[Change, ...] = (_flip, _noise, _lie, _lie, _zeros, _cut_out, _doubled, _truncated)


def _spliced(data: bytes, other: bytes, random: np.random.Generator) -> bytes:
    """The beginning of one file and the end of another."""
    return data[: int(random.integers(len(data)))] + other[int(random.integers(max(1, len(other)))) :]


def _inside_npz(data: bytes, random: np.random.Generator) -> bytes:
    """Arrays damaged, or their headers lying, in an archive whose checksums are right; some of them gone or twice."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = str(random.choice(sorted(members)))
    chance = random.random()
    if chance < 0.1:
        del members[name]
    elif chance < 0.5:
        members[name] = re.sub(rb"\d+", lambda _: str(int(random.choice(_LIES))).encode(), members[name], count=3)
    elif chance < 0.7:
        members[name] = members[str(random.choice(sorted(members)))]
    else:
        members[name] = mutated(members[name], random)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED if random.random() < 0.3 else zipfile.ZIP_STORED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return made.getvalue()


def _inside_png(data: bytes, random: np.random.Generator) -> bytes:
    """One chunk damaged and its checksum put right."""
    chunks, position = [], len(_PNG_START)
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        chunks.append((data[position + 4 : position + 8], data[position + 8 : position + 8 + length]))
        position += 12 + length
    chosen = int(random.integers(len(chunks)))
    chunks[chosen] = chunks[chosen][0], mutated(chunks[chosen][1], random)
    return _PNG_START + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def _inside_table(data: bytes, random: np.random.Generator) -> bytes:
    """Marks and words that mean something in a table, at any place."""
    for _ in range(int(random.integers(1, 6))):
        start = int(random.integers(len(data) + 1))
        data = data[:start] + _WORDS[int(random.integers(len(_WORDS)))] + data[start + int(random.integers(4)) :]
    return data


_INSIDES: dict[str, Change] = {".npz": _inside_npz, ".png": _inside_png, ".csv": _inside_table}
