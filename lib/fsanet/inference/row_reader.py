"""Reading files of rows back."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

from fsanet.errors import InputError
from fsanet.inference.rows import PoseRow

_TYPES = get_type_hints(PoseRow)


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
        except (ValueError, TypeError, KeyError) as error:
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
    return int(text) if kind in (int, int | None) else float(text)
