"""The journal of an unfinished run: what it writes, and what its files of rows held after each source."""

import json
from array import array
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from fsanet.inference.rows.part import Mark

End = Literal["done", "again", "left"]


class Run(NamedTuple):
    """What a run writes.

    Attributes:
        settings: text that describes the run.
        files: paths of its files of rows, from the journal's folder on.
    """

    settings: str
    files: list[str]


class Written(NamedTuple):
    """A source whose rows are written.

    Attributes:
        marks: what each file of rows held after it.
        name: of the source.
        end: "done"; "again", where a later run tries it again and replaces its rows; "left", where it does and they
            stay.
    """

    marks: list[Mark]
    name: str
    end: End


class Journal:
    """What a journal says: the run, and the sources whose rows are written, in the order in which they were.

    Attributes:
        run: what the run writes.
        size: bytes that its lines take.
        names: of the sources.
        how: what became of each.
        ends: for each file of rows, where the rows of each source end.
        finished: names of those that are done.
        marks: what each file of rows held after the last source.
    """

    def __init__(self, run: Run):
        self.run = run
        self.size = len(line_of(run))
        self.names: list[str] = []
        self.how: list[End] = []
        self.ends = [array("Q") for _ in run.files]
        self.finished: set[str] = set()
        self.marks: list[Mark] = []

    def add(self, entry: Written) -> None:
        """Take in what was written next."""
        self.names.append(entry.name)
        self.how.append(entry.end)
        self.marks = entry.marks
        for ends, mark in zip(self.ends, entry.marks, strict=True):
            ends.append(mark.size)
        if entry.end == "done":
            self.finished.add(entry.name)


def read_journal(path: Path) -> Journal | None:
    """A journal; None where there is none, or nothing of it can be understood.

    What follows a line that a kill has cut, or that is no line of a journal, is left out.
    """
    if not path.is_file():
        return None
    with path.open("rb") as lines:
        first = next(lines, b"")
        run = _run(first)
        if run is None:
            return None
        journal = Journal(run)
        journal.size = len(first)
        for line in lines:
            entry = _written(line, len(run.files))
            if entry is None:
                break
            journal.add(entry)
            journal.size += len(line)
    return journal


def line_of(entry: Run | Written) -> bytes:
    """An entry as a line of a journal."""
    return f"{json.dumps(entry)}\n".encode()


def journal_path(rows: Path) -> Path:
    """Where the journal of a run lies, by its first file of rows."""
    return rows.with_name(f".{rows.name}.journal")


def _run(line: bytes) -> Run | None:
    match _loaded(line):
        case [str(settings), list(files)] if all(isinstance(file, str) for file in files):
            return Run(settings, files)
    return None


def _written(line: bytes, files: int) -> Written | None:
    """A line as a source whose rows are written; None also for those of earlier versions, which had other words."""
    match _loaded(line):
        case [list(marks), str(name), end] if (
            end in get_args(End) and len(marks) == files and all(_is_mark(mark) for mark in marks)
        ):
            return Written([Mark(*mark) for mark in marks], name, end)
    return None


def _is_mark(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(n, int) and n >= 0 for n in value)


def _loaded(line: bytes) -> Any:
    """What a line holds; None where it is cut or no JSON."""
    try:
        return json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
