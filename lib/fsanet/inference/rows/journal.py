"""The journal of an unfinished run: what it writes, and what its files of rows held after each finished source."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from fsanet.inference.rows.part import Mark


class Run(NamedTuple):
    """What a run writes.

    Attributes:
        settings: text that describes the run.
        files: paths of its files of rows, from the journal's folder on.
    """

    settings: str
    files: list[str]


class Finished(NamedTuple):
    """A source all of whose rows are written: what each file of rows held after it, and its name."""

    marks: list[Mark]
    name: str


class Journal(NamedTuple):
    """A journal that was read: the run, its finished sources in order, and the bytes that these lines take."""

    run: Run
    finished: list[Finished]
    size: int


def read_journal(path: Path) -> Journal | None:
    """A journal; None where there is none, or nothing of it can be understood.

    What follows a line that a kill has cut, or that is no line of a journal, is left out.
    """
    lines = path.read_bytes().splitlines(keepends=True) if path.is_file() else []
    run = _run(lines[0]) if lines else None
    if run is None:
        return None
    finished, size = [], len(lines[0])
    for line in lines[1:]:
        source = _finished(line)
        if source is None:
            break
        finished.append(source)
        size += len(line)
    return Journal(run, finished, size)


def line_of(entry: Run | Finished) -> bytes:
    """An entry as a line of a journal."""
    return f"{json.dumps(entry)}\n".encode()


def _run(line: bytes) -> Run | None:
    match _loaded(line):
        case [str(settings), list(files)] if all(isinstance(file, str) for file in files):
            return Run(settings, files)
    return None


def _finished(line: bytes) -> Finished | None:
    """A line as a finished source; None also for those of before there were checksums."""
    match _loaded(line):
        case [list(marks), str(name)] if all(_is_mark(mark) for mark in marks):
            return Finished([Mark(*mark) for mark in marks], name)
    return None


def _is_mark(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(n, int) and n >= 0 for n in value)


def _loaded(line: bytes) -> Any:
    """What a line holds; None where it is cut or no JSON."""
    try:
        return json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
