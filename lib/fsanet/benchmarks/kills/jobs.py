"""The commands that are killed, each on inputs so small that a run takes seconds."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

from fsanet.benchmarks.assets import demo_file
from fsanet.errors import InputError

_PORTRAITS = ("collins.jpg", "hopper.jpg")
_ROWS = 300  # several of the pieces that a set is made in

Job = Callable[[Path], list[str]]  # makes inputs in a folder; the words behind `fsanet`, less --out


def get_job(name: str) -> Job:
    """The command of a name.

    Raises:
        ValueError: when there is none; the message lists those that there are.
    """
    if name not in JOBS:
        raise InputError(f"There is no command '{name}' to kill. There are: {', '.join(JOBS)}.")
    return JOBS[name]


def _estimate(work: Path) -> list[str]:
    """Pictures, and a clip among them."""
    folder = work / "pictures"
    folder.mkdir()
    for number in range(8):
        name = _PORTRAITS[number % len(_PORTRAITS)]
        shutil.copy(demo_file(name), folder / f"{number}_{name}")
    shutil.copy(demo_file("clip.mp4"), folder / "4_clip.mp4")
    return ["estimate", str(folder)]


def _prepare(work: Path) -> list[str]:
    """A set of one's own whose faces the detector finds."""
    folder = work / "own"
    folder.mkdir()
    for name in _PORTRAITS:
        shutil.copy(demo_file(name), folder / name)
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["image", "yaw", "pitch", "roll"])
        rows.writerows([_PORTRAITS[number % len(_PORTRAITS)], number, 10, -number] for number in range(_ROWS))
    return ["prepare", "--set", "own", "--raw", str(folder), "--workers", "1"]


def _train(work: Path) -> list[str]:
    return ["train", "--experiment", "smoke", "--model", "ssrnet_mt", "--threads", "1"]


def _export(work: Path) -> list[str]:
    return ["export", "--model", "ssrnet_mt"]


JOBS: dict[str, Job] = {"estimate": _estimate, "prepare": _prepare, "train": _train, "export": _export}
