"""Write the synthetic sets: train, validation and test npz with disjoint persons, and pictures to look at.

    python -m data.synthetic.write_sets [--out data] [--samples 50000] [--seed 0] [--poses mixed] [--masked 0.0]

All cores work on chunks that lie on disk until the set is whole, so memory stays flat and a killed run goes on where it
was. A set depends on its seed and settings alone: any number of processes, stopped or not, writes the same bytes.
"""

import argparse
import dataclasses
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from data.synthetic.contact_sheet import write_contact_sheet, write_pose_histograms
from data.synthetic.head_pack import PACK_FILE
from data.synthetic.poses import POSES
from data.synthetic.samples import SPLITS, Settings, render_samples
from data.workers import run_on_all_cores
from fsanet.console import EXIT_OK, progress, run_command
from fsanet.datasets.npz_stream import Chunk, PoseStream
from fsanet.image.face_crop import LANDMARK_MARGIN

DEFAULT_OUT = Path("data")
DEFAULT_SAMPLES = 50_000
_SMALL_SHARE = 20  # validation and test are each one twentieth of the training set
_CHUNK = 240  # samples: a few seconds of work, so that a kill loses little


@dataclass(frozen=True)
class _Job:
    """One chunk of one set, as a worker process needs it."""

    stream: PoseStream
    number: int
    seed: int
    indices: range
    settings: Settings


def split_sizes(samples: int) -> dict[str, int]:
    """Samples of each split, for a training set of some size; validation and test get a twentieth each.

    Raises:
        ValueError: for less than one sample.
    """
    if samples < 1:
        raise ValueError(f"a synthetic training set needs at least 1 sample, got {samples}")
    small = max(1, round(samples / _SMALL_SHARE))
    return {"train": samples, **dict.fromkeys(SPLITS[1:], small)}


def _code_version() -> str:
    """A digest of the renderer's sources and of its head: samples of other code are other samples."""
    digest = hashlib.sha256()
    for path in sorted([*Path(__file__).parent.glob("*.py"), PACK_FILE]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _do(job: _Job) -> int:
    samples = render_samples(job.seed, job.indices, job.settings)
    job.stream.add(job.number, Chunk(samples.image, samples.pose, samples.source, samples.kinds))
    return len(job.indices)


def _plan(
    out: Path, samples: int, seed: int, settings: Settings
) -> tuple[dict[str, PoseStream], dict[str, dict], list[_Job]]:
    """The streams, their meta, and the chunks that are still missing."""
    streams, metas, jobs = {}, {}, []
    version = _code_version()
    for split, size in split_sizes(samples).items():
        of_split = dataclasses.replace(settings, split=split)
        metas[split] = {
            "made_by": "data.synthetic",
            "code": version,
            "seed": seed,
            "settings": dataclasses.asdict(of_split),
            "margin": LANDMARK_MARGIN,
            "box": "landmarks",
            "numpy": np.__version__,
            "opencv": cv2.__version__,
        }
        chunk = _CHUNK - _CHUNK % settings.per_person or settings.per_person
        starts = range(0, size, chunk)
        streams[split] = PoseStream(out / f"synthetic_{split}.npz", len(starts), metas[split] | {"size": size})
        jobs += [
            _Job(streams[split], i, seed, range(starts[i], min(starts[i] + chunk, size)), of_split)
            for i in streams[split].missing()
        ]
    return streams, metas, jobs


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
    settings: Settings | None = None,
    quiet: bool = False,
) -> int:
    """Render and write synthetic_train.npz, synthetic_validation.npz and synthetic_test.npz.

    Beside them lie synthetic_<split>.png, a contact sheet, and synthetic_<split>_poses.png, histograms of the angles.

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
        OSError: when the folder cannot be written.
    """
    streams, metas, jobs = _plan(
        Path(out_dir), DEFAULT_SAMPLES if samples is None else samples, seed, settings or Settings()
    )
    if jobs:
        _render(jobs, processes, quiet)
    for split, stream in streams.items():
        summary = stream.finish(metas[split])
        sheet, histograms = (write_contact_sheet(stream.path), write_pose_histograms(stream.path))
        print(f"{stream.path}: {summary.samples} faces; look at {sheet.name} and {histograms.name}")
    return EXIT_OK


@run_command
def main(argv: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="folder (default: %(default)s)")
    parser.add_argument("--samples", type=int, default=DEFAULT_SAMPLES, help="training faces (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, help="processes (default: one per core)")
    parser.add_argument("--poses", choices=POSES, default=Settings.poses, help="distribution (default: %(default)s)")
    parser.add_argument("--per-person", type=int, default=Settings.per_person, help="pictures of one person")
    parser.add_argument("--masked", type=float, default=Settings.masked, help="share with a face mask (default: none)")
    args = parser.parse_args(argv)
    settings = Settings(poses=args.poses, per_person=args.per_person, masked=args.masked)
    return write_synthetic_sets(args.out, args.samples, args.seed, args.workers, settings)


if __name__ == "__main__":
    sys.exit(main())
