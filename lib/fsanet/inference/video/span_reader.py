"""Part of a video by PyAV, its frames numbered as in the whole."""

from collections.abc import Iterator
from itertools import chain

import av

from fsanet.inference.video.open_media import open_media
from fsanet.inference.video.reader import VideoReader
from fsanet.inference.video.spans import KeyFrame, Span


class SpanReader(VideoReader):
    """Frames of a part of a video file, from `span.begin` on; a `FrameReader`.

    Args:
        name: path of the video file.
        span: which part.

    Raises:
        FileNotFoundError, ValueError: as `VideoReader`.
    """

    def __init__(self, name: str, span: Span):
        super().__init__(name)
        self._span = span
        self.expected_frames = span.stop - span.begin

    def _numbered(self) -> Iterator[tuple[int, av.VideoFrame | None]]:
        span = self._span
        for index, frame in self._from(span.key) if span.key else enumerate(self._decoded()):
            if index >= span.stop:
                return
            if index >= span.begin:
                yield index, frame

    def _from(self, key: KeyFrame) -> Iterator[tuple[int, av.VideoFrame | None]]:
        """Frames from a key frame on; from the first one where the file cannot be sought that exactly."""
        self._container.seek(key.seek_pts, stream=self._container.streams.video[0])
        frames = self._decoded()
        first = next((frame for frame in frames if frame is not None and (frame.pts or 0) >= key.pts), None)
        self.missed_frames = 0  # of those before
        if first is not None and first.pts == key.pts:
            return enumerate(chain([first], frames), key.index)
        self._container.close()
        self._container = open_media(self.name)
        return enumerate(self._decoded())
