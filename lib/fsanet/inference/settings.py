"""What a run is to do with its results."""

from dataclasses import dataclass, field
from pathlib import Path

from fsanet.inference.styles import Style
from fsanet.inference.video.poses import VideoSettings


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
