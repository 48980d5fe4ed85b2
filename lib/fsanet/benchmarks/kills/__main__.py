"""kill -9 at random moments: what is killed again and again ends with the files of a run that was not.

    python -m fsanet.benchmarks.kills [estimate prepare train export] [--kills 50] [--seed 0]

Each command is started on small inputs and killed at a random moment, ten times over with the same words, and then
left alone. After each kill no file may be half written; at the end files and rows must be those of an undisturbed run.
"""

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from fsanet.benchmarks.kills.compare import compare, half_written
from fsanet.benchmarks.kills.jobs import JOBS, Job, get_job
from fsanet.console import EXIT_ERROR, EXIT_OK, progress, run_command
from fsanet.errors import InputError


@dataclass
class Tally:
    """What many killed runs of one command came to.

    Attributes:
        kills: runs that were killed before they ended.
        rounds: runs that were left to end, each after some kills.
        half: files that could not be read after a kill.
        lost: files and rows of an undisturbed run that a round lacks.
        doubled: rows that a round has more.
        different: files that differ from those of an undisturbed run.
        left_over: files besides those of an undisturbed run.
        broken: rounds that ended with another exit code than 0.
    """

    kills: int = 0
    rounds: int = 0
    half: int = 0
    lost: int = 0
    doubled: int = 0
    different: int = 0
    left_over: int = 0
    broken: int = 0

    @property
    def clean(self) -> bool:
        """Whether the kills cost nothing."""
        return not any(count for name, count in asdict(self).items() if name not in ("kills", "rounds"))


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """Kill, compare, count; 1 where a kill cost anything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="*", default=list(JOBS), metavar="COMMAND", help=f"of {', '.join(JOBS)}")
    parser.add_argument("--kills", type=int, default=50, help="of each command (default: %(default)s)")
    parser.add_argument(
        "--kills-a-round", type=int, default=10, help="before a run is left alone (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    args = parser.parse_args(argv)
    jobs = {name: get_job(name) for name in args.jobs}
    clean = True
    for number, (name, job) in enumerate(jobs.items()):
        with TemporaryDirectory() as folder:
            random = np.random.default_rng((args.seed, number))
            tally = kill_and_compare(job, Path(folder), args.kills, args.kills_a_round, random)
        print(f"{name:<9}" + "  ".join(f"{key} {count}" for key, count in asdict(tally).items()), flush=True)
        clean = clean and tally.clean
    return EXIT_OK if clean else EXIT_ERROR


def kill_and_compare(job: Job, work: Path, kills: int, kills_a_round: int, random: np.random.Generator) -> Tally:
    """Rounds of kills of one command until there were so many.

    Args:
        job: makes inputs and gives the words of the command.
        work: an empty folder, for its inputs and outputs.
        kills: how many in all, at least.
        kills_a_round: how often it is killed before it is left to end.
        random: of the moments.

    Raises:
        ValueError: when the command does not go through undisturbed.
    """
    words = job(work)
    started = time.monotonic()
    if _start(words, work / "whole").wait() != 0:
        raise InputError(f"`fsanet {' '.join(words)}` does not go through undisturbed.")
    seconds = time.monotonic() - started
    tally = Tally()
    with progress(total=kills, unit="kill", label=words[0]) as bar:
        while tally.kills < kills:
            out = work / f"round_{tally.rounds}"
            for _ in range(kills_a_round):
                killed = _killed(_start(words, out), random.uniform(0, seconds))
                tally.kills += killed
                tally.half += len(half_written(out))
                bar.update(killed)
            tally.broken += _start(words, out).wait() != 0
            tally.rounds += 1
            _count(tally, work / "whole", out)
    return tally


def _start(words: Sequence[str], out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "fsanet", *words, "--out", str(out), "--quiet"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _killed(process: subprocess.Popen[bytes], after_s: float) -> bool:
    """Whether a process was still running when it was killed."""
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() == -signal.SIGKILL


def _count(tally: Tally, whole: Path, out: Path) -> None:
    found = compare(whole, out)
    tally.lost += found.lost
    tally.doubled += found.doubled
    tally.different += len(found.different)
    tally.left_over += len(found.left_over)
    for path in (*found.different, *found.left_over):
        print(f"not as undisturbed: {path.relative_to(out)}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
