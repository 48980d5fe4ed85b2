"""H.264 in mp4 by PyAV (FFmpeg with x264): plays in browsers, each frame at its time, sound carried over."""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.inference.video.frames import TICKS_A_SECOND
from fsanet.inference.video.open_media import open_media
from fsanet.inference.video.stamps import RisingStamps

# As good as preset "veryfast" with crf 20, in two thirds of the time and a fifth more bytes. Frames out of order (bf)
# would make uneven videos too short.
_OPTIONS = {"preset": "superfast", "crf": "21", "bf": "0"}
_SOUND_HZ = (4_000, 200_000)
_OVERLAP_S = 0.01  # of packets, as their stamps are rounded; by more where recordings were joined
# from how many samples a second on mp4 takes what browsers play in it as it is; all else becomes AAC
_COPIED_FROM_HZ = {"aac": 0, "opus": 0, "mp3": 16_000}


class H264Sink:
    """Takes the frames of a video; a `FrameSink`.

    All is written in a thread of its own: Ctrl-C that comes while PyAV asks for a write is lost there, with that write,
    and signals reach the main thread alone.

    Args:
        path: the mp4 file.
        size_wh: size of the frames in pixels; odd sides get one more row or column.
        fps: usual frames per second; what counts is the time of each frame.
        sound_of: path of a video whose sound is carried over; empty for none.

    Raises:
        OSError: when the file cannot be written.
        InputError: when the encoder takes no frames of that size.
    """

    def __init__(self, path: Path, size_wh: tuple[int, int], fps: Fraction, sound_of: str = ""):
        self._file = path.open("w+b")  # PyAV would ask for a name that is UTF-8
        self._container = av.open(self._file, "w", format="mp4")
        self._video = self._container.add_stream("libx264", rate=fps, options=_OPTIONS)
        self._video.width, self._video.height = (side + side % 2 for side in size_wh)
        self._video.pix_fmt = "yuv420p"
        self._video.codec_context.time_base = Fraction(1, TICKS_A_SECOND)
        self._sound = _sound_of(sound_of, self._container) if sound_of else None
        self._last_s = 0.0
        self._thread = ThreadPoolExecutor(1, "h264")

    def write(self, image_bgr: NDArray[np.uint8], time_s: float) -> None:
        """Append a frame at its time, which is later than that of the one before."""
        odd_h, odd_w = image_bgr.shape[0] % 2, image_bgr.shape[1] % 2
        if odd_h or odd_w:
            image_bgr = cv2.copyMakeBorder(image_bgr, 0, odd_h, 0, odd_w, cv2.BORDER_REPLICATE)
        planes = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2YUV_I420)  # a quarter of the time that FFmpeg takes
        self._in_thread(self._encode, planes, time_s)

    def close(self) -> None:
        """Finish the file: what the encoder holds back, and the sound of the last frame."""
        with self._thread:
            self._in_thread(self._finish)

    def _in_thread(self, work: Callable[..., None], *arguments: object) -> None:
        try:
            self._thread.submit(work, *arguments).result()
        except av.FFmpegError as error:
            if isinstance(error, OSError):
                raise
            size = f"{self._video.width} x {self._video.height}"
            raise InputError(
                f"No video of {size} pixels can be written ({error.strerror}): --no-pictures gives its rows."
            ) from error

    def _encode(self, planes: NDArray[np.uint8], time_s: float) -> None:
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = round(time_s * TICKS_A_SECOND), Fraction(1, TICKS_A_SECOND)
        self._container.mux(self._video.encode(frame))
        if self._sound:
            self._sound.mux_until(time_s)
        self._last_s = time_s

    def _finish(self) -> None:
        with self._file, self._container:
            self._container.mux(self._video.encode(None))
            if self._sound:
                self._sound.mux_until(self._last_s + 0.1)
                self._sound.close()


def _sound_of(source: str, target: av.container.OutputContainer) -> "_Sound | None":
    """The sound of a source; None where it cannot be read: the pictures are what counts."""
    try:
        return _Sound(source, target)
    except (av.FFmpegError, InputError):
        return None


class _Sound:
    """The sound of a source, given piece by piece so that it lies beside the frames of its time."""

    def __init__(self, source: str, target: av.container.OutputContainer):
        self._source = open_media(source)
        self._target = target
        stream = self._source.streams.audio[0]
        self._zero_s = Fraction(self._source.start_time or 0, av.time_base)
        if stream.codec_context is None:
            raise InputError("FFmpeg does not know the codec of the sound.")
        if _is_copied(stream.codec_context):
            self._stream = target.add_stream_from_template(stream)
            self._packets = self._copied(stream)
        else:
            self._stream = target.add_stream("aac", rate=_aac_rate(stream.codec_context.sample_rate))
            self._stream.layout = "mono" if stream.codec_context.channels == 1 else "stereo"
            self._packets = self._encoded(stream)
        self._waiting: av.Packet | None = next(self._packets, None)

    def mux_until(self, time_s: float) -> None:
        """Write the sound up to a time of the video; where it turns out to be damaged, there is none from there on."""
        while self._waiting is not None and _start_s(self._waiting) <= time_s:
            try:
                self._target.mux(self._waiting)
                self._waiting = next(self._packets, None)
            except av.FFmpegError:
                self._waiting = None

    def close(self) -> None:
        """Let go of the source."""
        self._source.close()

    def _packets_of(self, stream: av.AudioStream) -> Iterator[av.Packet]:
        """Packets of the sound, beside the frames that `VideoReader` has; without those that lie before others."""
        pictures, end_s = self._source.streams.video[:1], -math.inf
        packets = self._source.demux(stream, *pictures)
        for packet in RisingStamps(pictures[0]).of(packets) if pictures else packets:
            start_s = end_s if packet.dts is None else float(packet.dts * packet.time_base)
            if packet.stream.index == stream.index and start_s >= end_s - _OVERLAP_S:
                end_s = start_s + float((packet.duration or 0) * packet.time_base)
                yield packet

    def _copied(self, stream: av.AudioStream) -> Iterator[av.Packet]:
        for packet in self._packets_of(stream):
            if packet.pts is not None and packet.dts is not None:
                shift = round(self._zero_s / packet.time_base)
                packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, self._stream
                yield packet

    def _encoded(self, stream: av.AudioStream) -> Iterator[av.Packet]:
        """Sound as AAC, its stamps counted in samples: the ticks of AVI may be longer than a packet of AAC."""
        for packet in self._packets_of(stream):
            for frame in stream.decode(packet):
                if frame.pts is not None and frame.time_base is not None:
                    frame.pts = round((frame.pts * frame.time_base - self._zero_s) * frame.sample_rate)
                    frame.time_base = Fraction(1, frame.sample_rate)
                yield from self._stream.encode(frame)
        yield from self._stream.encode(None)


def _is_copied(sound: av.AudioCodecContext) -> bool:
    name = sound.codec.canonical_name  # a codec's own name, not that of what decodes it, such as mp3float
    return name in _COPIED_FROM_HZ and sound.sample_rate >= _COPIED_FROM_HZ[name]


def _aac_rate(rate_hz: int) -> int:
    """The rate that AAC has nearest to one that a file claims.

    Raises:
        ValueError: for what no sound has: a few samples a second would be stretched without end.
    """
    if not _SOUND_HZ[0] <= rate_hz <= _SOUND_HZ[1]:
        raise InputError(f"A sound of {rate_hz} samples a second is none.")
    return min(av.Codec("aac", "w").audio_rates or (), key=lambda known: abs(known - rate_hz))


def _start_s(packet: av.Packet) -> float:
    return float((packet.pts or 0) * packet.time_base)
