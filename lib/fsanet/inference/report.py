"""What a run came to, and what is to be done with its results."""

from dataclasses import dataclass, field
from pathlib import Path

from fsanet.inference.drawing import Style
from fsanet.inference.video import VideoSettings


@dataclass(frozen=True)
class RunSettings:
    """What is done with the results.

    Attributes:
        out: folder for annotated pictures and videos; None writes none.
        draw: what is drawn for each face.
        workers: threads that read and search pictures, and that search the frames of a video.
        video: how videos are gone through.
        smooth: smooth the angles; None: those of cameras and live streams only.
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
        todo: number of sources that are to be gone through.
        sources: number of those gone through, failed ones included.
        skipped: number of sources that an earlier run had finished.
        faces: number of rows.
        failures: (source, reason) of those that could not be read, or not in whole, or whose picture could not be
            written.
        partial: number of files of which frames are missing; what could be read has its rows.
        warnings: (source, what to know) of those that were read otherwise than they are, and streams with losses.
        pictures: number of annotated pictures and videos written.
    """

    todo: int = 0
    sources: int = 0
    skipped: int = 0
    faces: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    partial: int = 0
    warnings: list[tuple[str, str]] = field(default_factory=list)
    pictures: int = 0
