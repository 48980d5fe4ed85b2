"""Many pictures in one file, gone through as a video: animated GIF, WebP, PNG and AVIF, and TIFF with many pages."""

from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.files import as_utf8
from fsanet.image.reading import in_colour, is_tiff, to_eight_bits
from fsanet.inference.video.capture import check_file, no_frame
from fsanet.inference.video.frames import VideoFrame

_AT_ONCE = 32  # pictures of an animation that are decoded together: each batch starts from the first one again
_PAGE_MS = 1000  # pages have no time: one a second
_SHORTEST_MS = 20  # browsers show no picture shorter than this, whatever the file says
_USUAL_MS = 100  # and take this instead


class PictureSeries:
    """The pictures of one file as frames; a `FrameReader`.

    Pages of a TIFF have no times and count as one a second. Where a picture is damaged the file ends for us: those
    that are missing of what it says to hold are `missed_frames` afterwards.

    Args:
        name: path of the file, or what messages are to call it.
        encoded: its bytes, where it does not lie under that name.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when it is empty.
    """

    def __init__(self, name: str, encoded: bytes | None = None):
        if encoded is None:
            check_file(Path(name))
        self._lies_there = encoded is None
        encoded = Path(name).read_bytes() if encoded is None else encoded
        self.name = name
        self.fps = 1000 / _USUAL_MS
        self.expected_frames = self.missed_frames = 0
        self.is_live = False
        self.note = self.sound_of = ""
        self._encoded = np.frombuffer(encoded, np.uint8).reshape(1, -1)  # OpenCV's WebP wants a row

    def __iter__(self) -> Iterator[VideoFrame]:
        """All pictures, each at its time.

        Raises:
            ValueError: when not a single one can be read.
        """
        pictures = self._pages() if is_tiff(self._encoded[0, :2].tobytes()) else self._animation()
        index, time_ms = 0, 0
        for image, shown_ms in pictures:
            picture = to_eight_bits(image)
            self.note = self.note or picture.note
            yield VideoFrame(index, time_ms / 1000, picture.image_bgr)
            index, time_ms = index + 1, time_ms + shown_ms
        if index == 0:
            raise no_frame(self.name)
        self.expected_frames = max(index, self._told())
        self.missed_frames = self.expected_frames - index

    def _told(self) -> int:
        """How many pictures the file says to hold; OpenCV counts in files alone, and takes no name but UTF-8."""
        if self._lies_there and as_utf8(self.name) == self.name:
            return cv2.imcount(self.name)
        from tempfile import TemporaryDirectory  # takes its time to import

        with TemporaryDirectory() as folder:
            copy = Path(folder) / "copy"
            copy.write_bytes(self._encoded.tobytes())
            return cv2.imcount(str(copy))

    def _pages(self) -> Iterator[tuple[NDArray, int]]:
        for number in count():
            page = in_colour(partial(self._page, number), may_be_float=True)
            if page is None:
                return
            yield page, _PAGE_MS

    def _page(self, number: int, flags: int) -> NDArray | None:
        done, images = cv2.imdecodemulti(self._encoded, flags, range=(number, number + 1))
        return images[0] if done and images else None

    def _animation(self) -> Iterator[tuple[NDArray, int]]:
        start = 0
        while True:
            try:
                done, part = cv2.imdecodeanimation(self._encoded, start=start, count=_AT_ONCE)
            except cv2.error as error:
                raise InputError(f"'{self.name}' cannot be decoded: {error.err or error}.") from None
            for image, shown_ms in zip(part.frames, np.ravel(part.durations).tolist(), strict=False):
                yield np.ascontiguousarray(image[..., :3]), shown_ms if shown_ms >= _SHORTEST_MS else _USUAL_MS
            if not done or len(part.frames) < _AT_ONCE:
                return
            start += _AT_ONCE
