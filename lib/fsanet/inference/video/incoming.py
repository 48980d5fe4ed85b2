"""What comes through a pipe or from an address: one picture, or a video."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from importlib.util import find_spec
from typing import TypeVar

from fsanet.errors import MissingPackageError
from fsanet.image.ends import JPEG_START, picture_end, picture_start
from fsanet.image.kinds import kind_of_bytes, kind_of_whole
from fsanet.inference.addresses import without_secrets
from fsanet.inference.stages import prefetched
from fsanet.inference.video.frames import FrameReader, StillPicture
from fsanet.inference.video.open_file import PIECE_BYTES, interruptible, is_pipe, open_pipe
from fsanet.inference.video.picture_series import PictureSeries

Opened = TypeVar("Opened")

_TELLING_BYTES = 12  # that tell a picture
_BEHIND_JPEG = re.compile(JPEG_START + b"|ftyp")  # another one, or the film that phones put there
_MORE_BELONG_TO_IT = b"MPF\0"  # in a JPEG behind which others lie that are not to be looked at: depth, brightness


def open_stream(name: str) -> FrameReader | StillPicture:
    """What comes from an address, a device, a named pipe or standard input ("-"), told by its first bytes.

    A picture is one unless another of its kind follows, as in motion JPEG: that is a video. Behind a JPEG there may be
    something between the two, other pictures have to follow at once.

    Raises:
        ImportError: for a video, and for an address, where PyAV is not installed.
        OSError: when it cannot be opened.
        ValueError: when it is no video, or standard input is closed.
        KeyboardInterrupt: for a Ctrl-C while nothing comes.
    """
    if is_pipe(name):
        return _through_pipe(name)
    _check_pyav(name)
    return _at_address(name)


def _through_pipe(name: str) -> FrameReader | StillPicture:
    file = open_pipe(name)
    with interruptible():
        came, is_picture = _first_picture(iter(partial(file.read, PIECE_BYTES), b""))
    if is_picture:
        return _picture(name, came)
    _check_pyav(name)
    file.put_back(came)
    from fsanet.inference.video.reader import VideoReader  # needs PyAV

    return VideoReader(name, file)


def _at_address(name: str) -> FrameReader | StillPicture:
    """A camera may serve one client, an address be good for one fetch: only pictures are fetched once more."""
    from fsanet.inference.video.open_media import pieces_of_address  # needs PyAV
    from fsanet.inference.video.reader import VideoReader

    reader = _in_thread(VideoReader, name)
    if not reader.holds_pictures:
        return reader
    reader.close()
    came, is_picture = _in_thread(lambda address: _first_picture(pieces_of_address(address)), name)
    return _picture(name, came) if is_picture else _in_thread(VideoReader, name)


def _in_thread(opened: Callable[[str], Opened], name: str) -> Opened:
    """What a function makes of an address; in a thread, since FFmpeg is deaf to Ctrl-C while it waits."""
    with closing(prefetched(map(opened, [name]))) as results:
        return next(results)


def _picture(name: str, encoded: bytes) -> PictureSeries | StillPicture:
    many = kind_of_whole(encoded) == "pictures"
    return PictureSeries(without_secrets(name), encoded) if many else StillPicture(encoded)


def _first_picture(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """What had to be read to know it, and whether it is one picture."""
    came = bytearray()
    while len(came) < _TELLING_BYTES and _comes_more(came, pieces):
        pass
    if not _begins_picture(came):
        return bytes(came), False
    is_video = _another_follows(came, pieces)
    if not is_video and not came.startswith(JPEG_START):  # its header may have told less than there is
        came += b"".join(pieces)
    return bytes(came), not is_video


def _another_follows(came: bytearray, pieces: Iterator[bytes]) -> bool:
    """Whether another picture of its kind comes behind the one that has begun to come."""
    stood, is_end = picture_end(came)
    while not is_end:
        if not _comes_more(came, pieces):
            return False
        stood, is_end = picture_end(came, stood)
    if came.startswith(JPEG_START):
        return _MORE_BELONG_TO_IT not in came[:stood] and _jpeg_follows(came, stood, pieces)
    start = picture_start(came) or b""
    while len(came) < stood + len(start) and _comes_more(came, pieces):
        pass
    return came.startswith(start, stood)


def _jpeg_follows(came: bytearray, end: int, pieces: Iterator[bytes]) -> bool:
    """Whether another JPEG comes behind an end, padding or not, before a film does."""
    while not (found := _BEHIND_JPEG.search(came, end)):
        end = max(end, len(came) - 3)
        if not _comes_more(came, pieces):
            return False
    return found[0] == JPEG_START


def _comes_more(came: bytearray, pieces: Iterator[bytes]) -> bool:
    """Take the next piece; False where there is none."""
    piece = next(pieces, None)
    came += piece or b""
    return piece is not None


def _begins_picture(came: bytearray) -> bool:
    return kind_of_bytes(bytes(came[:_TELLING_BYTES])) in ("image", "pictures")


def _check_pyav(name: str) -> None:
    if not find_spec("av"):
        what = f"'{without_secrets(name)}' is a stream"
        raise MissingPackageError(f"{what}, which is read by PyAV: pip install 'fsanet[video]'.")
