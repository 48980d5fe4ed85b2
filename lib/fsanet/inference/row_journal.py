"""The journal of an unfinished run: what it writes, and how long its files of rows were after each finished source."""

import json
from pathlib import Path
from typing import Any, NamedTuple


class Run(NamedTuple):
    """What a run writes.

    Attributes:
        settings: text that describes the run.
        files: paths of its files of rows, from the journal's folder on.
    """

    settings: str
    files: list[str]


class Finished(NamedTuple):
    """A source all of whose rows are written: bytes of each file of rows after it, and its name."""

    sizes: list[int]
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
    entries: list[Any] = []  # the run, then finished sources
    size = 0
    for line in path.read_bytes().splitlines(keepends=True) if path.is_file() else []:
        entry = _entry(line, Finished if entries else Run)
        if entry is None:
            break
        entries.append(entry)
        size += len(line)
    return Journal(entries[0], entries[1:], size) if entries else None


def line_of(entry: Run | Finished) -> bytes:
    """An entry as a line of a journal."""
    return f"{json.dumps(entry)}\n".encode()


def _entry(line: bytes, kind: type[Run] | type[Finished]) -> Any:
    """A line as what it should be; None where it is something else, or cut."""
    try:
        entry = kind._make(json.loads(line))
    except (ValueError, TypeError):
        return None
    text, listed, of = (entry.settings, entry.files, str) if isinstance(entry, Run) else (entry.name, entry.sizes, int)
    is_one = isinstance(text, str) and isinstance(listed, list) and all(isinstance(one, of) for one in listed)
    return entry if is_one and line.endswith(b"\n") else None
