"""What a run came to."""

from dataclasses import dataclass, field


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
