"""Videos and streams by PyAV (FFmpeg): time stamps, display matrix and shape of pixels are kept."""

import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.image.ends import is_whole_jpeg
from fsanet.image.reading import truncated_jpeg
from fsanet.inference.addresses import without_secrets
from fsanet.inference.video.capture import check_file, no_frame, no_frame_in_order, no_video
from fsanet.inference.video.frames import DEFAULT_FPS, VideoFrame
from fsanet.inference.video.open_file import OpenFile, interruptible
from fsanet.inference.video.open_media import open_media
from fsanet.inference.video.stamps import RisingStamps

_MOST_FPS = 240.0  # recordings of browsers claim 1000 frames a second
_LEAST_STEP_S = 1e-3
_SQUARE_WITHIN = 0.01
_WHOLE_FRAME = 0.99  # of a frame: ticks are rounded
_PICTURES = frozenset({"image2", "gif", "apng"})  # what FFmpeg calls files of them, beside jpeg_pipe and its like
_PICTURE_BRANDS = frozenset({"avif", "avis", "heic", "heix", "mif1", "msf1"})  # that it calls MP4


class VideoReader:
    """Frames of a video file, an address, a device or a pipe; a `FrameReader`. What may be a pipe `open_stream` opens.

    Args:
        name: path of a video file or of a device such as /dev/video0, an address with "://", or what a pipe is called.
        file: what it is read from, for a pipe and for standard input.

    Raises:
        FileNotFoundError: when there is no such file.
        OSError: when a stream cannot be opened.
        ValueError: when a file is no video, is empty or damaged beyond opening.
    """

    def __init__(self, name: str, file: OpenFile | None = None):
        self.name = name
        is_file = file is None and _is_file(name)
        if is_file:
            check_file(Path(name))
        self._container = open_media(name, file)
        if not self._container.streams.video:
            self._container.close()
            raise no_video(name)
        stream = self._container.streams.video[0]
        stream.thread_type = "AUTO"
        rate = float(stream.guessed_rate or stream.average_rate or 0)
        self.fps = rate if 0 < rate <= _MOST_FPS else DEFAULT_FPS
        self.expected_frames = stream.frames
        self.missed_frames = 0
        self._is_in_order = "://" in name if file is None else not file.seekable()
        self._holds_jpegs = self._container.format.name == "jpeg_pipe"  # what FFmpeg calls JPEG files one by one
        self.is_live = not is_file and self._container.duration is None
        self.note = ""
        self.sound_of = name if is_file and self._container.streams.audio else ""

    def __iter__(self) -> Iterator[VideoFrame]:
        """Readable frames, until the video ends or nothing more can be read.

        Raises:
            ValueError: when not a single frame can be read.
        """
        zero_s = (self._container.start_time or 0) / av.time_base
        upright = Upright(float(self._container.streams.video[0].sample_aspect_ratio or 1))
        time_s = -1.0
        try:
            for index, frame in self._numbered():
                if frame is not None:
                    stamp = index / self.fps if frame.time is None else frame.time - zero_s
                    time_s = max(stamp, time_s + _LEAST_STEP_S, 0.0)
                    yield VideoFrame(index, time_s, upright(frame))
        finally:
            self._container.close()
        if time_s < 0:
            raise self._nothing_read()

    @property
    def holds_pictures(self) -> bool:
        """Whether it is one or more pictures by their format, such as a JPEG or an animated GIF."""
        kind, brand = self._container.format.name, self._container.metadata.get("major_brand")
        return kind.endswith("_pipe") or kind in _PICTURES or brand in _PICTURE_BRANDS

    def close(self) -> None:
        """Let go of what it reads from; a reader that was gone through has done so."""
        self._container.close()

    def _nothing_read(self) -> InputError:
        if self._holds_jpegs:
            return truncated_jpeg(without_secrets(self.name))
        may_lack_index = self._is_in_order and "mp4" in self._container.format.name
        return no_frame_in_order(self.name) if may_lack_index else no_frame(without_secrets(self.name))

    def first(self) -> tuple[int, int]:
        """Number and stamp (in ticks) of the first frame that can be read; the reader is used up by it.

        Raises:
            ValueError: when there is none.
        """
        with closing(self._container):
            for index, frame in self._numbered():
                if frame is not None:
                    return index, frame.pts or 0
        raise self._nothing_read()

    def _numbered(self) -> Iterator[tuple[int, av.VideoFrame | None]]:
        """Frames with their numbers in the video, None for each that cannot be read."""
        return enumerate(self._decoded())

    def _decoded(self) -> Iterator[av.VideoFrame | None]:
        """Frames in order, None for each that cannot be read."""
        stream = self._container.streams.video[0]
        packets = end = 0
        try:
            for packet in self._packets(stream):
                packets += packet.size > 0
                if packet.pts is not None and not packet.is_discard:
                    end = max(end, packet.pts + (packet.duration or 0))
                try:
                    yield from self._frames_of(packet)
                except av.FFmpegError:  # damaged, or of a kind that FFmpeg cannot decode
                    self.missed_frames += 1
                    yield None
        except av.FFmpegError as error:  # a file that is cut short; a stream that was closed
            if "://" in self.name:
                self.note = f"the stream ended: {error.strerror}"
        if _ends_early(stream, end):  # not where an edit list leaves frames out, as phones trim
            self.missed_frames += max(0, self.expected_frames - packets)

    def _frames_of(self, packet: av.Packet) -> list[av.VideoFrame]:
        if self._holds_jpegs and packet.size and not is_whole_jpeg(bytes(packet)):
            raise av.InvalidDataError(0, "FFmpeg would fill a truncated picture with grey")
        return packet.decode()

    def _packets(self, stream: VideoStream) -> Iterator[av.Packet]:
        with interruptible():
            yield from RisingStamps(stream).of(self._container.demux(stream))


