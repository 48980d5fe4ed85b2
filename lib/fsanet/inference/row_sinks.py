"""Files that take rows and are whole or not there: CSV, JSON lines, Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, get_type_hints

from fsanet.errors import InputError, MissingPackageError
from fsanet.files import replace_whole
from fsanet.inference.rows import FORMATS, PoseRow, RowFormat

PARQUET = ".parquet"
_ROWS_PER_GROUP = 65536


class RowSink(Protocol):
    """What takes rows."""

    def write(self, rows: Sequence[PoseRow]) -> None:
        """Append rows."""
        ...


@contextmanager
def open_sink(path: Path) -> Iterator[RowSink]:
    """A file of rows by its suffix, under its name when the block ends.

    Raises:
        ValueError: for another suffix than .csv, .jsonl and .parquet.
        ImportError: for Parquet where pyarrow is not installed.
    """
    suffix = path.suffix
    if suffix != PARQUET and suffix.lstrip(".") not in FORMATS:
        raise InputError(f"Rows are written to files that end in .csv, .jsonl or .parquet; got '{path}'.")
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
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            raise MissingPackageError("Parquet needs pyarrow: pip install 'fsanet[parquet]'.") from None
        kinds = {int: pyarrow.int64(), int | None: pyarrow.int64(), str: pyarrow.string()}
        types = get_type_hints(PoseRow)
        self._schema = pyarrow.schema([(name, kinds.get(types[name], pyarrow.float64())) for name in PoseRow._fields])
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
