"""Whether files are whole, and whether a folder holds what another one holds, apart from what the clock wrote."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.npz_file import read_arrays
from fsanet.errors import InputError

_BY_THE_CLOCK = ("seconds", "images_per_second")  # columns of a table of training
_LOGS = "events.out.tfevents"  # of TensorBoard: one a start, with its time in the name


class Comparison(NamedTuple):
    """How a folder differs from the one that it should equal.

    Attributes:
        lost: files, and rows of tables, that it lacks.
        doubled: rows that it has more.
        different: files of another content.
        left_over: files that the other has not.
    """

    lost: int
    doubled: int
    different: list[Path]
    left_over: list[Path]


def compare(whole: Path, other: Path) -> Comparison:
    """Compare all files below two folders, the second with the first."""
    expected, got = _names(whole), _names(other)
    lost, doubled, different = len(expected - got), 0, []
    for name in sorted(expected & got):
        first, second = whole / name, other / name
        if name.suffix == ".csv":
            rows, more = _rows(first), _rows(second)
            lost += len(rows) - sum(a == b for a, b in zip(rows, more, strict=False))
            doubled += max(0, len(more) - len(rows))
        elif not _SAME.get(name.suffix, _same_bytes)(first, second):
            different.append(second)
    return Comparison(lost, doubled, different, sorted(other / name for name in got - expected))


def half_written(folder: Path) -> list[Path]:
    """Files that cannot be read, of those that bear the name of a whole one."""
    return [
        folder / name for name in sorted(_names(folder)) if not name.name.startswith(".") and _is_half(folder / name)
    ]


def _names(folder: Path) -> set[Path]:
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {name for name in files if not name.name.startswith(_LOGS)}


def _is_half(path: Path) -> bool:
    try:
        return not _WHOLE.get(path.suffix, Path.exists)(path)
    except (InputError, OSError):
        return True


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [{key: value for key, value in row.items() if key not in _BY_THE_CLOCK} for row in rows]


def _same_bytes(first: Path, second: Path) -> bool:
    return first.read_bytes() == second.read_bytes()


def _same_arrays(first: Path, second: Path) -> bool:
    """Of an npz; `record` holds the times of a run."""
    one, two = read_arrays(first), read_arrays(second)
    keys = one.keys() - {"record"}
    return keys == two.keys() - {"record"} and all(np.array_equal(one[key], two[key]) for key in keys)


def _same_network(first: Path, second: Path) -> bool:
    """Of an ONNX file: names inside differ from one conversion to the next, the angles do not."""
    one, two = (_angles(path) for path in (first, second))
    return np.array_equal(one, two)


def _angles(path: Path) -> NDArray[np.float32]:
    from fsanet.engines.onnx_engine import OnnxEngine

    engine = OnnxEngine(path, threads=1)
    side = engine.input_size
    return engine.predict(np.random.default_rng(0).integers(0, 256, (2, side, side, 3)).astype(np.uint8))


def _reads_picture(path: Path) -> bool:
    from fsanet.image.reading import read_picture

    return read_picture(path).image_bgr.size > 0


def _reads_video(path: Path) -> bool:
    from fsanet.inference.video.reader import VideoReader

    reader = VideoReader(str(path))
    return sum(1 for _ in reader) > 0 and not reader.missed_frames


def _reads_weights(path: Path) -> bool:
    from fsanet.weights.reading import read_weights

    return bool(read_weights(path).arrays)


_SAME: dict[str, Callable[[Path, Path], bool]] = {".npz": _same_arrays, ".onnx": _same_network}
_WHOLE: dict[str, Callable[[Path], bool]] = {
    **dict.fromkeys((".jpg", ".png"), _reads_picture),
    ".mp4": _reads_video,
    ".npz": lambda path: _same_arrays(path, path),
    ".onnx": lambda path: _same_network(path, path),
    ".h5": _reads_weights,
}
