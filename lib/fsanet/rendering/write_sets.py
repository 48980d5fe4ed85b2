"""Write the synthetic sets: train, validation and test npz with disjoint persons, and pictures to look at.

    fsanet render [--out data] [--samples 50000] [--seed 0] [--poses mixed] [--masked 0.0]

All cores work on chunks that lie on disk until the set is whole, so memory stays flat and a killed run goes on where it
was. A set depends on its seed and settings alone: any number of processes, stopped or not, writes the same bytes.
"""

import dataclasses
import logging
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fsanet.console import EXIT_OK, progress
from fsanet.datasets.npz_file import read_meta
from fsanet.datasets.npz_stream import Chunk, PoseStream, megabytes_for
from fsanet.datasets.parts import kept_for_the_next_run, sole_writer
from fsanet.datasets.pictures import draw_pictures, picture_paths
from fsanet.errors import InputError
from fsanet.image.face_crop import INPUT_SIZE, LANDMARK_MARGIN
from fsanet.rendering.code_version import code_version
from fsanet.rendering.frame import SPLITS, RenderSettings
from fsanet.rendering.samples import render_samples
from fsanet.workers import run_on_all_cores

log = logging.getLogger(__name__)

DEFAULT_OUT = Path("data")
DEFAULT_SAMPLES = 50_000
_SMALL_SHARE = 20  # validation and test are each one twentieth of the training set
_LARGEST_CHUNK = 240  # samples: a few seconds of work, so that a kill loses little
_CHUNKS = 20  # that a small set has at least, so that its bar moves


@dataclass(frozen=True)
class _Job:
    """One chunk of one set, as a worker process needs it."""

    stream: PoseStream
    number: int
    seed: int
    indices: range
    settings: RenderSettings


