"""Joining the rows of all shards to those that one process would have written, or saying what is missing or twice."""

import json
import logging
import os
import shutil
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from glob import escape
from heapq import merge
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from fsanet.cluster.record import SUFFIX, DoneSource, Record, open_record, record_path, write_head
from fsanet.cluster.shard import Shard
from fsanet.cluster.shard_work import lock_path
from fsanet.console import EXIT_ERROR, EXIT_OK, EXIT_PARTIAL
from fsanet.errors import InputError
from fsanet.files import printable, remove_leftovers, writing_alone
from fsanet.inference.rows.file import forget_unfinished
from fsanet.inference.rows.row import PoseRow
from fsanet.inference.rows.seams import renumbered, same_faces
from fsanet.inference.rows.tables import open_sink, read_rows

log = logging.getLogger(__name__)
_NAMED = 8
_AT_ONCE = 64  # shards whose rows and records are open: systems allow 256 files, most 1,024
_ROWS_AT_ONCE = 1024  # in memory
_FRAMES_BACK = 1000  # of a part of a video by which its faces are told again in the next one, if that looks so far back


class Merged(NamedTuple):
    """What a merge came to: files, sources with each part of a video, rows, and (file, reason) of what failed."""

    files: int
    sources: int
    faces: int
    failures: list[tuple[str, str]]

    @property
    def done(self) -> int:
        """How many files were read from end to end."""
        return self.files - len({name for name, _ in self.failures})

    @property
    def code(self) -> int:
        """The exit code."""
        if self.failures:
            return EXIT_PARTIAL if len(self.failures) < self.sources or self.faces else EXIT_ERROR
        return EXIT_OK


def find_records(folder: Path) -> list[Record]:
    """Records of a finished run's shards, by number; it warns where they name several folders with the same files.

    Raises:
        FileNotFoundError: when there is no such folder, or none in it.
        ValueError: when shards are missing, or are of several runs.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder '{folder}': give the --out of the shards.")
    records = sorted((open_record(path) for path in folder.glob(f"*{SUFFIX}")), key=lambda record: record.number)
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
    if len(folders := {", ".join(record.run.folders) for record in records}) > 1:
        named = " and ".join(sorted(folders))
        log.warning(
            "Shards in '%s' name %s: their rows belong together if that is one folder alone.", folder, printable(named)
        )
    return records


def refuse_other_shards(rows: Path, shards: Sequence[Shard]) -> None:
    """Nothing where a run of these shards finds none of another run beside its own, with which they cannot be joined.

    Args:
        rows: the file of all rows, after which those of the shards are named.
        shards: all of the run.

    Raises:
        ValueError: when there are some.
    """
    own = {record_path(shard.part_of(rows)) for shard in shards}
    if others := sorted(set(rows.parent.glob(f"*{SUFFIX}")) - own):
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        raise InputError(
            f"'{rows.parent}' has finished shards of another run ({', '.join(path.name for path in others[:_NAMED])}"
            f"{more}): join them by `fsanet merge` and remove them, or write to another folder."
        )


def merge_shards(records: Sequence[Record], outputs: Sequence[Path]) -> Merged:
    """Write the rows of all sources, in the run's order, in constant memory and with few files open.

    Args:
        records: of all shards.
        outputs: files to write, by suffix .csv, .jsonl or .parquet; none is where nothing could be read.

    What a merge into the same files left that was killed is removed.

    Raises:
        OSError: when another process writes one of the outputs.
        ValueError: when a source is missing or twice, rows do not agree with a record, or an output would replace what
            is to be joined. Nothing is written then.
    """
    failures: list[tuple[str, str]] = []
    files = faces = expected = 0
    _refuse_shards(outputs, records)
    if len({os.path.realpath(path) for path in outputs}) < len(outputs):
        raise InputError(f"Each file of rows is named once; got {', '.join(map(str, outputs))}.")
    with ExitStack() as stack:
        stack.enter_context(_held(outputs))
        sinks = [stack.enter_context(open_sink(path)) for path in outputs if _hold_something(records)]
        for source, rows in _joined(_in_order(stack.enter_context(_few(records, outputs[0])))):
            if source.position != expected:
                what = "twice" if source.position < expected else f"after a gap of {source.position - expected}"
                raise InputError(f"'{source.file}' comes {what}: the records do not belong together.")
            expected += 1
            files += not source.start
            if source.problem:
                failures.append((printable(source.file), source.problem))
            for some in _some_at_a_time(rows):
                faces += len(some)
                for sink in sinks:
                    sink.write(some)
        if expected != records[0].run.sources:
            raise InputError(f"The records have {expected} of {records[0].run.sources} sources: one is cut short.")
    return Merged(files, expected, faces, failures)


def remove_shards(records: Sequence[Record]) -> None:
    """Remove what the shards of a run left, once their rows are joined."""
    for record in records:
        forget_unfinished([record.rows])
        for path in (record_path(record.rows), record.rows, lock_path(record.rows)):
            path.unlink(missing_ok=True)


def _hold_something(records: Sequence[Record]) -> bool:
    """Whether any source could be read, or has rows all the same."""
    return any(source.faces or not source.problem for record in records for source in record.sources)


def _refuse_shards(outputs: Sequence[Path], records: Sequence[Record]) -> None:
    """Nothing where no output is a file that a shard has left."""
    for output in filter(Path.exists, outputs):
        for record in records:
            if any(path.exists() and output.samefile(path) for path in (record.rows, record_path(record.rows))):
                raise InputError(f"'{output}' is what shard {record.number} left and would be replaced: give another.")


@contextmanager
def _held(outputs: Sequence[Path]) -> Iterator[None]:
    """Within it nobody else writes the outputs, and what killed merges left of them is gone."""
    with writing_alone(outputs):
        for path in outputs:
            remove_leftovers(path)
            for folder in path.parent.glob(f"{escape(_place_of(path))}*"):
                shutil.rmtree(folder, ignore_errors=True)
        yield


def _place_of(output: Path) -> str:
    """How the names of folders begin in which shards are joined before they are joined to an output."""
    return f".{output.name}.merging-"


@contextmanager
def _few(records: Sequence[Record], output: Path) -> Iterator[Sequence[Record]]:
    """Records of the same sources, so few that all can be open at once; more are joined beside `output` first."""
    with ExitStack() as stack:
        while len(records) > _AT_ONCE:
            place = Path(stack.enter_context(TemporaryDirectory(prefix=_place_of(output), dir=output.parent)))
            starts = range(0, len(records), _AT_ONCE)
            records = [_as_one(records[start : start + _AT_ONCE], place / str(start)) for start in starts]
        yield records


def _as_one(records: Sequence[Record], path: Path) -> Record:
    """Some records as one, its rows in a file of that name and of their kind."""
    first = records[0]
    rows_path = path.with_suffix(first.rows.suffix)
    with open_sink(rows_path) as sink, record_path(rows_path).open("w", encoding="utf-8") as file:
        write_head(file, first.run, first.number, rows_path)
        for source, rows in _in_order(records):
            file.write(json.dumps(source) + "\n")
            for some in _some_at_a_time(rows):
                sink.write(some)
    return open_record(record_path(rows_path))


def _some_at_a_time(rows: Iterable[PoseRow]) -> Iterator[list[PoseRow]]:
    rows = iter(rows)
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        yield some


def _in_order(records: Sequence[Record]) -> Iterator[tuple[DoneSource, Iterator[PoseRow]]]:
    """The sources of all with their rows, by position; the rows are to be taken before the next source is asked for."""
    return merge(*map(_with_rows, records), key=lambda pair: pair[0].position)


def _joined(sources: Iterable[tuple[DoneSource, Iterator[PoseRow]]]) -> Iterator[tuple[DoneSource, Iterator[PoseRow]]]:
    """Sources with their rows, those of a video's parts numbered as in one run, each frame once."""
    video = _Video()
    for source, rows in sources:
        if not source.start:
            video = _Video()
        yield source, rows if source.start is None else video.rows_of_part(rows, source.start)


