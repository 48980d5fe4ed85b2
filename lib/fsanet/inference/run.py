"""From sources to results on disk: annotated pictures and videos, and one file of rows."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fsanet.console import progress
from fsanet.errors import InputError
from fsanet.image.reading import write_image
from fsanet.inference.drawing import Style, draw_face
from fsanet.inference.face_estimator import FaceEstimator
from fsanet.inference.images import ImageResult, estimate_images
from fsanet.inference.row_file import RowFiles
from fsanet.inference.rows import PoseRow, make_row
from fsanet.inference.sources import Source
from fsanet.inference.video import FrameResult, VideoPoses, VideoSettings
from fsanet.inference.video_file import VideoReader, VideoWriter, writing_video


class Viewer(Protocol):
    """Something that shows images and reads keys; see `display.Window`."""

    def show(self, image_bgr: NDArray[np.uint8], wait_ms: int) -> str:
        """Show an image; the key that was pressed, or ""."""
        ...


@dataclass(frozen=True)
class RunSettings:
    """What is done with the results.

    Attributes:
        out: folder for annotated pictures and videos; None writes none.
        draw: what is drawn for each face.
        workers: threads that decode and detect images.
        video: how videos are gone through.
        smooth: smooth the angles; None: those of cameras only.
        quiet: no progress bars.
    """

    out: Path | None = None
    draw: Style = "axes"
    workers: int = 2
    video: VideoSettings = field(default_factory=VideoSettings)
    smooth: bool | None = None
    quiet: bool = False


@dataclass
class RunReport:
    """What a run came to.

    Attributes:
        sources: number of sources gone through, failed ones included.
        skipped: number of sources that an earlier run had finished.
        faces: number of rows.
        failures: (source, reason) of those that could not be read.
        warnings: (source, what to know) of those that were read with losses.
        pictures: number of annotated pictures and videos written.
    """

    sources: int = 0
    skipped: int = 0
    faces: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    pictures: int = 0


class Run:
    """Goes through sources in their order.

    Args:
        estimator: finds faces and estimates poses.
        settings: what is done with the results.
        rows: files that get the rows, entered already; None for none.
        on_rows: called with the rows of each image, and of each frame of a video.
        viewer: shows each annotated image; None shows none.
    """

    def __init__(
        self,
        estimator: FaceEstimator,
        settings: RunSettings,
        rows: RowFiles | None = None,
        on_rows: Callable[[list[PoseRow]], None] | None = None,
        viewer: Viewer | None = None,
    ):
        self.report = RunReport()
        self._estimator = estimator
        self._settings = settings
        self._rows = rows
        self._on_rows = on_rows
        self._viewer = viewer
        self._targets: dict[str, Path] = {}

    def __call__(self, sources: list[Source]) -> RunReport:
        """Go through the sources; what failed is in the report, the rest is done."""
        finished = self._rows.finished if self._rows else set()
        if self._settings.out is not None:
            self._targets = _targets(sources, self._settings.out)
        with progress(total=len(sources), unit="file", quiet=self._settings.quiet or len(sources) < 2) as bar:
            for group in _runs_of_images(sources):
                todo = [source for source in group if source.name not in finished]
                self.report.skipped += len(group) - len(todo)
                bar.update(len(group) - len(todo))
                for _ in self._images(todo) if group[0].kind == "image" else self._videos(todo):
                    bar.update()
        return self.report

    def _images(self, sources: list[Source]) -> Iterator[None]:
        results = estimate_images(self._estimator, (s.name for s in sources), self._settings.workers)
        for source, result in zip(sources, results, strict=True):
            if result.error:
                self.report.failures.append((source.name, result.error))
            else:
                self._image(source, result)
                self._finish(source)
            self.report.sources += 1
            yield

    def _image(self, source: Source, result: ImageResult) -> None:
        faces = enumerate(result.faces)
        self._write([make_row(source.name, i, face.box_xyxy, face.score, face.pose) for i, face in faces])
        if not self._targets and self._viewer is None:
            return
        for face in result.faces:
            draw_face(result.image_bgr, face.box_xyxy, face.pose, self._settings.draw)
        if self._targets:
            write_image(self._targets[source.name], result.image_bgr)
            self.report.pictures += 1
        if self._viewer and self._viewer.show(result.image_bgr, 0) == "q":
            raise KeyboardInterrupt

    def _videos(self, sources: list[Source]) -> Iterator[None]:
        for source in sources:
            try:
                reader = VideoReader(int(source.name) if source.kind == "camera" else source.name)
                self._video(source, reader)
            except (InputError, OSError) as error:
                self.report.failures.append((source.name, str(error)))
            else:
                if reader.missed_frames:
                    lost = f"{reader.missed_frames} of about {reader.expected_frames} frames could not be read"
                    self.report.warnings.append((source.name, lost))
                self._finish(source)
            self.report.sources += 1
            yield

    def _video(self, source: Source, reader: VideoReader) -> None:
        smooth = reader.is_camera if self._settings.smooth is None else self._settings.smooth
        poses = VideoPoses(self._estimator, reader, replace(self._settings.video, smooth=smooth))
        with ExitStack() as stack:
            writer = None
            if self._targets:
                writer = stack.enter_context(writing_video(self._targets[source.name], reader.fps))
            total, quiet = reader.expected_frames or None, self._settings.quiet
            bar = stack.enter_context(progress(total=total, unit="frame", label=Path(source.name).name, quiet=quiet))
            for result in poses:
                self._frame(source, result, writer, poses)
                bar.update()
        self.report.pictures += writer is not None

    def _frame(self, source: Source, result: FrameResult, writer: VideoWriter | None, poses: VideoPoses) -> None:
        frame = result.frame
        self._write(
            [
                make_row(
                    source.name,
                    face.tracked.face_id,
                    face.tracked.face.box_xyxy,
                    face.tracked.face.score,
                    face.pose,
                    frame.index,
                    frame.time_s,
                    face.tracked.origin,
                )
                for face in result.faces
            ]
        )
        if writer is None and self._viewer is None:
            return
        for face in result.faces:
            name = f"face {face.tracked.face_id}" if len(result.faces) > 1 else ""
            draw_face(frame.image_bgr, face.tracked.face.box_xyxy, face.pose, self._settings.draw, name)
        if writer is not None:
            writer.write(frame.image_bgr)
        key = self._viewer.show(frame.image_bgr, 1) if self._viewer else ""
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

    def _finish(self, source: Source) -> None:
        if self._rows:
            self._rows.finish(source.name)


def _targets(sources: list[Source], out: Path) -> dict[str, Path]:
    """{name of a source: path below the output folder that no other source has}."""
    targets: dict[str, Path] = {}
    taken: set[Path] = set()
    for source in sources:
        target = wanted = out / source.relative_name
        count = 1
        while target in taken:
            count += 1
            target = wanted.with_stem(f"{wanted.stem}_{count}")
        taken.add(target)
        targets[source.name] = target
    return targets


def _runs_of_images(sources: list[Source]) -> Iterator[list[Source]]:
    """Neighbouring images together, so that they share batches; every video and camera alone."""
    group: list[Source] = []
    for source in sources:
        if group and (source.kind != "image" or group[0].kind != "image"):
            yield group
            group = []
        group.append(source)
    if group:
        yield group
