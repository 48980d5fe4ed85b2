"""Opening what FFmpeg reads, with the errors that people can mend told apart."""

import io
import stat
import sys
from pathlib import Path

import av
from av.container import InputContainer

from fsanet.errors import InputError
from fsanet.files import as_utf8
from fsanet.inference.capture import no_video

_PATIENCE_S = (10.0, 20.0)  # for opening an address, and for each piece that comes from it


def open_media(name: str) -> InputContainer:
    """Open a file, a device, an address ("://") or standard input ("-").

    Raises:
        OSError: when an address or a device cannot be opened.
        ValueError: when a file holds no media that FFmpeg knows, or standard input is closed.
    """
    if name == "-" and sys.stdin is None:
        raise InputError("'-' is standard input, which is closed here: give a pipe, or the path of a file.")
    av.logging.set_level(None)  # FFmpeg's own messages are not about what a person can mend
    try:
        if name == "-":
            return av.open(sys.stdin.buffer, "r")
        if "://" in name:
            return av.open(name, timeout=_PATIENCE_S)
        if stat.S_ISCHR(Path(name).stat().st_mode):
            return av.open(name, format="v4l2")
        return av.open(name if as_utf8(name) == name else _OpenFile(name), "r")
    except (av.FFmpegError, ValueError, OSError) as error:
        if name == "-" or "://" in name or name.startswith("/dev/"):
            raise OSError(f"'{name}' cannot be opened as a video stream: {_reason(error)}.") from None
        raise no_video(name) from None


def is_pipe(name: str) -> bool:
    """Whether what `open_media` opens comes once and in order, so that no reader can go to its end first."""
    if name == "-":
        return not sys.stdin.seekable()
    return "://" not in name and stat.S_ISFIFO(Path(name).stat().st_mode)


class _OpenFile(io.FileIO):
    """A file that PyAV reads where it does not take the name; it closes with the container that holds it."""

    def __del__(self):
        self.close()


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).rstrip(".")
