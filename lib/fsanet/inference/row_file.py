"""Files of rows that survive Ctrl-C and kills, and go on where they were stopped.

While a run is under way the rows of `poses.csv` are in `.poses.csv.part`. A journal beside the first file,
`.poses.csv.journal`, holds the run's settings and then a line for each finished source: the sizes of the row files
after it, and its name. A run with the same settings cuts the rows back to the last finished source and goes on there.
The finished files take their names in one step each; the journal goes with that.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from fsanet.errors import InputError
from fsanet.inference.rows import FORMATS, PoseRow


class RowFiles:
    """The rows of many sources, in order, in one file a format.

    Use it as a context manager. The files are finished when the block ends. When an exception leaves it and some source
    was finished they can be resumed, else nothing stays. After Ctrl-C the rows so far stand under the final names,
    whole, and can be resumed as well.

    Args:
        paths: final names, ending in .csv or .jsonl.
        settings: text that describes the run; an unfinished run with other settings is not resumed but begun anew.

    Attributes:
        finished: names of the finished sources, those of an earlier run included; skip them.

    Raises:
        ValueError: for another suffix.
        OSError: where a folder cannot be written.
    """

    def __init__(self, paths: Sequence[str | Path], settings: str = ""):
        self.paths = [Path(path) for path in paths]
        self.finished: set[str] = set()
        self._formats = [_format_of(path) for path in self.paths]
        self._settings = settings
        self._parts = [path.with_name(f".{path.name}.part") for path in self.paths]
        self._journal = self.paths[0].with_name(f".{self.paths[0].name}.journal")

    def __enter__(self) -> "RowFiles":
        for path in self.paths:
            path.parent.mkdir(parents=True, exist_ok=True)
        sizes = self._sizes_to_resume()
        if sizes is None:
            self._begin()
        else:
            self._sizes = sizes
            self._files = [_cut_to(part, size) for part, size in zip(self._parts, sizes, strict=True)]
            self._log = _cut_to(self._journal, _whole_lines(self._journal)[1])
        return self

    def write(self, rows: Iterable[PoseRow]) -> None:
        """Append rows of the source that is under way."""
        rows = list(rows)
        for file, form in zip(self._files, self._formats, strict=True):
            file.write("".join(form.line(row) for row in rows).encode())

    def finish(self, name: str) -> None:
        """Note that all rows of a source are written."""
        self.finished.add(name)
        for file in self._files:
            file.flush()
        self._sizes = [file.tell() for file in self._files]
        self._note([self._sizes, name])

    def drop(self) -> None:
        """Take back the rows of the source that is under way."""
        for file, size in zip(self._files, self._sizes, strict=True):
            file.seek(size)
            file.truncate()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files:
            file.close()
        self._log.close()
        if kind is None or issubclass(kind, KeyboardInterrupt):
            for part, path in zip(self._parts, self.paths, strict=True):
                part.replace(path)
        elif not self.finished:
            for part in self._parts:
                part.unlink(missing_ok=True)
        if kind is None or not self.finished:
            self._journal.unlink()

    def _begin(self) -> None:
        self._files = []
        with ExitStack() as undo:
            for part, form in zip(self._parts, self._formats, strict=True):
                undo.callback(part.unlink, missing_ok=True)
                self._files.append(undo.enter_context(part.open("wb")))
                self._files[-1].write(form.header.encode())
            self._log = self._journal.open("wb")
            undo.pop_all()
        self._sizes = [file.tell() for file in self._files]
        self._note(self._settings)

    def _note(self, entry: object) -> None:
        self._log.write(f"{json.dumps(entry)}\n".encode())
        self._log.flush()

    def _sizes_to_resume(self) -> list[int] | None:
        """Sizes of the row files after the last finished source of an unfinished run like this; None to begin anew."""
        entries = _whole_lines(self._journal)[0] if self._journal.is_file() else []
        if len(entries) < 2 or entries[0] != self._settings:
            return None
        for part, path in zip(self._parts, self.paths, strict=True):
            if not part.is_file() and path.is_file():  # an interrupted run gave its rows the final name
                path.replace(part)
        sizes = entries[-1][0]
        if not all(part.is_file() and part.stat().st_size >= n for part, n in zip(self._parts, sizes, strict=True)):
            return None
        self.finished = {name for _, name in entries[1:]}
        return sizes


def _format_of(path: Path):
    form = FORMATS.get(path.suffix.lstrip("."))
    if form is None:
        raise InputError(f"Rows are written to files that end in .csv or .jsonl; got '{path}'.")
    return form


def _cut_to(part: Path, size: int) -> BinaryIO:
    """A file opened for appending after its first `size` bytes; what lies beyond is dropped."""
    file = part.open("r+b")
    file.truncate(size)
    file.seek(size)
    return file


def _whole_lines(journal: Path) -> tuple[list, int]:
    """Entries of a journal, and the bytes that they take; a last line that a kill has cut is left out."""
    entries, size = [], 0
    for line in journal.read_bytes().splitlines(keepends=True):
        try:
            entry = json.loads(line)
        except ValueError:
            break
        if not line.endswith(b"\n"):
            break
        entries.append(entry)
        size += len(line)
    return entries, size
