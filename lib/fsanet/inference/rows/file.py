"""Files of rows that survive Ctrl-C and kills, and go on where they were stopped.

While a run is under way the rows of `poses.csv` are in `.poses.csv.part`. A journal beside the first file,
`.poses.csv.journal`, tells of the run and then of each source whose rows are written (`rows.journal`). A run with the
same settings cuts the rows back to the last of these and goes on there, unless somebody has changed or removed them:
then it begins anew. What it does itself comes behind; in the end the rows are put into the order of the sources, and
those of sources that are no longer given are left out (`rows.order`): the files are those of a run that was never
stopped. They take their names in one step each; the journal goes then. A lock beside each, `.poses.csv.lock`, keeps a
second run from writing the same.
"""

import logging
import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from fsanet.errors import InputError
from fsanet.files import remove_leftovers, writing_alone
from fsanet.inference.addresses import without_secrets
from fsanet.inference.rows.journal import End, Journal, Run, Written, journal_path, line_of, read_journal
from fsanet.inference.rows.order import Unordered, order_of, write_in_order
from fsanet.inference.rows.part import Mark, RowPart, begins_as, open_after
from fsanet.inference.rows.row import FORMATS, PoseRow

log = logging.getLogger(__name__)

_CHANGED = (
    "The rows of the unfinished run were changed or removed since (%s): this one begins anew, and replaces them when "
    "it has ended."
)
_OTHER_RUN = (
    "The unfinished run of '%s' had other settings: this one begins anew (what counts are options, weights and the "
    "version of fsanet)."
)
_GONE = "The unfinished run of '%s' has rows of %d files that are not among those of this one: they are left out."


