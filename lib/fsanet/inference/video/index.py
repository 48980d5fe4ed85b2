"""Where the frames of a video file lie in time, and which are key frames, without decoding more than the first."""

from contextlib import closing
from typing import NamedTuple

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.inference.video.open_media import open_media
from fsanet.inference.video.reader import VideoReader
from fsanet.inference.video.spans import KeyFrame
from fsanet.inference.video.stamps import RisingStamps

_KEYS_BEFORE = 2  # between the key frame that is sought and the one from which frames are numbered
_VP8_SHOWN = 0x10  # in the first byte of a frame, RFC 6386 section 9.1


class VideoIndex(NamedTuple):
    """Frames of a video in the order in which they are shown.

    Attributes:
        pts: (n,) time stamps in ticks.
        key_pts: (k,) those of the key frames.
        tick_s: seconds a tick.
    """

    pts: NDArray[np.int64]
    key_pts: NDArray[np.int64]
    tick_s: float

    def frame_at(self, seconds_before: float, frame: int) -> int:
        """Number of the first frame that is shown no more than some seconds before another one."""
        return int(np.searchsorted(self.pts, self.pts[frame] - seconds_before / self.tick_s))

    def key_before(self, frame: int) -> KeyFrame | None:
        """The last key frame up to a frame; None where too few come before it to be sought."""
        last = int(np.searchsorted(self.key_pts, self.pts[frame], side="right")) - 1
        if last < _KEYS_BEFORE:
            return None
        pts = int(self.key_pts[last])
        return KeyFrame(int(np.searchsorted(self.pts, pts)), pts, int(self.key_pts[last - _KEYS_BEFORE]))


def length_s(name: str) -> float:
    """Seconds that a video file has by its own word.

    Raises:
        OSError: when it cannot be read.
        ValueError: when it is no video, or does not say.
    """
    with closing(open_media(name)) as container:
        if not container.duration:
            raise InputError("its length is not written in it")
        return container.duration / av.time_base


def read_index(name: str) -> VideoIndex:
    """Read all packets of a video file once, and decode up to its first frame, from which readers count.

    Raises:
        OSError: when it cannot be read.
        ValueError: when its frames cannot be told by their time stamps, or none can be read.
    """
    with closing(open_media(name)) as container:
        if not container.streams.video:
            raise InputError("it has no pictures")
        stream = container.streams.video[0]
        pts, is_key = _shown(container, stream)
        tick_s = stream.time_base  # while the file is open: its memory is freed with it
    if not pts or None in pts or len(set(pts)) < len(pts) or tick_s is None:
        raise InputError("its frames have no time stamps of their own")
    stamps = np.array(pts, np.int64)
    number, first_pts = VideoReader(name).first()
    never_read = int(np.sum(stamps < first_pts)) - number  # recordings begin between key frames
    if never_read < 0:
        raise InputError("its frames cannot be told by their time stamps")
    keys = stamps[is_key]
    return VideoIndex(np.sort(stamps)[never_read:], np.sort(keys[keys >= first_pts]), float(tick_s))


def _shown(container: InputContainer, stream: VideoStream) -> tuple[list[int | None], list[bool]]:
    """Time stamps of the packets that become frames, in ticks, and whether each is a key frame."""
    pts: list[int | None] = []
    is_key: list[bool] = []
    rising = RisingStamps(stream)
    try:
        for packet in rising.of(container.demux(stream)):
            if packet.size and _is_shown(packet, stream.codec_context.name):
                pts.append(packet.pts)
                is_key.append(packet.is_keyframe)
    except av.FFmpegError:  # cut short: reading its frames ends there as well
        pass
    if rising.moved_s:
        raise InputError("its time stamps begin anew within it")
    return pts, is_key


def _is_shown(packet: av.Packet, codec: str) -> bool:
    """Whether a packet becomes a frame: not one that an edit list cuts off, nor one that others only refer to."""
    return not packet.is_discard and (codec != "vp8" or bool(bytes(packet)[0] & _VP8_SHOWN))
