"""What a set left out, and why: a CSV beside the npz, and a few lines on the screen."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from fsanet.datasets.npz_stream import LeftOut
from fsanet.files import as_utf8, csv_line, printable, replace_whole

LEFT_OUT_SUFFIX = ".left_out.csv"
_COLUMNS = ("name", "reason", "broken", "detail")
_SHOWN = 5  # names per reason on the screen; the CSV has all


def left_out_path(npz: Path) -> Path:
    """Where the list of a set lies: AFW.npz -> AFW.left_out.csv."""
    return npz.with_name(f"{npz.stem}{LEFT_OUT_SUFFIX}")


def write_left_out(npz: Path, left_out: Sequence[LeftOut]) -> None:
    """Write the list beside the npz; where nothing was left out there is none."""
    path = left_out_path(npz)
    if not left_out:
        path.unlink(missing_ok=True)
        return
    with replace_whole(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        file.write(csv_line(_COLUMNS))
        for item in left_out:
            broken = "yes" if item.broken else "no"
            file.write(csv_line((as_utf8(item.name), item.reason, broken, as_utf8(item.detail))))


def read_left_out(npz: Path) -> list[LeftOut]:
    """The list of a set; empty where nothing was left out."""
    path = left_out_path(npz)
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [
            LeftOut(row["name"], row["reason"], row["detail"], row["broken"] == "yes") for row in csv.DictReader(file)
        ]


def summary_lines(npz: Path, samples: int, left_out: Sequence[LeftOut], *, fresh: bool = True) -> list[str]:
    """What became of a set, in a few lines for the screen."""
    state = "" if fresh else " (was there, up to date)"
    lines = [f"{npz}: {samples} samples{state}"]
    for reason, count in sorted(Counter(item.reason for item in left_out).items()):
        of_kind = [item for item in left_out if item.reason == reason]
        names = ", ".join(printable(item.name) for item in of_kind[:_SHOWN]) + (", ..." if count > _SHOWN else "")
        lines.append(f"  left out, {reason}: {count} ({names})")
    if left_out:
        lines.append(f"  all of them, with what is wrong: {left_out_path(npz)}")
    return lines
