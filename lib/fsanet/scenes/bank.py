"""A bank of cut-outs on disk: written in shards that a killed run finds again, read without loading it.

BANK/plan.json, BANK/faces/00012.images.npy, BANK/faces/00012.labels.npz, BANK/others/...
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fsanet.console import progress
from fsanet.datasets.npz_file import write_npy
from fsanet.errors import InputError
from fsanet.files import replace_whole, write_json
from fsanet.scenes.bank_plan import BankPlan
from fsanet.scenes.cutout import Cutout, render_face, render_non_face
from fsanet.scenes.photograph_cutout import cut_below_chin, cut_photograph, labelled_files
from fsanet.workers import run_on_all_cores

_KINDS = ("faces", "others")
_LABELS = tuple(field for field in Cutout._fields if field != "image_bgra")


def write_bank(folder: str | Path, plan: BankPlan, processes: int | None = None, quiet: bool = False) -> None:
    """Render what is missing of a bank, or cut it out of photographs.

    Args:
        folder: of the bank; made when missing.
        plan: what it shall hold.
        processes: how many work in parallel; None for one per core.
        quiet: no progress bar.

    Raises:
        InputError: when the folder holds a bank of another plan or version, there are fewer photographs than faces, or
            a split is asked of them.
        OSError: when it cannot be written.
    """
    folder, makers = Path(folder), _cutting(plan) if plan.photographs else _rendering(plan)
    _claim(folder, plan)
    shards = [(kind, number) for kind in _KINDS for number in range(plan.shards(kind))]
    missing = [shard for shard in shards if not _labels_file(folder, *shard).is_file()]
    if missing:
        makers["faces"](0)  # numba compiles and caches in this process once
    with progress(total=len(missing) * plan.shard, unit="cut-out", label="cut out", quiet=quiet) as bar:
        for done in run_on_all_cores(partial(_write_shard, folder, plan.shard, makers), missing, processes):
            bar.update(done)


def _rendering(plan: BankPlan) -> dict[str, Callable[[int], Cutout]]:
    """What makes cut-out i of each kind."""
    return {
        "faces": partial(render_face, plan.seed, plan.split),
        "others": partial(render_non_face, plan.seed, plan.split),
    }


def _cutting(plan: BankPlan) -> dict[str, Callable[[int], Cutout]]:
    if plan.split != BankPlan.split:
        raise InputError(
            f"Photographs are not split, so that a bank of them cannot be of '{plan.split}': leave --split out, and "
            "give photographs of other people."
        )
    files = labelled_files(Path(plan.photographs))
    most = max(plan.faces, plan.others)
    if len(files) < most:
        raise InputError(f"'{plan.photographs}' holds {len(files)} labelled photographs, {most} cut-outs are asked.")
    order = np.random.default_rng(plan.seed).permutation(len(files))[:most]
    drawn = [files[i] for i in order]
    return {
        "faces": partial(_cut, cut_photograph, drawn, plan.seed),
        "others": partial(_cut, cut_below_chin, drawn, plan.seed),
    }


def _cut(cut: Callable[[Path, np.random.Generator], Cutout], files: list[Path], seed: int, index: int) -> Cutout:
    return cut(files[index], np.random.default_rng([seed, index]))


def _claim(folder: Path, plan: BankPlan) -> None:
    file = folder / "plan.json"
    if file.is_file() and _read_plan(file) != plan:
        raise InputError(
            f"'{folder}' holds another bank of cut-outs, or one of another version of this program: remove it, or name "
            "another folder."
        )
    write_json(file, asdict(plan))


def _read_plan(file: Path) -> BankPlan:
    try:
        return BankPlan(**json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError, RecursionError) as error:
        reason = str(error).rstrip(".")
        raise InputError(
            f"'{file}' is no plan of a bank that this version makes ({reason}): remove it, or name another folder."
        ) from None


def _labels_file(folder: Path, kind: str, number: int) -> Path:
    """Written last: a shard is there when its labels are."""
    return folder / kind / f"{number:05d}.labels.npz"


def _images_file(folder: Path, kind: str, number: int) -> Path:
    return folder / kind / f"{number:05d}.images.npy"


def _write_shard(folder: Path, size: int, makers: dict[str, Callable[[int], Cutout]], shard: tuple[str, int]) -> int:
    kind, number = shard
    cutouts = [makers[kind](index) for index in range(number * size, (number + 1) * size)]
    labels: dict[str, Any] = {name: np.stack([getattr(cutout, name) for cutout in cutouts]) for name in _LABELS}
    write_npy(_images_file(folder, kind, number), np.stack([cutout.image_bgra for cutout in cutouts]))
    with replace_whole(_labels_file(folder, kind, number)) as temporary:
        np.savez(temporary, **labels)
    return size


class Bank:
    """A bank for reading, of whatever version; images stay on disk until they are asked for.

    Args:
        folder: of a bank that is whole.

    Raises:
        FileNotFoundError: when there is none, or a part of it is missing.
    """

    def __init__(self, folder: str | Path):
        folder = Path(folder)
        if not (folder / "plan.json").is_file():
            raise FileNotFoundError(
                f"No bank of cut-outs in '{folder}': `fsanet finder bank --bank {folder}` renders one."
            )
        self.plan = _read_plan(folder / "plan.json")
        self.faces = Cutouts(folder, "faces", self.plan)
        self.others = Cutouts(folder, "others", self.plan)


class Cutouts:
    """The cut-outs of one kind, by number."""

    def __init__(self, folder: Path, kind: str, plan: BankPlan):
        numbers = range(plan.shards(kind))
        missing = sum(not _labels_file(folder, kind, number).is_file() for number in numbers)
        if missing:
            raise FileNotFoundError(
                f"{missing} of {len(numbers)} files of '{folder / kind}' are missing: "
                f"`fsanet finder bank --bank {folder}` goes on where it was."
            )
        self._shard = plan.shard
        self._images: list[NDArray] = [np.load(_images_file(folder, kind, i), mmap_mode="r") for i in numbers]
        labels = [np.load(_labels_file(folder, kind, i)) for i in numbers]
        self._labels = {name: np.concatenate([shard[name] for shard in labels]) for name in _LABELS if labels}

    def __len__(self) -> int:
        return self._shard * len(self._images)

    def __getitem__(self, index: int) -> Cutout:
        image = np.asarray(self._images[index // self._shard][index % self._shard])
        return Cutout(image, **{name: column[index] for name, column in self._labels.items()})
