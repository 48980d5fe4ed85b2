"""One shard while it is worked on: locked, so that no two processes write its rows, and recorded when it is done."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from fsanet.cluster.record import Record, read_record, record_path, run_of_shards, write_record
from fsanet.cluster.shard import Shard
from fsanet.errors import InputError
from fsanet.files import as_utf8, locked, remove_leftovers
from fsanet.inference.rows.file import forget_unfinished
from fsanet.inference.sources import Source

log = logging.getLogger(__name__)


class Done(NamedTuple):
    """What going through sources came to: exit code, and (source, reason) of what could not be read."""

    code: int
    failures: list[tuple[str, str]]


class ShardWork:
    """A shard's sources and files; a context manager that holds the lock.

    Args:
        shard: which.
        sources: all sources of the run, those of other shards too.
        rows: the files of rows as the whole run has them.
        settings: all that decides what the rows say.
        drawn: which annotated copies are written, and where to; empty for none.

    Attributes:
        sources: those of this shard.
        rows: its files of rows.

    Raises:
        OSError: on entering, where another process is at the same shard.
    """

    def __init__(self, shard: Shard, sources: Sequence[Source], rows: Sequence[Path], settings: str, drawn: str = ""):
        self.sources = [source for source in sources if shard.holds(source)]
        self.rows = [shard.part_of(path) for path in rows]
        self._shard = shard
        self._all = sources
        self._run = run_of_shards(shard.of, sources, settings, drawn)

    def __enter__(self) -> ShardWork:
        with ExitStack() as entered:
            entered.enter_context(locked(lock_path(self.rows[0]), f"Another process is at shard {self._shard}"))
            remove_leftovers(record_path(self.rows[0]))
            self._entered = entered.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered.close()

    def is_done(self) -> bool:
        """Whether an earlier run with the same settings and files has done all of it without a failure.

        Else it says why it is gone through again.
        """
        record = self._earlier()
        if record is None:
            return False
        if not self._is_same(record):
            log.warning("Shard %s was done with other settings, files or annotated copies.", self._shard)
            return False
        failures = sum(bool(source.problem) for source in record.sources)
        if failures:
            log.info(
                "Shard %s is done but for %d failures: what could not be read is tried again.", self._shard, failures
            )
        return not failures

    def finish(self, failures: Sequence[tuple[str, str]]) -> None:
        """Say that it is done, with (source, reason) of what could not be read: that can be gone on with."""
        write_record(self._run, self._shard, self._all, self.rows[0], failures)
        if not failures:
            self.tidy()

    def tidy(self) -> None:
        """Remove what is there to go on with a shard that is done, or with one of other settings."""
        forget_unfinished(self.rows)

    def _earlier(self) -> Record | None:
        """What an earlier run says to have done; None where there is nothing of it."""
        path = record_path(self.rows[0])
        if not (path.is_file() and all(rows.is_file() for rows in self.rows)):
            return None
        try:
            return read_record(path)
        except InputError as error:
            log.warning("%s", error)
            return None

    def _is_same(self, record: Record) -> bool:
        """Whether a record is of this work, of files under the same names (rows have these in them) and its copies."""
        names = [as_utf8(source.shown_name) for source in self.sources]
        is_drawn = self._run.drawn in ("", record.run.drawn)
        return is_drawn and record.run == self._run and [source.file for source in record.sources] == names


def lock_path(rows: Path) -> Path:
    """The file that is locked while a shard's rows are written."""
    return rows.with_name(f".{rows.stem}.lock")
