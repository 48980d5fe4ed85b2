"""Files of rows that survive Ctrl-C and kills, and go on where they were stopped.

While a run is under way the rows of `poses.csv` are in `.poses.csv.part`. A journal beside the first file,
`.poses.csv.journal`, tells of the run and then of each finished source (`row_journal`). A run with the same settings
and files cuts the rows back to the last finished source and goes on there, unless somebody has changed or removed them:
then it begins anew. The finished files take their names in one step each; the journal goes with that. A lock,
`.poses.csv.lock`, keeps a second run from writing the same.
"""

import logging
import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from fsanet.errors import InputError
from fsanet.files import locked
from fsanet.inference.addresses import without_secrets
from fsanet.inference.rows.journal import Finished, Journal, Run, line_of, read_journal
from fsanet.inference.rows.part import RowPart, begins_as, open_after
from fsanet.inference.rows.row import FORMATS, PoseRow

log = logging.getLogger(__name__)

_CHANGED = (
    "The rows of the unfinished run were changed or removed since (%s): this one begins anew, and replaces them when "
    "it has ended."
)


class RowFiles:
    """The rows of many sources, in order, in one file a format.

    Use it as a context manager. The files are finished when the block ends. When an exception leaves it and some source
    was finished they can be resumed, else nothing stays. After Ctrl-C the rows so far stand under the final names too,
    whole, unless an earlier result is there: that stays until a run has ended, and so do rows that were edited since.

    Args:
        paths: final names, ending in .csv or .jsonl.
        settings: text that describes the run; an unfinished run with other settings is not resumed but begun anew.
        ends_by_ctrl_c: whether that is how such a run ends, as that of a camera does.

    Attributes:
        finished: names of the finished sources, those of an earlier run included; skip them.
        stand: whether the rows stand under the final names, after the block.

    Raises:
        ValueError: for another suffix, and for one file twice.
        OSError: where a folder cannot be written, a file's name is a folder's, or another run writes the same file.
    """

    def __init__(self, paths: Sequence[str | Path], settings: str = "", ends_by_ctrl_c: bool = False):
        self.paths = [Path(path) for path in paths]
        self.finished: set[str] = set()
        self.stand = False
        self._formats = [_format_of(path) for path in self.paths]
        self._ends_by_ctrl_c = ends_by_ctrl_c
        self._parts = [_part_of(path) for path in self.paths]
        self._journal = self.paths[0].with_name(f".{self.paths[0].name}.journal")
        self._run = Run(without_secrets(settings), [_seen_from(self._journal.parent, path) for path in self.paths])
        if len({os.path.realpath(path) for path in self.paths}) < len(self.paths):
            raise InputError(f"Each file of rows is named once; got {', '.join(map(str, self.paths))}.")

    def __enter__(self) -> "RowFiles":
        for path in self.paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise IsADirectoryError(f"'{path}' is a folder, where rows are to be written: give the name of a file.")
        with ExitStack() as entered:
            lock = self.paths[0].with_name(f".{self.paths[0].name}.lock")
            entered.enter_context(locked(lock, f"Another run is writing '{self.paths[0]}'"))
            journal = self._to_resume()
            if journal is None:
                self._begin()
            else:
                self._go_on(journal)
            self._entered = entered.pop_all()
        return self

    def write(self, rows: Iterable[PoseRow]) -> None:
        """Append rows of the source that is under way."""
        rows = list(rows)
        for file, form in zip(self._files, self._formats, strict=True):
            file.write("".join(form.line(row) for row in rows))

    def finish(self, name: str) -> None:
        """Note that all rows of a source are written."""
        self.finished.add(name)
        for file in self._files:
            file.flush()
        self._marks = [file.mark for file in self._files]
        self._note(Finished(self._marks, name))

    def drop(self) -> None:
        """Take back the rows of the source that is under way."""
        for file, mark in zip(self._files, self._marks, strict=True):
            file.back_to(mark)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._entered:
            for file in self._files:
                file.close()
            self._log.close()
            is_stopped = kind is not None and issubclass(kind, KeyboardInterrupt)
            is_over = kind is None or (is_stopped and self._ends_by_ctrl_c)
            self.stand = is_over or (is_stopped and not any(path.exists() for path in self.paths))
            if self.stand:
                for part, path in zip(self._parts, self.paths, strict=True):
                    part.replace(path)
            elif not self.finished:
                _remove(self._parts)
            if is_over or not self.finished:
                self._journal.unlink()

    def _begin(self) -> None:
        self._files: list[RowPart] = []
        with ExitStack() as undo:
            for part, form in zip(self._parts, self._formats, strict=True):
                undo.callback(_remove, [part])
                self._files.append(undo.enter_context(closing(RowPart(part))))
                self._files[-1].write(form.header)
            undo.callback(_remove, [self._journal])
            self._log: BinaryIO = undo.enter_context(open_after(self._journal, 0))
            self._note(self._run)
            undo.pop_all()
        self._marks = [file.mark for file in self._files]

    def _go_on(self, journal: Journal) -> None:
        self._marks = journal.finished[-1].marks
        self.finished = {source.name for source in journal.finished}
        self._files = [RowPart(part, mark) for part, mark in zip(self._parts, self._marks, strict=True)]
        self._log = open_after(self._journal, journal.size)

    def _note(self, entry: Run | Finished) -> None:
        self._log.write(line_of(entry))
        self._log.flush()

    def _to_resume(self) -> Journal | None:
        """The journal of an unfinished run like this, its rows brought back into the parts; None to begin anew."""
        journal = read_journal(self._journal)
        if journal is None or not journal.finished:
            return None
        if journal.run != self._run:
            log.warning("The unfinished run of '%s' had other settings: this one begins anew.", self.paths[0])
            _remove(_part_of(self._journal.parent / name) for name in journal.run.files)
            return None
        marks = journal.finished[-1].marks
        if len(marks) != len(self._parts):
            return None
        # an interrupted run gave its rows the final names
        places = [part if part.is_file() else path for part, path in zip(self._parts, self.paths, strict=True)]
        changed = [place for place, mark in zip(places, marks, strict=True) if not begins_as(place, mark)]
        if changed:
            log.warning(_CHANGED, ", ".join(map(str, changed)))
            return None
        for place, part in zip(places, self._parts, strict=True):
            place.replace(part)
        return journal


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


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