class RowFiles:
    """The rows of many sources, in order, in one file a format.

    Use it as a context manager. The files are finished when the block ends. When an exception leaves it and some source
    was finished they can be resumed, else nothing stays. After Ctrl-C the rows so far stand under the final names too,
    whole, unless an earlier result is there: that stays until a run has ended, and so do rows that were edited since.

    Args:
        paths: final names, ending in .csv or .jsonl.
        settings: text that describes the run; an unfinished run with other settings is not resumed but begun anew.
        ends_by_ctrl_c: whether that is how such a run ends, as that of a camera does.
        record: a file that may tell what the finished rows are; it is removed before these change, and who writes it
            removes the journal then: the rows can be gone on with until that.

    Attributes:
        finished: names of the finished sources, those of an earlier run included; skip them.
        stand: whether the rows stand under the final names, after the block.
        goes_on: whether the same run can go on where this one was stopped, after the block.

    Raises:
        ValueError: for another suffix, and for one file twice.
        OSError: where a folder cannot be written, a file's name is a folder's, or another run writes the same file.
    """

    def __init__(
        self,
        paths: Sequence[str | Path],
        settings: str = "",
        ends_by_ctrl_c: bool = False,
        record: Path | None = None,
    ):
        self.paths = [Path(path) for path in paths]
        self.finished: set[str] = set()
        self.stand = self.goes_on = False
        self._given: dict[str, None] | None = None
        self._formats = [_format_of(path) for path in self.paths]
        self._ends_by_ctrl_c = ends_by_ctrl_c
        self._record = record
        self._parts = [_part_of(path) for path in self.paths]
        self._log_path = journal_path(self.paths[0])
        self._run = Run(without_secrets(settings), [_seen_from(self._log_path.parent, path) for path in self.paths])
        if len({os.path.realpath(path) for path in self.paths}) < len(self.paths):
            raise InputError(f"Each file of rows is named once; got {', '.join(map(str, self.paths))}.")

    def __enter__(self) -> "RowFiles":
        for path in self.paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise IsADirectoryError(f"'{path}' is a folder, where rows are to be written: give the name of a file.")
        with ExitStack() as entered:
            entered.enter_context(writing_alone(self.paths))
            journal = self._to_resume()
            if journal is None:
                self._begin()
            else:
                self._go_on(journal)
            self.finished = self._journal.finished
            self._entered = entered.pop_all()
        return self

    def expect(self, names: Sequence[str]) -> None:
        """Say which sources the files are to hold, in order.

        Where it is not said all rows stay, in the order in which they were written.
        """
        if not self._journal.names:
            return
        self._given = dict.fromkeys(names)
        if gone := set(self._journal.names) - self._given.keys():
            log.warning(_GONE, self.paths[0], len(gone))
            self.finished -= gone

    def write(self, rows: Iterable[PoseRow]) -> None:
        """Append rows of the source that is under way."""
        rows = list(rows)
        for file, form in zip(self._files, self._formats, strict=True):
            file.write("".join(form.line(row) for row in rows))

    def finish(self, name: str, is_done: bool = True) -> None:
        """Note that all rows of a source are written; of one that is not done, a run that goes on has others."""
        self._written(name, "done" if is_done else "again")

    def leave(self, name: str) -> None:
        """Note that the rows of a source stay, if it has any, though it is not finished: a run that goes on tries it
        again.
        """
        if [file.mark for file in self._files] != self._marks:
            self._written(name, "left")

    def drop(self, name: str) -> None:
        """Take back the rows of the source that is under way, those of an earlier try too."""
        for file, mark in zip(self._files, self._marks, strict=True):
            file.back_to(mark)
        if self._given is not None:
            self._given.pop(name, None)

    def _written(self, name: str, end: End) -> None:
        for file in self._files:
            file.flush()
        self._marks = [file.mark for file in self._files]
        entry = Written(self._marks, name, end)
        self._journal.add(entry)
        self._note(entry)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._entered, ExitStack() as last:
            if not self._journal.names:
                last.callback(_remove, [*self._parts, self._log_path])
            self._close()
            is_stopped = kind is not None and issubclass(kind, KeyboardInterrupt)
            is_over = kind is None or (is_stopped and self._ends_by_ctrl_c)
            self.stand = is_over or (is_stopped and not any(path.exists() for path in self.paths))
            if self.stand:
                self._take_names(in_order=is_over)
            self.goes_on = not is_over and bool(self._journal.names)
            if is_over and self._record is None:
                self._log_path.unlink()

    def _take_names(self, in_order: bool) -> None:
        """Give the files their names, where asked for with the rows in the order of the sources."""
        self._take_back_record()
        order = order_of(self._journal, self._given) if in_order and self._given is not None else None
        if order is None:
            for part, path in zip(self._parts, self.paths, strict=True):
                part.replace(path)
            return
        headers = [len(form.header.encode()) for form in self._formats]
        files = [Unordered(*file) for file in zip(self._parts, headers, self.paths, strict=True)]
        write_in_order(files, self._journal, order, self._log_path)
        _remove(self._parts)

    def _close(self) -> None:
        """Close all files, also where there is no room for the last rows of one."""
        with ExitStack() as opened:
            opened.callback(self._log.close)
            for file in self._files:
                opened.callback(file.close)

    def _begin(self) -> None:
        self._files: list[RowPart] = []
        with ExitStack() as undo:
            for part, form in zip(self._parts, self._formats, strict=True):
                undo.callback(_remove, [part])
                self._files.append(undo.enter_context(closing(RowPart(part))))
                self._files[-1].write(form.header)
            undo.callback(_remove, [self._log_path])
            self._log: BinaryIO = undo.enter_context(open_after(self._log_path, 0))
            self._note(self._run)
            undo.pop_all()
        self._marks = [file.mark for file in self._files]
        self._journal = Journal(self._run)

    def _go_on(self, journal: Journal) -> None:
        self._journal = journal
        self._marks = journal.marks
        self._files = [RowPart(part, mark) for part, mark in zip(self._parts, self._marks, strict=True)]
        self._log = open_after(self._log_path, journal.size)

    def _note(self, entry: Run | Written) -> None:
        self._log.write(line_of(entry))
        self._log.flush()

    def _to_resume(self) -> Journal | None:
        """The journal of an unfinished run like this, its rows brought back into the parts; None to begin anew."""
        journal = read_journal(self._log_path)
        if journal is None:
            return None
        for path in (*self.paths, self._log_path):
            remove_leftovers(path)
        if journal.run != self._run:
            log.warning(_OTHER_RUN, self.paths[0])
            for name in journal.run.files:
                _give_up(self._log_path.parent / name)
            return None
        return journal if journal.names and self._brought_back(journal.marks) else None

    def _brought_back(self, marks: Sequence[Mark]) -> bool:
        """Whether the rows of an unfinished run lie in the parts now; an interrupted run gave them the final names."""
        places = [
            next((place for place in (part, path) if begins_as(place, mark)), None)
            for part, path, mark in zip(self._parts, self.paths, marks, strict=True)
        ]
        files = list(zip(places, self._parts, self.paths, strict=True))
        changed = [part if part.is_file() else path for place, part, path in files if place is None]
        if changed:
            log.warning(_CHANGED, ", ".join(map(str, changed)))
            return False
        self._take_back_record()
        for place, part, _ in files:
            if place is not None:
                place.replace(part)
        return True

    def _take_back_record(self) -> None:
        if self._record is not None:
            self._record.unlink(missing_ok=True)


def forget_unfinished(paths: Sequence[Path]) -> None:
    """Remove what is there to go on with an unfinished run into some files, and what a kill left of its locks.

    Raises:
        OSError: when that run is under way.
    """
    with writing_alone(paths):
        _remove([journal_path(paths[0]), *map(_part_of, paths)])


def _format_of(path: Path):
    form = FORMATS.get(path.suffix.lstrip("."))
    if form is None:
        raise InputError(f"Rows are written to files that end in .csv or .jsonl; got '{path}'.")
    return form


def _seen_from(folder: Path, path: Path) -> str:
    """A path relative to a folder; the absolute one where no relative one leads there: to another drive of Windows."""
    try:
        return os.path.relpath(path, folder)
    except ValueError:
        return str(path.absolute())


def _part_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _give_up(path: Path) -> None:
    """Remove the unfinished rows of a file, unless another run, a stopped one too, writes that file now."""
    with suppress(OSError), writing_alone([path]):
        if not journal_path(path).exists():
            _part_of(path).unlink(missing_ok=True)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
