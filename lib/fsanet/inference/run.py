"""From sources to results on disk: annotated pictures and videos, and one file of rows."""

import errno
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fsanet.console import progress
from fsanet.errors import InputError, sentence_of
from fsanet.files import printable, remove_all_leftovers
from fsanet.image.reading import Picture, decode_picture, read_picture, write_image
from fsanet.inference.drawing import DrawnFace, draw_faces
from fsanet.inference.face_estimator import Face, FaceEstimator
from fsanet.inference.images import ImageResult, estimate_images
from fsanet.inference.outputs import output_paths, path_of_still
from fsanet.inference.report import RunReport
from fsanet.inference.rows.file import RowFiles
from fsanet.inference.rows.row import PoseRow, make_row
from fsanet.inference.settings import RunSettings
from fsanet.inference.sources import Source
from fsanet.inference.video.frame_sources import open_frames
from fsanet.inference.video.frames import FrameReader, StillPicture
from fsanet.inference.video.poses import FrameResult, VideoPoses
from fsanet.inference.video.writer import VideoWriter, writing_video

_MOST_AT_ONCE = 4  # frames that are searched: with more, reading and writing are what takes the time, and memory grows
log = logging.getLogger(__name__)
_OF_ONE_FILE = {errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.EISDIR, errno.ENOTDIR}


class Viewer(Protocol):
    """Something that shows images and reads keys; see `display.Window`."""

    def show(self, image_bgr: NDArray[np.uint8], wait_ms: int) -> str:
        """Show an image; the key that was pressed, or ""."""
        ...


