"""Whether a folder holds annotated copies of a run, told by a file of rows under its usual name."""

import csv
import io
import os
import re
from collections.abc import Iterable
from pathlib import Path

from fsanet.inference.rows.row import PoseRow

_NAMES = re.compile(r"\.?poses(-\d+-of-\d+)?\.csv(\.part)?")  # of a whole run or a shard, ended or not
_START = ",".join(PoseRow._fields[:12]).encode()  # of the header: columns may be added behind
_LOOKED_AT = 1 << 16  # bytes


def holds_copies(folder: Path, names: Iterable[str]) -> bool:
    """Whether a folder with files of such names has a file of rows of what lies elsewhere, or of what cannot be told.

    Rows may have been written beside the photographs that they tell of: these are no copies.
    """
    return any(_NAMES.fullmatch(name) and _tells_of_elsewhere(folder / name) for name in names)


def _tells_of_elsewhere(path: Path) -> bool:
    """Whether it is a file of rows, and none of the first names a file in or below its folder, seen from here."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(_LOOKED_AT)
    except OSError:
        return False
    if not head.startswith(_START):
        return False
    _, *rows = csv.reader(io.StringIO(head.decode(errors="replace"), newline=""))
    folders = {Path(row[0]).parent for row in rows if row}
    here = Path(os.path.realpath(path.parent))
    return not any(Path(os.path.realpath(folder)).is_relative_to(here) for folder in folders)
