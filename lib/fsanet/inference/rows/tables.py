"""Files of rows: written whole or not at all, as CSV, JSON lines or Parquet, and read back."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, get_type_hints

from fsanet.errors import InputError, MissingPackageError
from fsanet.files import replace_whole
from fsanet.inference.rows.row import FORMATS, PoseRow, RowFormat

PARQUET = ".parquet"
_ROWS_PER_GROUP = 65536
_TYPES = get_type_hints(PoseRow)


class RowSink(Protocol):
    """What takes rows."""

    def write(self, rows: Sequence[PoseRow]) -> None:
        """Append rows."""
        ...


def check_kind(path: Path) -> None:
    """Whether rows can be written to a file of that name.

    Raises:
        ValueError: for another suffix than .csv, .jsonl and .parquet.
        ImportError: for Parquet where pyarrow is not installed.
    """
    if path.suffix == PARQUET:
        if not find_spec("pyarrow"):
            raise MissingPackageError("Parquet needs pyarrow: pip install 'fsanet[parquet]'.")
    elif path.suffix.lstrip(".") not in FORMATS:
        raise InputError(f"Rows are written to files that end in .csv, .jsonl or .parquet; got '{path}'.")


@contextmanager
def open_sink(path: Path) -> Iterator[RowSink]:
    """A file of rows by its suffix, under its name when the block ends.

    Raises:
        ValueError, ImportError: as `check_kind`.
    """
    check_kind(path)
    suffix = path.suffix
    with replace_whole(path) as temporary:
        sink = _Parquet(temporary) if suffix == PARQUET else _Text(temporary, FORMATS[suffix.lstrip(".")])
        try:
            yield sink
        finally:
            sink.close()


class _Text:
    def __init__(self, path: Path, form: RowFormat):
        self._file = path.open("w", encoding="utf-8", newline="")
        self._line = form.line
        self._file.write(form.header)

    def write(self, rows: Sequence[PoseRow]) -> None:
        self._file.writelines(map(self._line, rows))

    def close(self) -> None:
        self._file.close()


class _Parquet:
    """Row groups of a columnar file."""

    def __init__(self, path: Path):
        import pyarrow
        from pyarrow import parquet

        whole, text = pyarrow.int64(), pyarrow.string()
        kinds: dict[Any, Any] = {int: whole, int | None: whole, str: text, str | None: text}
        self._schema = pyarrow.schema([(name, kinds.get(_TYPES[name], pyarrow.float64())) for name in PoseRow._fields])
        self._table: Any = pyarrow.Table
        self._writer = parquet.ParquetWriter(path, self._schema)
        self._waiting: list[PoseRow] = []

    def write(self, rows: Sequence[PoseRow]) -> None:
        self._waiting += rows
        if len(self._waiting) >= _ROWS_PER_GROUP:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(self._table.from_pylist([row._asdict() for row in self._waiting], self._schema))
        self._waiting = []


def read_rows(path: Path) -> Iterator[PoseRow]:
    """Rows of a .csv or .jsonl file, one after the other.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: for another suffix, or where a line is no row.
    """
    readers = {".csv": _of_csv, ".jsonl": _of_jsonl}
    if path.suffix not in readers:
        raise InputError(f"Rows are read from files that end in .csv or .jsonl; got '{path}'.")
    with path.open(newline="", encoding="utf-8") as file:
        try:
            yield from readers[path.suffix](file)
        except (csv.Error, ValueError, TypeError, KeyError) as error:
            raise InputError(f"'{path}' holds a line that is no row of poses ({error}).") from None


def _of_csv(lines: Iterator[str]) -> Iterator[PoseRow]:
    for values in csv.DictReader(lines, strict=True):
        yield PoseRow(**{name: _value(name, text) for name, text in values.items()})


def _of_jsonl(lines: Iterator[str]) -> Iterator[PoseRow]:
    yield from (PoseRow(**json.loads(line)) for line in lines)


def _value(name: str, text: str) -> Any:
    kind = _TYPES[name]
    if kind is str:
        return text
    if text == "" and kind not in (int, float):  # frame and time of an image
        return None
    if kind == str | None:
        return text
    return int(text) if kind in (int, int | None) else float(text)
