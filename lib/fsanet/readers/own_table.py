"""The table of a set of one's own: a CSV as spreadsheets, R and Python write it.

Read are commas, semicolons and tabs between the fields, quotes around them, decimal commas, a byte order mark, UTF-8
and UTF-16, Excel's line `sep=;`, columns in any order and further ones. Angles that are all small are asked about.
"""

import codecs
import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from fsanet.errors import InputError
from fsanet.readers.report import LEFT_OUT_SUFFIX
from fsanet.readers.set_builder import Unusable

ANGLES = ("yaw", "pitch", "roll")
NEEDED = ("image", *ANGLES)
BOX = ("x1", "y1", "x2", "y2")
SOURCE = "source"
KNOWN = (*NEEDED, *BOX, SOURCE)

_DELIMITERS = (",", ";", "\t")
_MOST_RADIANS = 3.2
_SEP_LINE = "sep="
_MOST_QUOTED = 200  # characters of a table in a message


def find_table(folder: Path) -> Path:
    """The one CSV of a folder, beside lists of what a set made there left out.

    Raises:
        FileNotFoundError: when there is no folder, or no CSV in it.
        InputError: when there are several.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"No folder '{folder}'.")
    tables = sorted(table for table in folder.glob("*.csv") if not table.name.endswith(LEFT_OUT_SUFFIX))
    if not tables:
        raise FileNotFoundError(f"No CSV in '{folder}': one with the columns {', '.join(NEEDED)} is needed.")
    if len(tables) > 1:
        raise InputError(f"Several CSVs in '{folder}': say which one with --csv '{tables[0]}'.")
    return tables[0]


def read_table(folder: Path, table: Path) -> dict[int, dict[str, str]]:
    """Rows of the CSV as text, by their number in it, with all columns of `KNOWN`; those that are not there are empty.

    Rows are counted as a spreadsheet does, from 1 and with the header; blank ones count and are left out.

    Raises:
        FileNotFoundError: when the folder or the CSV is missing.
        InputError: when it is no text, lacks a column, has no row, or a row with more fields than columns.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"No folder '{folder}'.")
    if not table.is_file():
        raise FileNotFoundError(f"No CSV '{table}'.")
    try:
        lines = _lines(_text(table))
    except csv.Error as error:
        raise InputError(f"'{table}' cannot be read as CSV ({error}): save it as CSV anew.") from None
    names = [name.strip().lower() for name in next(iter(lines.values()), [])]
    _check_columns(names, table)
    rows = {}
    for number, line in list(lines.items())[1:]:
        if len(line) > len(names):
            raise InputError(
                f"Row {number} of '{table}' has {len(line)} fields, its header {len(names)}: numbers with a decimal "
                "comma need quotes, or semicolons between the fields."
            )
        row = dict(zip(names, map(str.strip, line), strict=False))
        rows[number] = {key: row.get(key, "") for key in KNOWN}
    if not rows:
        raise InputError(f"'{table}' has a header and no row.")
    return rows


def numbers_of(row: Mapping[str, str], keys: Sequence[str]) -> tuple[float, ...]:
    """Numbers in columns of a row, with a point or a comma before the decimals.

    Raises:
        Unusable: when one is no finite number.
    """
    try:
        numbers = tuple(float(row[key].replace(",", ".")) for key in keys)
    except ValueError:
        values = ", ".join(f"{key}='{row[key]:.{_MOST_QUOTED}}'" for key in keys)
        raise Unusable("no number", values) from None
    if not all(map(math.isfinite, numbers)):
        raise Unusable("NaN label", ", ".join(f"{key}={row[key]}" for key in keys))
    return numbers


def require_plain_degrees(rows: Iterable[Mapping[str, str]], table: Path) -> None:
    """Refuse a table whose angles could as well be radians: all of them small, and not all of them zero.

    Raises:
        InputError: with the question.
    """
    angles: list[float] = []
    for row in rows:
        try:
            angles += numbers_of(row, ANGLES)
        except Unusable:  # listed with its reason when the row is read
            continue
    largest = max(map(abs, angles), default=0.0)
    if 0 < largest <= _MOST_RADIANS:
        raise InputError(
            f"No angle in '{table}' is larger than {largest:g}: are they radians? "
            "Degrees are expected: say --angles radians, or --angles degrees if they are."
        )


def _text(table: Path) -> str:
    encoded = table.read_bytes()
    wide = encoded.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # Excel's "Unicode text"
    try:
        return encoded.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"'{table}' is no text in UTF-8: save it as CSV UTF-8.") from None


def _lines(text: str) -> dict[int, list[str]]:
    """Fields of every line that is not blank, by its number, with the delimiter that finds most columns of ours."""
    if text[: len(_SEP_LINE)].lower() == _SEP_LINE:
        text = text.partition("\n")[2]

    def read(delimiter: str) -> dict[int, list[str]]:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
        return {number: line for number, line in enumerate(lines, start=1) if any(map(str.strip, line))}

    def found(lines: Mapping[int, Sequence[str]]) -> int:
        return len({name.strip().lower() for name in next(iter(lines.values()), [])} & set(KNOWN))

    return max(map(read, _DELIMITERS), key=found)


def _check_columns(names: Sequence[str], table: Path) -> None:
    if lacking := [name for name in NEEDED if name not in names]:
        raise InputError(
            f"'{table}' lacks the column {', '.join(lacking)}; its header is '{','.join(names):.{_MOST_QUOTED}}'."
        )
    if set(names) & set(BOX) and not set(BOX) <= set(names):
        raise InputError(f"'{table}' has some of the columns {', '.join(BOX)}: all four or none are needed.")
    if twice := sorted({name for name in names if name in KNOWN and names.count(name) > 1}):
        raise InputError(f"'{table}' has the column {', '.join(twice)} more than once.")
