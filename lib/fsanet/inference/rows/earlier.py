"""Whether a folder holds the results of a run, told by a file of rows under its usual name."""

import re
from collections.abc import Iterable
from pathlib import Path

from fsanet.inference.rows.row import PoseRow

_NAMES = re.compile(r"\.?poses(-\d+-of-\d+)?\.csv(\.part)?")  # of a whole run or a shard, ended or not
_START = ",".join(PoseRow._fields[:12]).encode()  # of the header: columns may be added behind


def holds_rows(folder: Path, names: Iterable[str]) -> bool:
    """Whether any of the files of a folder, by their names, is a file of rows under its usual name."""
    return any(_NAMES.fullmatch(name) and _begins_as_rows(folder / name) for name in names)


def _begins_as_rows(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_START)) == _START
    except OSError:
        return False
