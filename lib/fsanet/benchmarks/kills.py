"""kill -9 at random moments: a run that is killed again and again ends with the same rows as one that is not.

    python -m fsanet.benchmarks.kills FOLDER [--kills 50] [--seed 0]

FOLDER holds pictures and videos. `fsanet estimate` is started on it and killed, over and over with the same command,
and at last left alone.
"""

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from fsanet.console import EXIT_ERROR, EXIT_OK, progress, run_command
from fsanet.errors import InputError


@dataclass
class Tally:
    """What many killed runs came to.

    Attributes:
        kills: runs that were killed before they ended.
        rounds: runs that were left to end, each after some kills.
        lost: rows of an undisturbed run that a round lacks.
        doubled: rows that a round has and an undisturbed run has not.
        leftovers: files besides those of an undisturbed run.
        broken: rounds that ended with another exit code.
    """

    kills: int = 0
    rounds: int = 0
    lost: int = 0
    doubled: int = 0
    leftovers: int = 0
    broken: int = 0


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """Kill, compare, count; 1 where anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="pictures and videos")
    parser.add_argument("--kills", type=int, default=50, help="(default: %(default)s)")
    parser.add_argument(
        "--kills-a-round", type=int, default=5, help="before a run is left alone (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    with TemporaryDirectory() as name:
        tally = _tally(args.folder, Path(name), args.kills, args.kills_a_round, np.random.default_rng(args.seed))
    print(tally)
    return EXIT_OK if tally.lost == tally.doubled == tally.leftovers == tally.broken == 0 else EXIT_ERROR


def _tally(folder: Path, work: Path, kills: int, kills_a_round: int, random: np.random.Generator) -> Tally:
    started = time.monotonic()
    if _start(folder, work / "whole").wait() != 0:
        raise InputError(f"'{folder}' does not go through undisturbed: give a folder that does.")
    seconds = time.monotonic() - started
    tally = Tally()
    with progress(total=kills, unit="kill") as bar:
        while tally.kills < kills:
            out = work / f"round_{tally.rounds}"
            for _ in range(kills_a_round):
                killed = _killed(_start(folder, out), random.uniform(0, seconds))
                tally.kills += killed
                bar.update(killed)
            tally.broken += _start(folder, out).wait() != 0
            tally.rounds += 1
            _compare(work / "whole", out, tally)
    return tally


def _start(folder: Path, out: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "fsanet", "estimate", str(folder), "--out", str(out), "--quiet"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _killed(process: subprocess.Popen, after_s: float) -> bool:
    """Whether a process was still running when it was killed."""
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() == -signal.SIGKILL


def _compare(whole: Path, killed: Path, tally: Tally) -> None:
    expected, got = ((out / "poses.csv").read_text(encoding="utf-8").splitlines() for out in (whole, killed))
    tally.lost += len(expected) - sum(a == b for a, b in zip(expected, got, strict=False))
    tally.doubled += max(0, len(got) - len(expected))
    names = [{path.relative_to(out) for path in out.rglob("*") if path.is_file()} for out in (whole, killed)]
    tally.lost += len(names[0] - names[1])
    tally.leftovers += len(names[1] - names[0])


if __name__ == "__main__":
    raise SystemExit(main())