class Upright:
    """The pictures of a video's frames as they are meant to be seen: pixels square, turned and mirrored.

    A frame that was asked for its side data stays in memory, with its decoder, until the garbage collector comes; so it
    is asked where its turn is another one than that of the frames before.

    Args:
        aspect: width of a pixel in its heights.
    """

    def __init__(self, aspect: float = 1.0):
        self._aspect = aspect
        self._matrices: dict[float, NDArray | None] = {}  # by the turn that a frame tells

    def __call__(self, frame: av.VideoFrame) -> NDArray[np.uint8]:
        """The picture of a decoded frame, (h, w, 3) uint8 BGR."""
        image = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
        if abs(self._aspect - 1) > _SQUARE_WITHIN:
            image = cv2.resize(image, (max(1, round(image.shape[1] * self._aspect)), image.shape[0]))
        if frame.rotation not in self._matrices:
            self._matrices[frame.rotation] = _display_matrix(frame)
        matrix = self._matrices[frame.rotation]
        return image if matrix is None else displayed(image, matrix)


def displayed(image: NDArray[np.uint8], matrix: NDArray) -> NDArray[np.uint8]:
    """Apply a display matrix's turn by quarters and its mirroring.

    Args:
        image: (h, w, 3).
        matrix: (2, 2), [x' y'] = [x y] times it, y down; only the signs and which entries are large count.
    """
    (a, b), (c, d) = np.asarray(matrix, np.float64)
    if abs(a) + abs(d) < abs(b) + abs(c):  # x and y change places
        image, a, d = image.transpose(1, 0, 2), c, b
    image = image[:, ::-1] if a < 0 else image
    image = image[::-1] if d < 0 else image
    return np.ascontiguousarray(image)


def _display_matrix(frame: av.VideoFrame) -> NDArray | None:
    """As `displayed` takes it; None for a frame that says nothing of how it is to be seen."""
    try:
        side_data: Any = frame.side_data  # PyAV's types name one kind of it only
    except ValueError:  # PyAV knows fewer kinds than FFmpeg 8, such as EXIF; the turn it tells all the same
        turn = np.radians(-frame.rotation)
        return np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    matrix = side_data.get("DISPLAYMATRIX")
    return None if matrix is None else np.frombuffer(bytes(matrix), np.int32)[[0, 1, 3, 4]].reshape(2, 2)


def _ends_early(stream: VideoStream, end: int) -> bool:
    """Whether a frame or more is missing between the end of what was read, in ticks, and that of the stream."""
    if stream.duration is None or not stream.guessed_rate or stream.time_base is None:
        return True
    frame = 1 / (stream.guessed_rate * stream.time_base)
    return (stream.start_time or 0) + stream.duration - end >= _WHOLE_FRAME * frame


def _is_file(name: str) -> bool:
    if "://" in name:
        return False
    path = Path(name)
    return not path.exists() or stat.S_ISREG(path.stat().st_mode)
