"""Rows that were written in the order in which sources were done, put into the order in which sources were given."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import BinaryIO, NamedTuple

from fsanet.files import replace_whole
from fsanet.inference.rows.journal import Journal, Written, line_of
from fsanet.inference.rows.part import RowPart


class Unordered(NamedTuple):
    """A file of rows as it was written: where it lies, bytes of its header, and the name that it is to have."""

    part: Path
    header: int
    path: Path


def order_of(journal: Journal, given: Iterable[str]) -> list[int] | None:
    """Numbers of the written sources in the order of those given, others left out; None where nothing is to change.

    Of a name that was written twice the last one is there, and what was left, as by a camera which failed and was tried
    again.
    """
    written = journal.names
    places = {name: place for place, name in enumerate(given)}
    ended = {name: number for number, name in enumerate(written) if journal.how[number] != "left"}
    numbers = [
        number
        for number, name in enumerate(written)
        if name in places and (journal.how[number] == "left" or ended[name] == number)
    ]
    numbers.sort(key=lambda number: places[written[number]])
    return None if numbers == list(range(len(written))) else numbers


def write_in_order(files: Sequence[Unordered], journal: Journal, order: Sequence[int], path: Path) -> None:
    """Give files of rows their names, with the rows of some sources in another order, and write the journal of that.

    What was written after the last source of the journal stays at the end. The parts stay where they are, and go with
    the journal before until each file has its name, so that a kill loses nothing.

    Args:
        files: of the run.
        journal: of the parts.
        order: numbers of the sources that are to be there.
        path: of the journal, before and after.
    """
    with ExitStack() as stack:
        log = stack.enter_context(stack.enter_context(replace_whole(path)).open("wb"))
        copies = [
            _Copy(stack.enter_context(file.part.open("rb")), _new(stack, file.path), [file.header, *ends])
            for file, ends in zip(files, journal.ends, strict=True)
        ]
        for copy in copies:
            copy.take(0, copy.edges[0])
        log.write(line_of(journal.run))
        for number in order:
            for copy in copies:
                copy.take(copy.edges[number], copy.edges[number + 1])
            marks = [copy.target.mark for copy in copies]
            log.write(line_of(Written(marks, journal.names[number], journal.how[number])))
        for copy, file in zip(copies, files, strict=True):
            copy.take(copy.edges[-1], file.part.stat().st_size)


class _Copy(NamedTuple):
    """A part, the file that it is copied to, and where in it the header and the rows of each source end."""

    source: BinaryIO
    target: RowPart
    edges: list[int]

    def take(self, start: int, stop: int) -> None:
        """Append some bytes of the part."""
        self.source.seek(start)
        self.target.take(self.source, stop - start)


def _new(stack: ExitStack, path: Path) -> RowPart:
    """A file that gets its name when the stack is left."""
    return stack.enter_context(closing(RowPart(stack.enter_context(replace_whole(path)))))
