"""What a finished shard leaves beside its rows: which sources it took and what came of each.

`poses-03-of-16.sources.jsonl` has a line that tells of the run, then one for each source of the shard, in the run's
order: its number among all sources, its name, how many faces it has, and why it could not be read. The record appears
when the rows are whole, in one step: where it lies the shard is done, but for what could not be read, which is tried
again when the shard is given again. It goes before the rows change.
"""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TextIO

from fsanet.cluster.shard import Shard, names_digest
from fsanet.errors import InputError
from fsanet.files import as_utf8, printable, replace_whole
from fsanet.inference.addresses import without_secrets
from fsanet.inference.rows.tables import read_rows
from fsanet.inference.sources import Source

SUFFIX = ".sources.jsonl"


@dataclass(frozen=True)
class RunOfShards:
    """What all shards of one run have in common.

    Attributes:
        of: how many shards there are.
        sources: how many sources there are in all.
        digest: of their names.
        settings: all that decides what the rows say.
        folders: where the files lie, as it was given; machines may see one folder under several names.
        drawn: which annotated copies are written, and where to; empty for none.
    """

    of: int
    sources: int
    digest: str
    settings: str
    folders: list[str] = field(default_factory=list, compare=False)
    drawn: str = field(default="", compare=False)


class DoneSource(NamedTuple):
    """A source that was gone through.

    Attributes:
        position: its number among all sources of the run, from 0.
        file: its name, as rows have it.
        faces: how many rows it has.
        problem: why it could not be read; mostly empty.
        start: of a part of a video the first frame that it answers for, rows before are shared; None for all else.
    """

    position: int
    file: str
    faces: int
    problem: str
    start: int | None = None


class Record(NamedTuple):
    """A record that was read: the run, the shard's number, its rows and its sources."""

    run: RunOfShards
    number: int
    rows: Path
    sources: Iterable[DoneSource]


def run_of_shards(of: int, sources: Sequence[Source], settings: str, drawn: str = "") -> RunOfShards:
    """The run that goes through `sources` in `of` shards."""
    folders = {source.folder or os.path.dirname(source.name) for source in sources if source.is_file}  # noqa: PTH120
    shown = sorted({as_utf8(os.path.normpath(folder)) for folder in folders})
    return RunOfShards(of, len(sources), names_digest(sources), without_secrets(settings), shown, drawn)


def record_path(rows: Path) -> Path:
    """Where the record of a shard's rows lies."""
    return rows.with_name(rows.stem + SUFFIX)


def write_record(
    run: RunOfShards, shard: Shard, sources: Sequence[Source], rows: Path, failures: Sequence[tuple[str, str]]
) -> None:
    """Say that a shard is done.

    Args:
        run: all shards' run.
        shard: this one.
        sources: all sources of the run, those of other shards too.
        rows: the finished file of the shard's rows.
        failures: (source, reason) of those that could not be read.
    """
    own = [(position, source) for position, source in enumerate(sources) if shard.holds(source)]
    faces = _faces_of([source for _, source in own], rows)
    problems = dict(failures)
    with replace_whole(record_path(rows)) as temporary, temporary.open("w", encoding="utf-8") as file:
        write_head(file, run, shard.number, rows)
        for position, source in own:
            count, problem = faces[as_utf8(source.label)], problems.get(printable(source.label), "")
            start = source.span.start if source.span else None
            done = DoneSource(position, as_utf8(source.shown_name), count, problem, start)
            file.write(json.dumps(done) + "\n")


def _faces_of(sources: Sequence[Source], rows: Path) -> Counter[str]:
    """{label of a source: how many rows it has}; two parts of a video in one shard have no frame in common."""
    of_file: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        of_file[as_utf8(source.shown_name)].append(source)
    faces: Counter[str] = Counter()
    for row in read_rows(rows):
        parts = of_file.get(row.file, [])
        own = next((part for part in parts if part.span is None or (row.frame or 0) < part.span.stop), None)
        if own is None:
            raise InputError(f"'{rows}' has rows of '{printable(row.file)}', which is none of its files: remove it.")
        faces[as_utf8(own.label)] += 1
    return faces


def write_head(file: TextIO, run: RunOfShards, number: int, rows: Path) -> None:
    """Begin a record: of which run, shard and rows it is."""
    file.write(json.dumps(asdict(run) | {"number": number, "rows": rows.name}) + "\n")


def read_record(path: Path) -> Record:
    """A record as it was written.

    Raises:
        ValueError: when the file is none.
    """
    record = open_record(path)
    return record._replace(sources=list(record.sources))


def open_record(path: Path) -> Record:
    """As `read_record`, but its sources are read whenever they are gone through: a million of them take no memory.

    Raises:
        ValueError: when the file is none; where a line further down is none, when that is come to.
    """
    with _told_of_record(path):
        head = json.loads(next(_lines(path), ""))
        rows, number = path.with_name(head.pop("rows")), head.pop("number")
        return Record(RunOfShards(**head), number, rows, _SourcesIn(path))


@dataclass(frozen=True)
class _SourcesIn:
    """The sources that a record tells of."""

    path: Path

    def __iter__(self) -> Iterator[DoneSource]:
        with _told_of_record(self.path):
            yield from (DoneSource(*json.loads(line)) for line in islice(_lines(self.path), 1, None))


@contextmanager
def _told_of_record(path: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InputError(f"'{path}' is no record of a shard: remove it and run the shard again.") from None


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        yield from file
