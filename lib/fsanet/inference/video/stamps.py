"""Time stamps that go on where those of a file begin anew: recordings joined end to end, streams that started again."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
from av.video.stream import VideoStream

from fsanet.inference.video.frames import ANEW_S, DEFAULT_FPS


class RisingStamps:
    """Moves packets in time, so that the stamps of a stream of pictures rise; a recording in one piece stays as it is.

    Stamps begin anew where two packets in a row fall back; one alone is damaged, and is put behind the packet before.

    Args:
        pictures: the stream that decides; the sound of the same file is moved with it, and stays beside its pictures.

    Attributes:
        moved_s: seconds by which packets are moved so far.
    """

    def __init__(self, pictures: VideoStream):
        self.moved_s = Fraction(0)
        self._pictures = pictures.index
        self._step_s = 1 / Fraction(pictures.guessed_rate or pictures.average_rate or DEFAULT_FPS)
        self._moved_before_s = Fraction(0)
        self._last_s: Fraction | None = None
        self._has_fallen = False

    def of(self, packets: Iterable[av.Packet]) -> Iterator[av.Packet]:
        """The packets with stamps that go on."""
        for packet in packets:
            if packet.dts is None or packet.is_discard:  # what an edit list cuts off overlaps the rest
                by_s = self.moved_s
            elif packet.stream.index == self._pictures:
                by_s = self._move_s(packet.dts * packet.time_base)
            else:
                by_s = self._move_beside_s(packet.dts * packet.time_base)
            yield _moved(packet, by_s)

    def _move_s(self, stamp_s: Fraction) -> Fraction:
        """By how much a packet of the pictures is moved."""
        by_s, last_s = self.moved_s, self._last_s
        has_fallen = last_s is not None and stamp_s + by_s < last_s - ANEW_S
        if last_s is not None and has_fallen:
            by_s = last_s + self._step_s - stamp_s
            if self._has_fallen:
                self._moved_before_s, self.moved_s = self.moved_s, by_s
        self._has_fallen = has_fallen
        self._last_s = stamp_s + by_s
        return by_s

    def _move_beside_s(self, stamp_s: Fraction) -> Fraction:
        """By how much a packet of the sound is moved: some come later in the file than the pictures beside them."""
        pictures_s = self._last_s or Fraction(0)
        return min(self.moved_s, self._moved_before_s, key=lambda by_s: abs(stamp_s + by_s - pictures_s))


def _moved(packet: av.Packet, by_s: Fraction) -> av.Packet:
    if by_s:
        ticks = round(by_s / packet.time_base)
        packet.pts = None if packet.pts is None else packet.pts + ticks
        packet.dts = None if packet.dts is None else packet.dts + ticks
    return packet
