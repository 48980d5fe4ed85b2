"""A file of rows that is under way, and the checksum by which a later run knows whether its rows are still there."""

from pathlib import Path
from typing import BinaryIO, NamedTuple
from zlib import crc32

_PIECE = 1 << 20  # bytes that are read at once


class Mark(NamedTuple):
    """The first bytes of a file: their number, and their CRC-32."""

    size: int
    checksum: int


_NOTHING = Mark(0, 0)


class RowPart:
    """A file that is written from a mark on; what lies beyond is dropped.

    Attributes:
        mark: all that is written.
    """

    def __init__(self, path: Path, mark: Mark = _NOTHING):
        self.mark = mark
        self._file = open_after(path, mark.size)

    def write(self, text: str) -> None:
        """Append text."""
        self._add(text.encode())

    def take(self, file: BinaryIO, size: int) -> None:
        """Append the next bytes of another file."""
        while size and (piece := file.read(min(size, _PIECE))):
            self._add(piece)
            size -= len(piece)

    def flush(self) -> None:
        """Hand all that is written to the system, where a kill of this process does not reach it."""
        self._file.flush()

    def back_to(self, mark: Mark) -> None:
        """Take back what was written after a mark."""
        self._file.seek(mark.size)
        self._file.truncate()
        self.mark = mark

    def close(self) -> None:
        """Write what is left and close the file."""
        self._file.close()

    def _add(self, added: bytes) -> None:
        self._file.write(added)
        self.mark = Mark(self.mark.size + len(added), crc32(added, self.mark.checksum))


def open_after(path: Path, size: int) -> BinaryIO:
    """A file opened for appending after its first `size` bytes; what lies beyond is dropped."""
    file = path.open("r+b" if size else "wb")
    file.truncate(size)
    file.seek(size)
    return file


def begins_as(path: Path, mark: Mark) -> bool:
    """Whether there is a file whose first bytes are those of a mark."""
    if not path.is_file():
        return False
    left, checksum = mark.size, 0
    with path.open("rb") as file:
        while left and (piece := file.read(min(left, _PIECE))):
            left -= len(piece)
            checksum = crc32(piece, checksum)
    return (left, checksum) == (0, mark.checksum)
