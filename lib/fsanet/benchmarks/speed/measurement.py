"""What a benchmark is asked for, how a call is timed, and what comes of it: figures with their spread."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

_WARM_CALLS = 2  # the first ones after a pause find cold caches and sleeping threads


@dataclass(frozen=True)
class Effort:
    """How much is measured. The figures' meaning does not depend on it, only their certainty.

    Attributes:
        rounds: how often the cases of a section take turns.
        seconds: how long a case is called in one turn.
        frames: of the video.
        images: in the folder.
        exports: folder with exported files.
    """

    rounds: int = 7
    seconds: float = 0.3
    frames: int = 120
    images: int = 10_000
    exports: Path = Path("exported")


@dataclass(frozen=True)
class Row:
    """One case of a section.

    Attributes:
        name: the case.
        unit: of the samples.
        samples: one for each round.
        more: {heading: figure or text} that follows from the samples or goes with them.
    """

    name: str
    unit: str
    samples: tuple[float, ...]
    more: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """The middle round."""
        return median(self.samples)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Between which half of the rounds lie; the one round twice where there is but one."""
        if len(self.samples) < 2:
            return self.samples[0], self.samples[0]
        low, _, high = quantiles(self.samples, n=4, method="inclusive")
        return low, high


@dataclass(frozen=True)
class Section:
    """What a section came to.

    Attributes:
        name: as the command takes it.
        title: what was measured.
        rows: its figures.
        left_out: what was not measured, and why, a sentence each.
    """

    name: str
    title: str
    rows: list[Row]
    left_out: list[str] = field(default_factory=list)


def median_ms(call: Callable[[], object], seconds: float) -> float:
    """Median time of a call in milliseconds, over the calls that fit into so many seconds; at least one."""
    for _ in range(_WARM_CALLS):
        call()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return 1000.0 * median(times)
