"""From a list of raw samples to an npz set: parallel, in constant memory, resumable, with a list of what was left out.

A reader of a raw set gives three things: the items (what lies on disk, in order), a function that reads one item, and
the settings. Everything else is here, once.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import fsanet
from fsanet.console import progress
from fsanet.datasets.npz_file import read_meta
from fsanet.datasets.npz_stream import Chunk, LeftOut, PoseStream, megabytes_for
from fsanet.datasets.parts import kept_for_the_next_run, require_writable, sole_writer
from fsanet.errors import InputError
from fsanet.files import is_file, remove_leftovers
from fsanet.image.reading import read_image
from fsanet.readers.report import left_out_path, read_left_out, write_left_out
from fsanet.workers import cores, run_on_all_cores

CHUNK = 128
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RawItem:
    """One raw sample, not read yet.

    Attributes:
        name: what reports call it, relative to the raw set.
        files: what it is read from; they need not exist.
        facts: whatever else decides the sample, as JSON can say it: a row of a table, a chosen box.
    """

    name: str
    files: tuple[Path, ...]
    facts: tuple = ()


@dataclass(frozen=True)
class Sample:
    """One sample of a set.

    Attributes:
        image: (S, S, 3) uint8, BGR.
        yaw_pitch_roll_deg: the label.
        source: the key that keeps copies of one face on one side of a split.
        extras: further values by column name.
    """

    image: NDArray[np.uint8]
    yaw_pitch_roll_deg: Sequence[float] | NDArray[np.float64]
    source: str
    extras: Mapping[str, Any] = field(default_factory=dict)


class Unusable(InputError):  # noqa: N818, it is no error of the program
    """A raw sample that cannot be used.

    Args:
        reason: a short kind, the same for all samples of that kind.
        detail: what is wrong with this one.
        broken: False where a rule of the protocol leaves it out and nothing is wrong with the data.
    """

    def __init__(self, reason: str, detail: str = "", *, broken: bool = True):
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail, self.broken = reason, detail, broken


def read_raw_image(path: Path) -> NDArray[np.uint8]:
    """The image of a raw sample, (H, W, 3) BGR.

    Raises:
        Unusable: when it cannot be read.
    """
    try:
        return read_image(path)
    except (InputError, OSError) as error:
        raise Unusable("unreadable image", str(error)) from None


@dataclass(frozen=True)
class SetRecipe:
    """Everything that one npz set depends on.

    Attributes:
        path: the npz to write.
        items: the raw samples, in the order of the set.
        read: item -> Sample, raises `Unusable`; runs in other processes, so it must be importable by name.
        settings: what `meta` records: margin, detector, Euler order, ...
        img_size: side of the crops in pixels.
    """

    path: Path
    items: Sequence[RawItem]
    read: Callable[[RawItem], Sample]
    settings: Mapping[str, Any]
    img_size: int


@dataclass(frozen=True)
class BuiltSet:
    """What became of a recipe.

    Attributes:
        path: the npz.
        samples: number of samples in it.
        left_out: raw samples that are not in it.
        fresh: False where it lay there already, made from the same files with the same settings.
    """

    path: Path
    samples: int
    left_out: Sequence[LeftOut] = ()
    fresh: bool = True


def build_set(recipe: SetRecipe, *, workers: int | None = None, quiet: bool = False) -> BuiltSet:
    """Make an npz set. A killed run is taken up where it was; a finished set of the same recipe is left alone.

    Args:
        recipe: what to make.
        workers: number of processes; None for one per core.
        quiet: no progress bar.

    Raises:
        ValueError: when there is no item, or none is usable.
        OSError: when the npz cannot be written, nothing of it is left then; and when another process makes it.
    """
    if not recipe.items:
        raise InputError(f"No raw sample for '{recipe.path}'.")
    require_writable(recipe.path.parent)
    settings = json.loads(json.dumps({**recipe.settings, "img_size": recipe.img_size}))
    plan = {"settings": settings, "files_sha256": files_sha256(recipe.items)}
    if (samples := _samples_if_made(recipe.path, plan)) is not None:
        return BuiltSet(recipe.path, samples, read_left_out(recipe.path), fresh=False)
    with sole_writer(recipe.path):
        remove_leftovers(left_out_path(recipe.path))
        return _build(recipe, plan, workers, quiet)


def _build(recipe: SetRecipe, plan: Mapping, workers: int | None, quiet: bool) -> BuiltSet:
    starts = range(0, len(recipe.items), CHUNK)
    stream = PoseStream(recipe.path, len(starts), plan)
    missing = stream.missing()
    if len(missing) < len(starts):
        done = len(starts) - len(missing)
        log.info("%s: going on, %d of %d parts are there", recipe.path.name, done, len(starts))
    tasks = ((index, recipe.items[starts[index] : starts[index] + CHUNK]) for index in missing)
    make = partial(_make_chunk, stream, recipe.read, recipe.img_size)
    workers = min(workers or cores(), max(len(missing), 1))
    done = len(recipe.items) - sum(len(recipe.items[starts[i] : starts[i] + CHUNK]) for i in missing)
    with (
        kept_for_the_next_run(megabytes_for(len(recipe.items), recipe.img_size), stream.parts),
        progress(total=len(recipe.items), initial=done, unit="img", label=recipe.path.stem, quiet=quiet) as bar,
    ):
        for count in run_on_all_cores(make, tasks, workers):
            bar.update(count)
        write_left_out(recipe.path, stream.left_out())
        summary = stream.finish(_meta(plan))
    return BuiltSet(recipe.path, summary.samples, summary.left_out)


def _make_chunk(
    stream: PoseStream, read: Callable[[RawItem], Sample], img_size: int, task: tuple[int, Sequence[RawItem]]
) -> int:
    """Read a run of items, write its chunk, and return how many items it was. Runs in a worker process."""
    index, items = task
    samples, left_out = [], []
    for item in items:
        try:
            samples.append(read(item))
        except Unusable as error:
            left_out.append(LeftOut(item.name, error.reason, error.detail, error.broken))
    stream.add(index, _chunk_of(samples, left_out, img_size))
    return len(items)


def _chunk_of(samples: Sequence[Sample], left_out: Sequence[LeftOut], img_size: int) -> Chunk:
    keys = samples[0].extras if samples else ()
    return Chunk(
        image=np.array([sample.image for sample in samples], np.uint8).reshape(-1, img_size, img_size, 3),
        pose=np.array([sample.yaw_pitch_roll_deg for sample in samples], np.float64).reshape(-1, 3),
        source=[sample.source for sample in samples],
        extras={key: np.array([sample.extras[key] for sample in samples]) for key in keys},
        left_out=left_out,
    )


def _meta(plan: Mapping) -> dict[str, Any]:
    return {**plan["settings"], "files_sha256": plan["files_sha256"], "made_by": f"fsanet {fsanet.__version__}"}


def _samples_if_made(path: Path, plan: Mapping) -> int | None:
    """The number of samples of a finished npz of this plan; None where it is to be made."""
    if not path.is_file():
        return None
    meta = read_meta(path)
    same = {**plan["settings"], "files_sha256": plan["files_sha256"]}.items() <= meta.items()
    return meta["samples"] if same and meta.get("samples") else None


def files_sha256(items: Sequence[RawItem]) -> str:
    """Over names and sizes of the raw files, which a resumed run must find unchanged; reading them all takes long."""
    digest = hashlib.sha256()
    for item in items:
        sizes = [file.stat().st_size if is_file(file) else -1 for file in item.files]
        digest.update(json.dumps([item.name, [file.name for file in item.files], sizes, item.facts]).encode())
    return digest.hexdigest()
