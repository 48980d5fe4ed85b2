"""Opening what FFmpeg reads, with the errors that people can mend told apart."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import av
from av.container import InputContainer

from fsanet.files import as_utf8
from fsanet.inference.addresses import without_secrets
from fsanet.inference.video.capture import as_path, no_video
from fsanet.inference.video.open_file import PIECE_BYTES, OpenFile, interruptible

_PATIENCE_S = (10.0, 20.0)  # for opening an address, and for each piece that comes from it
_AS_WRITTEN = {"correct_ts_overflow": "0"}  # else stamps that begin anew a minute earlier count as a day later


def open_media(name: str, file: OpenFile | None = None) -> InputContainer:
    """Open a file, a device or an address ("://").

    Args:
        name: of it.
        file: what it is read from, for a pipe; see `open_pipe`.

    Raises:
        OSError: when an address or a device cannot be opened.
        ValueError: when a file holds no media that FFmpeg knows.
        KeyboardInterrupt: for a Ctrl-C while nothing comes through a pipe.
    """
    with _told(name):
        return _opened(name) if file is None else av.open(file, "r", options=_AS_WRITTEN)


def pieces_of_address(name: str) -> Iterator[bytes]:
    """The bytes of what lies at an address, piece by piece, to its end or to where it breaks off.

    Raises:
        OSError: when it cannot be opened.
    """
    options = {"raw_packet_size": str(PIECE_BYTES)}
    with _told(name):
        container = av.open(name, format="data", timeout=_PATIENCE_S, options=options)
    with container, suppress(av.FFmpegError):
        yield from (bytes(packet) for packet in container.demux())


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Something is opened inside: what FFmpeg says is said so that people can mend it."""
    av.logging.set_level(None)  # FFmpeg's own messages are not about what a person can mend
    try:
        with interruptible():
            yield
    except (av.FFmpegError, ValueError, OSError) as error:
        if name == "-" or "://" in name or name.startswith("/dev/"):
            what = f"'{name}' cannot be opened as a video stream: {_reason(error)}."
            raise OSError(without_secrets(what)) from None
        raise no_video(name) from None


def _opened(name: str) -> InputContainer:
    if "://" in name:
        return av.open(name, timeout=_PATIENCE_S, options=_AS_WRITTEN)
    if stat.S_ISCHR(Path(name).stat().st_mode):
        return av.open(name, format="v4l2")
    return av.open(as_path(name) if as_utf8(name) == name else OpenFile(name), "r", options=_AS_WRITTEN)


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).rstrip(".")
