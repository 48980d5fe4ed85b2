"""kill -9 on workers and on the scheduler of a cluster at random moments: every row once, none twice.

    python -m fsanet.benchmarks.cluster_kills [--pictures 2000] [--workers 3] [--kills 10] [--seed 0]

`fsanet estimate --cluster local:N` goes through copies of a portrait. Every few seconds a worker or the command itself,
which holds the scheduler, is killed; a command that was killed is given again. At the end the rows must be those of one
process, byte for byte.
"""

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from fsanet.benchmarks.assets import demo_file
from fsanet.console import EXIT_ERROR, EXIT_OK, run_command
from fsanet.errors import InputError
from fsanet.options import positive

_LIGHT = ("--model", "ssrnet_mt", "--detector", "lbp", "--no-pictures", "--quiet")
_FIRST_S = 2.0  # there must be something to kill


class Outcome(NamedTuple):
    """Kills of workers and of the scheduler, and whether the rows are those of one process."""

    workers: int
    schedulers: int
    same: bool


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """Kill, compare; 1 where a row is lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=positive, default=2000, help="(default: %(default)s)")
    parser.add_argument("--workers", type=positive, default=3, help="(default: %(default)s)")
    parser.add_argument("--shards", type=positive, default=64, help="(default: %(default)s)")
    parser.add_argument("--kills", type=positive, default=10, help="(default: %(default)s)")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between kills, on average (default: 10)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    args = parser.parse_args(argv)
    with TemporaryDirectory() as name:
        folder = Path(name)
        _copies(folder / "photos", args.pictures)
        _estimate(folder, "one").wait()
        outcome = _killed(folder, args, np.random.default_rng(args.seed))
    print(f"{args.pictures} pictures, {args.shards} shards, {args.workers} workers: {outcome}")
    return EXIT_OK if outcome.same else EXIT_ERROR


def _copies(folder: Path, count: int) -> None:
    folder.mkdir()
    portrait = demo_file("collins.jpg")
    for number in range(count):
        (folder / f"{number:06}.jpg").symlink_to(portrait)


def _estimate(folder: Path, out: str, *more: str) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "fsanet", "estimate", "photos", *_LIGHT, "--out", out, *more]
    return subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _killed(folder: Path, args: argparse.Namespace, random: np.random.Generator) -> Outcome:
    """Go through the pictures while workers and scheduler die in turn."""
    options = ("--cluster", f"local:{args.workers}", "--shards", str(args.shards))
    workers = schedulers = 0
    command = _estimate(folder, "many", *options)
    while workers + schedulers < args.kills and command.poll() is None:
        time.sleep(_FIRST_S + random.exponential(args.every))
        if command.poll() is not None:
            break
        if (workers + schedulers) % 2 == 0 and (victims := _workers_of(command.pid)):
            victims[random.integers(len(victims))].kill()
            workers += 1
        else:
            command.kill()
            schedulers += 1
            command.wait()
            command = _estimate(folder, "many", *options)
    code = command.wait()
    if code not in (EXIT_OK, -signal.SIGKILL):
        raise InputError(f"The command ended with {code} after {workers + schedulers} kills.")
    one, many = (folder / out / "poses.csv" for out in ("one", "many"))
    return Outcome(workers, schedulers, many.is_file() and one.read_bytes() == many.read_bytes())


def _workers_of(pid: int) -> list:
    """Processes of a cluster that take tasks: children of the command that are no helpers of `multiprocessing`."""
    import psutil

    children = psutil.Process(pid).children()
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


if __name__ == "__main__":
    raise SystemExit(main())
