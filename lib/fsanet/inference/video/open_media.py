"""Opening what FFmpeg reads, with the errors that people can mend told apart."""

import io
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer

from fsanet.errors import InputError
from fsanet.files import as_utf8
from fsanet.inference.addresses import without_user
from fsanet.inference.video.capture import as_path, no_video

_PATIENCE_S = (10.0, 20.0)  # for opening an address, and for each piece that comes from it
_AS_WRITTEN = {"correct_ts_overflow": "0"}  # else stamps that begin anew a minute earlier count as a day later


def open_media(name: str) -> InputContainer:
    """Open a file, a device, an address ("://") or standard input ("-").

    Raises:
        OSError: when an address or a device cannot be opened.
        ValueError: when a file holds no media that FFmpeg knows, or standard input is closed.
        KeyboardInterrupt: for a Ctrl-C while nothing comes through a pipe.
    """
    if name == "-" and sys.stdin is None:
        raise InputError("'-' is standard input, which is closed here: give a pipe, or the path of a file.")
    av.logging.set_level(None)  # FFmpeg's own messages are not about what a person can mend
    try:
        with interruptible():
            return _opened(name)
    except (av.FFmpegError, ValueError, OSError) as error:
        if name == "-" or "://" in name or name.startswith("/dev/"):
            what = f"'{name}' cannot be opened as a video stream: {_reason(error)}."
            raise OSError(without_user(what)) from None
        raise no_video(name) from None


def _opened(name: str) -> InputContainer:
    if name == "-":
        return av.open(_OpenFile(sys.stdin.fileno(), closefd=False), "r", options=_AS_WRITTEN)
    if "://" in name:
        return av.open(name, timeout=_PATIENCE_S, options=_AS_WRITTEN)
    if stat.S_ISCHR(Path(name).stat().st_mode):
        return av.open(name, format="v4l2")
    is_ours = is_pipe(name) or as_utf8(name) != name
    return av.open(_OpenFile(name) if is_ours else as_path(name), "r", options=_AS_WRITTEN)


@contextmanager
def interruptible() -> Iterator[None]:
    """PyAV reads inside: a Ctrl-C while it waits for a pipe is one."""
    try:
        yield
    except _StoppedReadError:
        raise KeyboardInterrupt from None


class _StoppedReadError(Exception):
    """A Ctrl-C while PyAV reads: it raises again what else a read raises, but loses a KeyboardInterrupt."""


def is_pipe(name: str) -> bool:
    """Whether what `open_media` opens comes once and in order, so that no reader can go to its end first."""
    if name == "-":
        return not sys.stdin.seekable()
    return "://" not in name and stat.S_ISFIFO(Path(name).stat().st_mode)


class _OpenFile(io.FileIO):
    """What PyAV reads where it takes no name, or where FFmpeg would wait, deaf to Ctrl-C.

    It closes with the container that holds it.
    """

    _stopped = False

    def read(self, size: int | None = -1) -> bytes:
        try:
            if not self._stopped:  # FFmpeg tries again after an error
                return super().read(size)
        except KeyboardInterrupt:
            self._stopped = True
        raise _StoppedReadError

    def __del__(self):
        self.close()


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).rstrip(".")
