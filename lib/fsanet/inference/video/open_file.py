"""Files and pipes as PyAV reads them where it takes no name: they can be left by Ctrl-C."""

import io
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fsanet.errors import InputError

PIECE_BYTES = 65536  # of what is read before it is known


class OpenFile(io.FileIO):
    """What PyAV reads where it takes no name, or where FFmpeg would wait, deaf to Ctrl-C.

    It closes with the container that holds it.
    """

    _stopped = False
    _put_back = io.BytesIO()

    def read(self, size: int | None = -1) -> bytes:
        """What was put back, then what comes; a Ctrl-C meanwhile is raised as `interruptible` knows it, and ends it."""
        if self._stopped:  # FFmpeg tries again after an error, and PyAV would print all but the first
            return b""
        try:
            return self._put_back.read(size) or super().read(size)
        except KeyboardInterrupt:
            self._stopped = True
        raise _StoppedReadError

    def put_back(self, data: bytes) -> None:
        """Let what was read from the start come once more."""
        if self.seekable():
            self.seek(-len(data), io.SEEK_CUR)
        else:
            self._put_back = io.BytesIO(data)

    def __del__(self):
        self.close()


@contextmanager
def interruptible() -> Iterator[None]:
    """An `OpenFile` is read inside, by PyAV or by us: a Ctrl-C while it waits for a pipe is one."""
    try:
        yield
    except _StoppedReadError:
        raise KeyboardInterrupt from None


class _StoppedReadError(Exception):
    """A Ctrl-C while PyAV reads: it raises again what else a read raises, but loses a KeyboardInterrupt."""


def open_pipe(name: str) -> OpenFile:
    """Open standard input ("-") or a named pipe.

    Raises:
        ValueError: when standard input is closed.
    """
    if name != "-":
        return OpenFile(name)
    if sys.stdin is None:
        raise InputError("'-' is standard input, which is closed here: give a pipe, or the path of a file.")
    return OpenFile(sys.stdin.fileno(), closefd=False)


def is_pipe(name: str) -> bool:
    """Whether `open_pipe` is to open it: standard input or a named pipe."""
    return name == "-" or ("://" not in name and stat.S_ISFIFO(Path(name).stat().st_mode))