class _Video:
    """A video whose parts are joined one after the other."""

    def __init__(self) -> None:
        self._last: deque[PoseRow] = deque()  # of the part before, as they are numbered now
        self._free = 0

    def rows_of_part(self, rows: Iterator[PoseRow], start: int) -> Iterator[PoseRow]:
        """The rows of the next part with the video's numbers, without those before frame `start`."""
        shared, own = [], rows
        for row in rows:
            if (row.frame or 0) >= start:
                own = chain([row], rows)
                break
            shared.append(row)
        known = same_faces(self._last, shared)
        self._last = deque()
        for row in renumbered(own, known, self._free):
            self._remember(row)
            yield row

    def _remember(self, row: PoseRow) -> None:
        self._free = max(self._free, row.face + 1)
        self._last.append(row)
        while (self._last[0].frame or 0) < (row.frame or 0) - _FRAMES_BACK:
            self._last.popleft()


def _with_rows(record: Record) -> Iterator[tuple[DoneSource, Iterator[PoseRow]]]:
    """Each source of a shard with its rows."""
    rows = read_rows(record.rows)
    for source in record.sources:
        yield source, _own_rows(rows, source, record)
    if next(rows, None) is not None:
        raise InputError(f"'{record.rows}' has more rows than its record: {_again(record)}")


def _own_rows(rows: Iterator[PoseRow], source: DoneSource, record: Record) -> Iterator[PoseRow]:
    """The next rows of a shard, as many as the source has."""
    left = source.faces
    for row in islice(rows, source.faces):
        if row.file != source.file:
            break
        left -= 1
        yield row
    if left:
        what = f"'{record.rows}' does not have the {source.faces} rows of '{source.file}'"
        raise InputError(f"{what}: {_again(record)}")


def _again(record: Record) -> str:
    return f"remove '{record_path(record.rows)}' and run shard {record.number}/{record.run.of} again."
