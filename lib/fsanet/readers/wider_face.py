"""WIDER FACE's annotations: boxes of all faces of a split, and which of them count as easy, medium or hard."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError

ANNOTATIONS = "wider_face_val_bbx_gt.txt"
PICTURES = "wider_face_val.mat"  # names the pictures in the order of the lists
LISTS = {level: f"wider_{level}_val.mat" for level in ("easy", "medium", "hard")}

_INVALID = 7  # column of a face: x, y, w, h, blur, expression, illumination, invalid, occlusion, pose
_COLUMNS = 10


class WiderFaces(NamedTuple):
    """The faces of a picture, F of them.

    Attributes:
        box_xyxy: (F, 4) pixels.
        counted: (F,) bool; False for faces that are marked invalid and for boxes without a size.
    """

    box_xyxy: NDArray[np.float64]
    counted: NDArray[np.bool_]


def read_annotations(path: Path) -> dict[str, WiderFaces]:
    """Faces by picture (`0--Parade/name.jpg`), in the order of the file.

    Args:
        path: such as `wider_face_val_bbx_gt.txt`: the picture's name, the number of faces, a line a face; without
            faces a line of zeros follows.

    Raises:
        FileNotFoundError: when there is no such file.
        InputError: for a line that does not belong there.
    """
    if not path.is_file():
        raise FileNotFoundError(f"No annotations '{path}'.")
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = enumerate((line.strip() for line in text.splitlines()), start=1)
    found = {}
    for number, name in lines:
        if not name:
            continue
        if not name.lower().endswith((".jpg", ".jpeg", ".png")):
            raise InputError(f"'{path}', line {number}: the name of a picture is expected, got '{name[:60]}'.")
        rows = [_numbers(path, lines, _COLUMNS) for _ in range(max(_numbers(path, lines, 1)[0], 1))]
        found[name] = _faces(np.array(rows, np.float64))
    return found


def _numbers(path: Path, lines: Iterator[tuple[int, str]], count: int) -> list[int]:
    """The whole numbers of the next line."""
    number, line = next(lines, (0, ""))
    try:
        values = [int(word) for word in line.split()]
    except ValueError:
        values = []
    if len(values) != count or (count == 1 and values[0] < 0):
        place = f"line {number}" if number else "at its end"
        what = "the number of faces" if count == 1 else f"{count} whole numbers of a face"
        raise InputError(f"'{path}', {place}: expected {what}, got '{line[:60]}'.")
    return values


def _faces(rows: NDArray[np.float64]) -> WiderFaces:
    rows = rows if rows.any() else rows[:0]  # the line that stands where there is no face
    counted = (rows[:, _INVALID] == 0) & (rows[:, 2:4] > 0).all(axis=1)
    return WiderFaces(np.hstack([rows[:, :2], rows[:, :2] + rows[:, 2:4]]), counted)


def read_levels(folder: Path) -> dict[str, dict[str, NDArray[np.int64]]]:
    """Numbers, from 0 on, of the faces that count: by level, then by picture.

    Args:
        folder: with `wider_face_val.mat` and `wider_easy_val.mat`, `wider_medium_val.mat`, `wider_hard_val.mat`.

    Raises:
        FileNotFoundError: when one is missing.
        InputError: when one is damaged, or holds something else.
        ImportError: without SciPy.
    """
    names = _pictures(folder / PICTURES)
    levels = {}
    for level, file in LISTS.items():
        lists = _counted(folder / file)
        if len(lists) != len(names):
            raise InputError(f"'{folder / file}' lists {len(lists)} pictures, '{folder / PICTURES}' {len(names)}.")
        levels[level] = dict(zip(names, lists, strict=True))
    return levels


def _pictures(path: Path) -> list[str]:
    matrices = _load(path)
    try:
        events = [str(event[0][0]) for event in matrices["event_list"]]
        files = [[str(file[0][0]) for file in event[0]] for event in matrices["file_list"]]
        return [f"{event}/{file}.jpg" for event, of_event in zip(events, files, strict=True) for file in of_event]
    except (KeyError, IndexError, TypeError, ValueError):
        raise InputError(f"'{path}' has no event_list and file_list as WIDER FACE has them.") from None


def _counted(path: Path) -> list[NDArray[np.int64]]:
    matrices = _load(path)
    try:
        return [entry[0].ravel().astype(np.int64) - 1 for event in matrices["gt_list"] for entry in event[0]]
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        raise InputError(f"'{path}' has no gt_list as WIDER FACE has it.") from None


def _load(path: Path) -> Mapping[str, Any]:
    from scipy.io import loadmat  # cells, which our own reader passes over

    if not path.is_file():
        raise FileNotFoundError(f"No list '{path}': it comes with WIDER FACE's evaluation tools, in ground_truth.")
    try:
        return loadmat(path)
    except Exception as error:  # SciPy's reader raises many kinds of them
        raise InputError(f"'{path}' cannot be read as a MATLAB file: {error}") from None
