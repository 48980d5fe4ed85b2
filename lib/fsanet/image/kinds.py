"""What a file holds, told by its first bytes: names lie, or say nothing."""

import struct
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from fsanet.files import visible

Kind = Literal["image", "pictures", "video"]

HEAD_BYTES = 4096
# first bytes -> kind; "pictures" may hold many pictures and is looked into
_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", "image"),  # JPEG
    (b"\x89PNG\r\n\x1a\n", "pictures"),  # or APNG
    (b"GIF87a", "pictures"),
    (b"GIF89a", "pictures"),
    (b"II*\0", "pictures"),  # TIFF
    (b"MM\0*", "pictures"),
    (b"BM", "image"),
    *((f"P{digit}".encode() + white, "image") for digit in range(1, 7) for white in (b"\n", b" ", b"\r", b"\t")),
    (b"\x1aE\xdf\xa3", "video"),  # Matroska, WebM
    (b"FLV\x01", "video"),
    (b"\x00\x00\x01\xba", "video"),  # MPEG programme stream
    (b"\x00\x00\x01\xb3", "video"),
    (b"0&\xb2u\x8ef\xcf\x11", "video"),  # ASF: WMV
)
_RIFF: dict[bytes, Kind] = {b"WEBP": "pictures", b"AVI ": "video"}
_PICTURES_IN_OGG = (b"\x80theora", b"OVP80", b"BBCD\0", b"\x01video")  # each stream has a page at the very beginning
_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip")  # QuickTime files of old begin with any of these
_STILL_BRANDS = (b"avif", b"heic", b"heix", b"heim", b"heis", b"mif1")
_SEQUENCE_BRANDS = (b"avis", b"hevc", b"hevx", b"msf1")
_SOUND_BRANDS = (b"M4A ", b"M4B ", b"M4P ")
# where the content says nothing (an empty or damaged file), the name is the best guess there is
IMAGE_SUFFIXES = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".jfif",
        ".jpe",
        ".png",
        ".bmp",
        ".webp",
        ".gif",
        ".tif",
        ".tiff",
        ".pgm",
        ".ppm",
        ".pbm",
        ".pnm",
        ".heic",
        ".heif",
        ".avif",
    ]
)
# of those the ones under which hardly ever more than one picture lies
SINGLE_PICTURE_SUFFIXES = (".jpg", ".jpeg", ".jfif", ".jpe", ".png", ".bmp", ".pgm", ".ppm", ".pbm", ".pnm")
# in containers of videos, whose first bytes need not say that there are no pictures
_SOUND_SUFFIXES = frozenset([".3ga", ".m4a", ".m4b", ".m4r", ".mka", ".weba", ".wma"])
_CODE_SUFFIXES = frozenset([".ts", ".mts"])  # TypeScript, where it is text
VIDEO_SUFFIXES = frozenset(
    [
        ".mp4",
        ".avi",
        ".mov",
        ".mkv",
        ".webm",
        ".m4v",
        ".mpg",
        ".mpeg",
        ".wmv",
        ".3gp",
        ".mts",
        ".m2ts",
        ".ts",
        ".flv",
        ".ogv",
        ".vob",
    ]
)


def pictures_in(folder: Path, pattern: str = "*") -> list[Path]:
    """Files of a folder that fit a pattern of `Path.glob` and are pictures by their names, in order; none hidden."""
    return visible(file for file in folder.glob(pattern) if file.suffix.lower() in IMAGE_SUFFIXES)


def kind_of_file(path: Path) -> Kind | None:
    """What a file holds: an image, many pictures in one file, or a video; None for anything else, sound for one.

    Raises:
        OSError: where it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        kind = kind_of_bytes(head)
        if kind == "pictures":
            file.seek(0)
            return "pictures" if _holds_many(file, head) else "image"
    suffix = path.suffix.lower()
    if kind == "video" and suffix in _SOUND_SUFFIXES:
        return None
    return kind or _kind_of_suffix(suffix, head)


def _kind_of_suffix(suffix: str, head: bytes) -> Kind | None:
    if suffix in IMAGE_SUFFIXES:
        return "image"
    is_code = suffix in _CODE_SUFFIXES and head != b"" and b"\0" not in head
    return "video" if suffix in VIDEO_SUFFIXES and not is_code else None


def kind_of_bytes(head: bytes) -> Kind | None:
    """The kind of a file that begins so: "pictures" where it may hold many, None where the bytes say nothing."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:4] == b"OggS":
        return "video" if any(mark in head for mark in _PICTURES_IN_OGG) else None
    if head[4:8] == b"ftyp":
        return _kind_of_brands(head)
    if head[4:8] in _BOXES:
        return "video"
    for offset, packet in ((0, 188), (4, 192)):  # MPEG transport stream: TS, and MTS of camcorders
        if len(head) > offset + 2 * packet and all(head[offset + i * packet] == 0x47 for i in range(3)):
            return "video"
    return None


def kind_of_whole(encoded: bytes) -> Kind | None:
    """The kind of a file by all of its bytes."""
    head = encoded[:HEAD_BYTES]
    kind = kind_of_bytes(head)
    return "image" if kind == "pictures" and not _holds_many(BytesIO(encoded), head) else kind


def is_heif(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a HEIC picture, which OpenCV does not read."""
    return head[4:8] == b"ftyp" and _kind_of_brands(head) == "image" and b"avif" not in _brands(head)


def _brands(head: bytes) -> list[bytes]:
    size = min(int.from_bytes(head[:4], "big"), len(head), 128)
    return [head[8:12], *(head[i : i + 4] for i in range(16, size - 3, 4))]


def _kind_of_brands(head: bytes) -> Kind | None:
    main = head[8:12]
    if main in _SOUND_BRANDS:
        return None
    if main in _SEQUENCE_BRANDS:
        return "pictures"
    return "image" if main in _STILL_BRANDS else "video"


def _holds_many(file: BinaryIO, head: bytes) -> bool:
    """Whether a file of a format for many pictures holds more than one."""
    if head[:4] == b"RIFF":
        return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 2)
    if head.startswith(b"\x89PNG"):
        return b"acTL" in head[: head.find(b"IDAT")] if b"IDAT" in head else b"acTL" in head
    if head[:2] in (b"II", b"MM"):
        return _tiff_has_second_page(file, "<" if head[:2] == b"II" else ">")
    return head[:3] != b"GIF" or _gif_pictures(file.read()) > 1


def _tiff_has_second_page(file: BinaryIO, order: str) -> bool:
    """Follow the first directory of a TIFF to where it says that the next one lies."""
    try:
        (first,) = struct.unpack(f"{order}4xI", file.read(8))
        file.seek(first)
        (entries,) = struct.unpack(f"{order}H", file.read(2))
        file.seek(12 * entries, 1)
        (following,) = struct.unpack(f"{order}I", file.read(4))
    except struct.error:
        return False  # damaged: reading it will tell
    return following != 0


def _gif_pictures(data: bytes) -> int:
    """Number of pictures in a GIF, 2 standing for more: its blocks are walked."""

    def after_table(flags: int, position: int) -> int:
        return position + (3 << (flags & 7) + 1 if flags & 0x80 else 0)

    def after_blocks(position: int) -> int:
        while data[position]:
            position += data[position] + 1
        return position + 1

    count = 0
    try:
        position = after_table(data[10], 13)
        while count < 2 and data[position] in b"!,":
            if data[position] == ord("!"):
                position = after_blocks(position + 2)
            else:
                count += 1
                position = after_blocks(after_table(data[position + 9], position + 10) + 1)
    except IndexError:
        pass  # cut short: reading it will tell
    return count