@dataclass(frozen=True)
class _Plan:
    """One set: where it goes, what makes it, and what its meta will say."""

    path: Path
    size: int
    chunk: int
    seed: int
    settings: RenderSettings
    meta: dict

    def is_done(self) -> bool:
        """Whether the npz is there and was made by this very plan."""
        found = read_meta(self.path)
        return found.get("samples") == self.size and self.meta.items() <= found.items()

    def replaces(self) -> str:
        """What is lost when the set is written, in words; empty where nothing is, or what the set begins with."""
        path = self.path
        if not path.is_file():
            return ""
        found = read_meta(path)
        held, seed = found.get("samples"), found.get("seed")
        if not isinstance(held, int):
            return f"'{path}' (of unknown origin) by {self.size:,} samples, seed {self.seed}"
        if held <= self.size and self.meta.items() <= found.items():
            return ""
        other = " (other settings or another renderer)" if (held, seed) == (self.size, self.seed) else ""
        return f"'{path}' ({held:,} samples, seed {seed}) by {self.size:,} samples, seed {self.seed}{other}"

    def stream(self) -> PoseStream:
        """Where its chunks go; those of another plan are thrown away."""
        return PoseStream(self.path, -(-self.size // self.chunk), self.meta | {"size": self.size})

    def jobs(self, stream: PoseStream) -> list[_Job]:
        """The chunks that are still missing."""
        starts = range(0, self.size, self.chunk)
        ranges = [range(start, min(start + self.chunk, self.size)) for start in starts]
        return [_Job(stream, i, self.seed, ranges[i], self.settings) for i in stream.missing()]


def split_sizes(samples: int) -> dict[str, int]:
    """Samples of each split, for a training set of some size; validation and test get a twentieth each.

    Raises:
        ValueError: for less than one sample.
    """
    if samples < 1:
        raise InputError(f"a synthetic training set needs at least 1 sample, got {samples}")
    small = max(1, round(samples / _SMALL_SHARE))
    return {"train": samples, **dict.fromkeys(SPLITS[1:], small)}


def _do(job: _Job) -> int:
    samples = render_samples(job.seed, job.indices, job.settings)
    job.stream.add(job.number, Chunk(samples.image, samples.pose, samples.source, samples.kinds))
    return len(job.indices)


def _plan(out: Path, sizes: dict[str, int], seed: int, settings: RenderSettings) -> list[_Plan]:
    plans, version = [], code_version()
    for split, size in sizes.items():
        of_split = dataclasses.replace(settings, split=split)
        meta = {
            "made_by": "fsanet.rendering",
            "code": version,
            "seed": seed,
            "settings": dataclasses.asdict(of_split),
            "margin": LANDMARK_MARGIN,
            "box": "landmarks",
            "numpy": np.__version__,
            "opencv": cv2.__version__,
        }
        chunk = _chunk(size, settings.per_person)
        plans.append(_Plan(out / f"synthetic_{split}.npz", size, chunk, seed, of_split, meta))
    return plans


def _chunk(size: int, per_person: int) -> int:
    """Samples in a chunk: persons are not cut in two."""
    chunk = min(_LARGEST_CHUNK, size // _CHUNKS)
    return chunk - chunk % per_person or per_person


def _make(plans: list[_Plan], processes: int | None, quiet: bool) -> None:
    """Render what is missing of some sets, write them and their pictures, and say where they are."""
    unfinished = [plan for plan in plans if not plan.is_done()]
    if replaced := [words for plan in unfinished if (words := plan.replaces())]:
        advice = "Ctrl-C before they are done keeps the old ones, and --out (OUT= of make) takes another folder"
        log.warning("Sets that are there will be replaced: %s. %s.", "; ".join(replaced), advice)
    with ExitStack() as held:
        for plan in unfinished:
            held.enter_context(sole_writer(plan.path))
        _make_all(unfinished, processes, quiet)
    for plan in plans:
        pictures = ", ".join(picture.name for picture in picture_paths(plan.path))
        print(f"{plan.path}: {plan.size:,} faces; look at {pictures}")


def _make_all(plans: list[_Plan], processes: int | None, quiet: bool) -> None:
    streams = [plan.stream() for plan in plans]
    megabytes = megabytes_for(sum(plan.size for plan in plans), INPUT_SIZE)
    with kept_for_the_next_run(megabytes, *(stream.parts for stream in streams)):
        pairs = list(zip(plans, streams, strict=True))
        if jobs := [job for plan, stream in pairs for job in plan.jobs(stream)]:
            _render(jobs, processes, quiet)
        for plan, stream in pairs:
            stream.finish(plan.meta)
            draw_pictures(plan.path)


def _render(jobs: list[_Job], processes: int | None, quiet: bool) -> None:
    # Numba compiles and caches in this process once; the workers only read that cache.
    render_samples(jobs[0].seed, range(1), jobs[0].settings)
    with progress(total=sum(len(job.indices) for job in jobs), unit="face", label="rendering", quiet=quiet) as bar:
        for done in run_on_all_cores(_do, jobs, processes):
            bar.update(done)


def write_synthetic_sets(
    out_dir: str | Path = DEFAULT_OUT,
    samples: int | None = None,
    seed: int = 0,
    processes: int | None = None,
    settings: RenderSettings | None = None,
    quiet: bool = False,
) -> int:
    """Render and write synthetic_train.npz, synthetic_validation.npz and synthetic_test.npz.

    Beside each lie a contact sheet (.samples.png) and histograms of the angles (.poses.png). A set that is there
    already and was made by the same code, seed and settings is kept; another one is replaced, with a warning first.

    Args:
        out_dir: folder for the files.
        samples: size of the training set, None for the default.
        seed: equal seeds give equal bytes.
        processes: how many work in parallel; None for one per core.
        settings: what is rendered; its `split` is replaced.
        quiet: no progress bar.

    Returns:
        The exit code of a command that has done all its work.

    Raises:
        ValueError: for too few samples.
        OSError: when the folder cannot be written, or another process writes one of the sets.
    """
    sizes = split_sizes(DEFAULT_SAMPLES if samples is None else samples)
    _make(_plan(Path(out_dir), sizes, seed, settings or RenderSettings()), processes, quiet)
    return EXIT_OK


def write_test_set(
    out_dir: str | Path, samples: int, seed: int = 0, processes: int | None = None, quiet: bool = False
) -> Path:
    """Render and write the first samples of the test set alone: synthetic_test.npz and its pictures.

    Args:
        out_dir: folder for the files.
        samples: how many.
        seed: of the test set that they are the first of.
        processes: how many work in parallel; None for one per core.
        quiet: no progress bar.

    Returns:
        The npz.

    Raises:
        OSError: when the folder cannot be written, or another process writes the set.
    """
    [plan] = _plan(Path(out_dir), {"test": samples}, seed, RenderSettings())
    _make([plan], processes, quiet)
    return plan.path
