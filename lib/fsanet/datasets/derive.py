"""Sets made of sets: every sample of an npz changed, in the same order, with the same columns and some new ones.

Sample i depends on the set, the settings, the seed and i alone. All cores work; a killed run goes on where it was, and
ends with the same bytes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.console import progress
from fsanet.datasets.npz_file import read_meta
from fsanet.datasets.npz_stream import Chunk, PoseStream, megabytes_for
from fsanet.datasets.parts import json_sha256, kept_for_the_next_run, sole_writer
from fsanet.datasets.pose_set import PoseSet
from fsanet.datasets.twins import changes_of
from fsanet.errors import InputError
from fsanet.files import sha256_of
from fsanet.workers import run_on_all_cores

_CHUNK = 256


class Row(NamedTuple):
    """One sample: its number in the set, crop (S, S, 3) uint8 BGR, pose (3,) degrees, and further columns by name."""

    number: int
    image: NDArray[np.uint8]
    pose: NDArray[np.float64]
    extras: Mapping[str, Any]


Change = Callable[[Row, np.random.Generator], Row]


@dataclass(frozen=True)
class Derivation:
    """A set to be made of another.

    Attributes:
        source, target: the npz files.
        change: row, generator -> row; importable by name, as other processes run it.
        name: of the change, the key of its settings in `meta`.
        settings: everything that the change depends on, as JSON can say it.
        seed: of the set; sample i has a stream of its own, another one for each set in a chain of twins.
    """

    source: Path
    target: Path
    change: Change
    name: str
    settings: Mapping[str, Any]
    seed: int


def derive_set(
    work: Derivation, given: PoseSet | None = None, *, workers: int | None = None, quiet: bool = False
) -> bool:
    """Make a set; one that lies there already and was made so is kept.

    Args:
        work: what to make.
        given: the source, where it is in memory already.
        workers: number of processes; None for one per core.
        quiet: no progress bar.

    Returns:
        False where it lay there already.

    Raises:
        FileNotFoundError, ValueError: as `PoseSet.load`; ValueError also where another file has the target's name.
        OSError: when the target cannot be written, or another process writes it.
    """
    if work.target.exists() and work.target.resolve() == work.source.resolve():
        raise InputError(f"'{work.target}' is the set that is read: give the new one another place.")
    if work.target.suffix != ".npz" or work.target.is_dir():
        raise InputError(f"A set is a file whose name ends in .npz, which '{work.target}' is not: give another name.")
    given = given or PoseSet.load(work.source)
    made = _record(work, given)
    if _is_there(work, made):
        return False
    with sole_writer(work.target):
        if _is_there(work, made):  # another process has just made it
            return False
        _make(work, given, made, workers, quiet)
    return True


def _record(work: Derivation, given: PoseSet) -> dict[str, Any]:
    """What the new set's `meta` says of how it was made."""
    digest = sha256_of(work.source) if work.source.is_file() else ""
    made = {"from": work.source.name, "from_sha256": digest, "seed": work.seed, **work.settings}
    further = _further_seed(given)
    return made | {"stream": further[0]} if further else made


def _is_there(work: Derivation, made: Mapping[str, Any]) -> bool:
    if not work.target.exists():
        return False
    if read_meta(work.target).get(work.name) == made:
        return True
    raise InputError(
        f"'{work.target}' exists and was made in another way, or by another version of this program: remove it, or "
        "give the new set another place."
    )


def _make(work: Derivation, given: PoseSet, made: Mapping[str, Any], workers: int | None, quiet: bool) -> None:
    starts = range(0, len(given), _CHUNK)
    stream = PoseStream(work.target, len(starts), made)
    tasks = (
        (starts[k], given.select(np.arange(starts[k], min(starts[k] + _CHUNK, len(given))))) for k in stream.missing()
    )
    label = work.target.stem
    with (
        kept_for_the_next_run(megabytes_for(len(given), given.image.shape[1]), stream.parts),
        progress(total=len(given), initial=_done(stream, len(given)), unit="img", label=label, quiet=quiet) as bar,
    ):
        for count in run_on_all_cores(partial(_write_chunk, stream, work), tasks, workers):
            bar.update(count)
        stream.finish({**given.meta, work.name: made})


def _done(stream: PoseStream, samples: int) -> int:
    return samples - sum(min(_CHUNK, samples - k * _CHUNK) for k in stream.missing())


def _write_chunk(stream: PoseStream, work: Derivation, task: tuple[int, PoseSet]) -> int:
    """Change a run of samples; in a worker process."""
    start, part = task
    rows = list(_changed(part, work, start))
    extras = {key: np.array([row.extras[key] for row in rows]) for key in rows[0].extras}
    image, pose = np.array([row.image for row in rows]), np.array([row.pose for row in rows])
    stream.add(start // _CHUNK, Chunk(image, pose, list(part.source), extras))
    return len(rows)


def _changed(part: PoseSet, work: Derivation, start: int) -> Iterator[Row]:
    further = _further_seed(part)
    for k in range(len(part)):
        row = Row(start + k, part.image[k], part.pose[k], {key: values[k] for key, values in part.extras.items()})
        yield work.change(row, np.random.default_rng([work.seed, start + k, *further]))


def _further_seed(given: PoseSet) -> list[int]:
    """A number that tells twins of a twin from those of its set: with one stream, one change gives away the other."""
    changes = changes_of(given.meta)
    return [int(json_sha256(changes)[:8], 16)] if changes else []
