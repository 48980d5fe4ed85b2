"""The reader that suits a source of frames: a file, a camera, or many pictures in one file."""

from importlib.util import find_spec

from fsanet.errors import InputError
from fsanet.inference.video.capture import CaptureReader
from fsanet.inference.video.frames import FrameReader
from fsanet.inference.video.picture_series import PictureSeries
from fsanet.inference.video.spans import Span

_CAMERAS = 2**31  # OpenCV's limit of their numbers


def open_frames(kind: str, name: str, span: Span | None = None) -> FrameReader:
    """The reader for a source that is no single image and no stream, which `open_stream` opens.

    Args:
        kind: as `sources.Source` has it: "pictures", "video" or "camera".
        name: a path, or a camera's number.
        span: which part of a video; None for all of it.

    Raises:
        FileNotFoundError: when there is no such file.
        OSError: when a camera cannot be opened.
        ValueError: when a file is no video, is empty or damaged beyond opening; for a number that no camera can have.
    """
    if kind == "camera":
        return CaptureReader(_camera_number(name))
    if kind == "pictures":
        return PictureSeries(name)
    if not find_spec("av"):
        return CaptureReader(name)
    from fsanet.inference.video.reader import VideoReader  # needs PyAV
    from fsanet.inference.video.span_reader import SpanReader

    return SpanReader(name, span) if span else VideoReader(name)


def _camera_number(name: str) -> int:
    if int(name) >= _CAMERAS:
        raise InputError(f"Cameras have numbers from 0 to {_CAMERAS - 1}, got {name}: check it, or give a path.")
    return int(name)
