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
        failures: (source, reason) of those that could not be read, or whose picture could not be written.
        warnings: (source, what to know) of those that were read with losses, or otherwise than they are.
        pictures: number of annotated pictures and videos written.
    """

    todo: int = 0
    sources: int = 0
    skipped: int = 0
    faces: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    pictures: int = 0
