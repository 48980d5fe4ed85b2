"""Joining the rows of all shards to those that one process would have written, or saying what is missing or twice."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from fsanet.cluster.record import SUFFIX, DoneSource, Record, read_record, record_path
from fsanet.cluster.shard_work import lock_path
from fsanet.errors import InputError
from fsanet.files import printable
from fsanet.inference.row_tables import open_sink, read_rows
from fsanet.inference.rows import PoseRow
from fsanet.inference.seams import renumbered, same_faces

_NAMED = 8


class Merged(NamedTuple):
    """What a merge came to: files, rows, and (file, reason) of what no shard could read."""

    files: int
    faces: int
    failures: list[tuple[str, str]]

    @property
    def done(self) -> int:
        """How many files were read from end to end."""
        return self.files - len({name for name, _ in self.failures})


def find_records(folder: Path) -> list[Record]:
    """Records of a finished run's shards, by number.

    Raises:
        FileNotFoundError: when there is none.
        ValueError: when shards are missing, or are of several runs.
    """
    records = sorted((read_record(path) for path in folder.glob(f"*{SUFFIX}")), key=lambda record: record.number)
    if not records:
        raise FileNotFoundError(f"'{folder}' has no finished shard: `fsanet estimate ... --shard 1/16` makes them.")
    runs = {record.run for record in records}
    if len(runs) > 1:
        raise InputError(
            f"'{folder}' has shards of {len(runs)} runs, which differ in files, settings or number of shards: "
            "give each run a folder of its own."
        )
    of = records[0].run.of
    numbers = [record.number for record in records]
    if missing := sorted(set(range(1, of + 1)) - set(numbers)):
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        names = ", ".join(map(str, missing[:_NAMED])) + more
        raise InputError(f"{len(missing)} of {of} shards are not finished in '{folder}': {names}. Run them again.")
    if len(numbers) > of:
        raise InputError(f"'{folder}' has more than one record of a shard: {numbers}. Remove those of another name.")
    return records


def merge_shards(records: Sequence[Record], outputs: Sequence[Path]) -> Merged:
    """Write the rows of all sources, in the run's order, in constant memory.

    Args:
        records: of all shards.
        outputs: files to write, by suffix .csv, .jsonl or .parquet.

    Raises:
        ValueError: when a source is missing or twice, or rows do not agree with a record. Nothing is written then.
    """
    failures: list[tuple[str, str]] = []
    files = faces = expected = 0
    with ExitStack() as stack:
        sinks = [stack.enter_context(open_sink(path)) for path in outputs]
        for source, rows in _joined(merge(*map(_with_rows, records), key=lambda pair: pair[0].position)):
            if source.position != expected:
                what = "twice" if source.position < expected else f"after a gap of {source.position - expected}"
                raise InputError(f"'{source.file}' comes {what}: the records do not belong together.")
            expected += 1
            files += not source.start
            faces += len(rows)
            if source.problem:
                failures.append((printable(source.file), source.problem))
            for sink in sinks:
                sink.write(rows)
        if expected != records[0].run.sources:
            raise InputError(f"The records have {expected} of {records[0].run.sources} sources: one is cut short.")
    return Merged(files, faces, failures)


def remove_shards(records: Sequence[Record]) -> None:
    """Remove what the shards of a run left, once their rows are joined."""
    for record in records:
        for path in (record_path(record.rows), record.rows, lock_path(record.rows)):
            path.unlink(missing_ok=True)


def _joined(sources: Iterable[tuple[DoneSource, list[PoseRow]]]) -> Iterator[tuple[DoneSource, list[PoseRow]]]:
    """Sources with their rows, those of a video's parts numbered as in one run, each frame once."""
    before: list[PoseRow] = []
    free = 0
    for source, rows in sources:
        if not source.start:
            before, free = [], 0
        if source.start is not None:
            shared = [row for row in rows if (row.frame or 0) < source.start]
            rows = renumbered(rows[len(shared) :], same_faces(before, shared), free)
            before, free = rows, max([free, *(row.face + 1 for row in rows)])
        yield source, rows


def _with_rows(record: Record) -> Iterator[tuple[DoneSource, list[PoseRow]]]:
    """Each source of a shard with its rows."""
    rows = read_rows(record.rows)
    for source in record.sources:
        own = list(islice(rows, source.faces))
        if len(own) < source.faces or any(row.file != source.file for row in own):
            what = f"'{record.rows}' does not have the {source.faces} rows of '{source.file}'"
            raise InputError(f"{what}: {_again(record)}")
        yield source, own
    if next(rows, None) is not None:
        raise InputError(f"'{record.rows}' has more rows than its record: {_again(record)}")


def _again(record: Record) -> str:
    return f"remove '{record_path(record.rows)}' and run shard {record.number}/{record.run.of} again."