class Run:
    """Goes through sources in their order.

    Args:
        estimator: finds faces and estimates poses.
        settings: what is done with the results.
        rows: files that get the rows, entered already; None for none.
        on_rows: called with the rows of each image, and of each frame of a video.
        viewer: shows each annotated image; None shows none.
        video_estimator: the same for the frames of videos, where another one is wanted: a faster one.
    """

    def __init__(
        self,
        estimator: FaceEstimator,
        settings: RunSettings,
        rows: RowFiles | None = None,
        on_rows: Callable[[list[PoseRow]], None] | None = None,
        viewer: Viewer | None = None,
        video_estimator: FaceEstimator | None = None,
    ):
        self.report = RunReport()
        self._estimator = estimator
        self._video_estimator = video_estimator or estimator
        self._settings = settings
        self._rows = rows
        self._on_rows = on_rows
        self._viewer = viewer
        self._paths: dict[str, Path] = {}
        self._stills: dict[str, Path] = {}  # of streams that turned out to be one picture

    def __call__(self, sources: Sequence[Source], among: Sequence[Source] | None = None) -> RunReport:
        """Go through the sources; what failed is in the report, the rest is done.

        Args:
            sources: in order.
            among: all that share the output folder, where others see to the rest; None for these alone.
        """
        if self._settings.out is not None:
            paths = output_paths(sources if among is None else among, self._settings.out)
            self._paths = {source.name: paths[source.name] for source in sources}
            remove_all_leftovers(self._paths.values())
        finished = self._of_earlier_run(sources)
        with progress(total=len(sources), unit="file", quiet=self._settings.quiet or len(sources) < 2) as bar:
            self.report.todo = len(sources) - self.report.skipped
            bar.update(self.report.skipped)
            for group in _runs_of_images(sources):
                todo = [source for source in group if self._key(source) not in finished]
                for _ in self._images(todo) if group[0].kind == "image" else self._videos(todo):
                    bar.update()
        return self.report

    def _of_earlier_run(self, sources: Sequence[Source]) -> Collection[str]:
        """Keys of what an earlier run has finished."""
        if not self._rows:
            return ()
        self._rows.expect([self._key(source) for source in sources])
        self.report.skipped = len(self._rows.finished)
        if self.report.skipped:
            log.info("Resuming: %d of %d files are done.", self.report.skipped, len(sources))
        return self._rows.finished

    def _key(self, source: Source) -> str:
        """What is noted of a finished source: a run that would write its annotated copy elsewhere goes through it."""
        return f"{source.label} -> {self._paths[source.name]}" if self._paths else source.label

    def _images(self, sources: list[Source], read: Callable[[str], Picture] = read_picture) -> Iterator[None]:
        is_seen = bool(self._paths) or self._viewer is not None
        names = (source.name for source in sources)
        results = estimate_images(self._estimator, names, self._settings.workers, is_seen, read)
        for source, result in zip(sources, results, strict=True):
            if result.error:
                self._fail(source, result.error)
                if source.is_file:
                    self._drop(source, self.report.faces)
            else:
                self._finish(source, self._image(source, result))
            self.report.sources += 1
            yield

    def _image(self, source: Source, result: ImageResult) -> str:
        """Take in what was found; returns what could not be had, mostly nothing."""
        if result.note:
            self._warn(source, result.note)
        self._write([make_row(source.shown_name, number, face) for number, face in enumerate(result.faces)])
        return "" if result.image_bgr is None else self._show(source, result.faces, result.image_bgr)

    def _show(self, source: Source, found: Sequence[Face], image_bgr: NDArray[np.uint8]) -> str:
        """Draw the faces of an image into it, write it and show it, as asked for; returns why it was not written."""
        names = [f"face {number}" if len(found) > 1 else "" for number in range(len(found))]
        faces = [DrawnFace(f.box_xyxy, f.pose, name) for f, name in zip(found, names, strict=True)]
        draw_faces(image_bgr, faces, self._settings.draw)
        problem = self._write_picture(source, image_bgr) if self._paths else ""
        if self._viewer and self._viewer.show(image_bgr, 0) == "q":
            raise KeyboardInterrupt
        return problem

    def _write_picture(self, source: Source, image_bgr: NDArray[np.uint8]) -> str:
        try:
            write_image(self._stills.get(source.name, self._paths[source.name]), image_bgr)
        except (InputError, OSError) as error:
            if not _concerns_one_file(error):
                raise
            return self._fail(source, f"the annotated picture could not be written ({error})")
        self.report.pictures += 1
        return ""

    def _videos(self, sources: list[Source]) -> Iterator[None]:
        for source in sources:
            faces = self.report.faces
            try:
                with _told_of_source():
                    reader = self._opened(source)
                if isinstance(reader, StillPicture):
                    yield from self._still(source, reader.encoded)
                    continue
                self._video(source, reader)
            except (InputError, OSError) as error:
                if not _concerns_one_file(error):
                    raise
                self._fail(source, str(error))
                if source.is_file:  # its rows so far go as its pictures do; what a camera showed cannot be seen again
                    self._drop(source, faces)
                elif self._rows:
                    self._rows.leave(self._key(source))
            else:
                if reader.note:
                    self._warn(source, reader.note)
                self._finish(source, self._lost(source, reader))
            self.report.sources += 1
            yield

    def _lost(self, source: Source, reader: FrameReader) -> str:
        """Tell which frames could not be read; returns it for files, of which they are missing."""
        if not reader.missed_frames:
            return ""
        of = f" of {reader.expected_frames}" if reader.expected_frames else ""
        lost = f"{reader.missed_frames}{of} frames could not be read"
        if not source.is_file:  # streams lose some as they go
            self._warn(source, lost)
            return ""
        self.report.partial += 1
        return self._fail(source, lost)

    def _opened(self, source: Source) -> FrameReader | StillPicture:
        if source.kind == "stream":
            from fsanet.inference.video.incoming import open_stream  # not where there are files alone: it takes time

            return open_stream(source.name)
        return open_frames(source.kind, source.name, source.span)

    def _still(self, source: Source, encoded: bytes) -> Iterator[None]:
        """The one picture that a stream brought, treated as that of a file is."""
        if self._paths:
            self._stills[source.name] = path_of_still(self._paths[source.name], encoded)
        yield from self._images([source], lambda _: decode_picture(encoded, source.shown_name))

    def _video(self, source: Source, reader: FrameReader) -> None:
        smooth = reader.is_live if self._settings.smooth is None else self._settings.smooth
        settings = replace(self._settings.video, smooth=smooth)
        workers = 1 if reader.is_live else min(self._settings.workers, _MOST_AT_ONCE)
        poses = VideoPoses(self._video_estimator, reader, settings, workers)
        with ExitStack() as stack:
            writer = None
            if self._paths:
                path = self._paths[source.name]
                writer = stack.enter_context(writing_video(path, reader.fps, reader.sound_of, reader.is_live))
            total, quiet = reader.expected_frames or None, self._settings.quiet
            label = printable(Path(source.shown_name).name)
            bar = stack.enter_context(progress(total=total, unit="frame", label=label, quiet=quiet))
            try:
                for result in _read(poses):
                    self._frame(source, result, writer, poses)
                    bar.update()
            except KeyboardInterrupt:
                self.report.sources += reader.is_live  # that is how it ends
                raise
        self.report.pictures += writer is not None

    def _frame(self, source: Source, result: FrameResult, writer: VideoWriter | None, poses: VideoPoses) -> None:
        frame = result.frame
        numbered = [(face.tracked.face_id, face) for face in result.faces]
        self._write(
            [
                make_row(source.shown_name, n, f.tracked.face, f.pose, frame.index, frame.time_s, f.tracked.origin)
                for n, f in numbered
            ]
        )
        if writer is None and self._viewer is None:
            return
        image = frame.image_bgr
        names = {n: f"face {n}" if len(numbered) > 1 else "" for n, _ in numbered}
        faces = [DrawnFace(f.tracked.face.box_xyxy, f.pose, names[n], f.tracked.origin != "held") for n, f in numbered]
        draw_faces(image, faces, self._settings.draw)
        if writer is not None:
            writer.write(image, frame.time_s)
        key = self._viewer.show(image, 1) if self._viewer else ""
        if key == "n":
            poses.recentre()
        elif key == "q":
            raise KeyboardInterrupt

    def _write(self, rows: list[PoseRow]) -> None:
        self.report.faces += len(rows)
        if self._rows:
            self._rows.write(rows)
        if self._on_rows:
            self._on_rows(rows)

    def _drop(self, source: Source, faces: int) -> None:
        """Take back the rows of a source, of an earlier run too; so many faces were there before it."""
        self.report.faces = faces
        if self._rows:
            self._rows.drop(self._key(source))

    def _fail(self, source: Source, reason: str) -> str:
        """Take in a failure; returns the reason as it is told."""
        self.report.failures.append((printable(source.label), printable(reason)))
        return printable(reason)

    def _warn(self, source: Source, what: str) -> None:
        self.report.warnings.append((printable(source.label), what))

    def _finish(self, source: Source, problem: str) -> None:
        """Note that a source was gone through: it is done if nothing is missing and it brings the same ever again."""
        if self._rows:
            self._rows.finish(self._key(source), source.is_file and not problem)


def _read(results: Iterable[FrameResult]) -> Iterator[FrameResult]:
    with _told_of_source():
        yield from results


@contextmanager
def _told_of_source() -> Iterator[None]:
    """Within it, what the system says is of the source that is read, whatever it is: the next one may be read."""
    try:
        yield
    except OSError as error:
        raise InputError(sentence_of(error)) from error


def _concerns_one_file(error: Exception) -> bool:
    """Whether an error says something of one file; when writing, a full disk or a closed folder concerns all."""
    return isinstance(error, InputError | FileNotFoundError) or getattr(error, "errno", None) in _OF_ONE_FILE | {None}


def _runs_of_images(sources: Sequence[Source]) -> Iterator[list[Source]]:
    """Neighbouring images together, so that they share batches; every video and camera alone."""
    group: list[Source] = []
    for source in sources:
        if group and (source.kind != "image" or group[0].kind != "image"):
            yield group
            group = []
        group.append(source)
    if group:
        yield group
