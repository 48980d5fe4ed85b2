"""A job of many pictures on many machines, simulated: slow machines, lost ones, and a store that all read from.

    python -m fsanet.benchmarks.stragglers --pictures 1e6 --workers 16
    python -m fsanet.benchmarks.stragglers --pictures 1e9 --workers 2000 --slow 0.05 --lost-every 48

A worker is a core that takes one shard after the other. One that is lost comes back after a while; its shard, whose
rows so far are kept, goes to whoever is free. The rates are arguments: measure your own with `--no-pictures` on some
hundred files, and give what the store can do. Printed is, for several numbers of shards a worker, how long the whole
takes, and what part of that the workers are at pictures.
"""

import argparse
import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fsanet.console import EXIT_OK, run_command
from fsanet.errors import InputError
from fsanet.options import positive, share

SHARDS_A_WORKER = (1, 4, 16, 64)
_BACK, _FREE = 0, 1  # kinds of events; of two at one moment a shard comes back before a worker is free


@dataclass(frozen=True)
class Job:
    """What there is to do, and what with. Times are seconds.

    Attributes:
        pictures: how many.
        workers: cores.
        rate: pictures a second of a core that does not wait.
        megabytes: of a picture's file.
        store: megabytes a second that all workers together can read; 0 for any number.
        start: until a shard is at its first picture; as it is where a million files are listed.
        slow: share of the workers that are slow.
        slowness: how many times as long these take.
        lost_every: mean time until a worker is lost; 0 for never.
        away: until a lost worker is back.

    Raises:
        ValueError: for a number that no job has, such as a rate of 0.
    """

    pictures: int
    workers: int
    rate: float
    megabytes: float = 0.1
    store: float = 0.0
    start: float = 9.0
    slow: float = 0.0
    slowness: float = 4.0
    lost_every: float = 0.0
    away: float = 120.0

    def __post_init__(self):
        wrong = [
            name
            for name, fits in (
                ("pictures", self.pictures >= 1),
                ("rate", self.rate > 0),
                ("megabytes", self.megabytes > 0),
                ("store", self.store >= 0),
                ("start", self.start >= 0),
                ("slowness", self.slowness > 0),
                ("lost_every", self.lost_every >= 0),
            )
            if not fits
        ]
        if wrong:
            raise InputError(f"Too small for a job: {', '.join(f'{name} {getattr(self, name):g}' for name in wrong)}.")

    def rates(self) -> np.ndarray:
        """Pictures a second of each worker; where the store is too slow all get less in proportion."""
        slow = round(self.slow * self.workers)
        rates = np.full(self.workers, self.rate)
        rates[:slow] /= self.slowness
        most = self.store / self.megabytes if self.store else np.inf
        return rates * min(1.0, most / rates.sum())


class Course(NamedTuple):
    """How a job went: seconds until all is done, losses of workers, and the share of time spent on pictures."""

    seconds: float
    losses: int
    at_work: float


def simulate(job: Job, shards: int, random: np.random.Generator) -> Course:
    """Go through the events: a worker is free, or a shard comes back from a lost one."""
    rates, losses, end = job.rates(), 0, 0.0
    waiting: deque[float] = deque([job.pictures / shards] * shards)  # pictures left of each shard
    idle: list[int] = []
    events: list[tuple[float, int, float]] = [(0.0, _FREE, worker) for worker in range(job.workers)]
    while events:
        now, kind, what = heapq.heappop(events)
        if kind == _BACK:
            waiting.append(what)
        else:
            idle.append(int(what))
        while waiting and idle:
            worker, left = idle.pop(), waiting.popleft()
            needed = job.start + left / rates[worker]
            lost = now + random.exponential(job.lost_every) if job.lost_every else np.inf
            if lost < now + needed:
                losses += 1
                done = max(0.0, lost - now - job.start) * rates[worker]
                heapq.heappush(events, (lost, _BACK, left - done))
                heapq.heappush(events, (lost + job.away, _FREE, worker))
            else:
                end = max(end, now + needed)
                heapq.heappush(events, (now + needed, _FREE, worker))
    return Course(end, losses, job.pictures / rates.sum() / end)


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """Print a line for each number of shards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--pictures", type=float, default=1e6, help="(default: 1e6)")
    add("--workers", type=positive, default=16, help="cores (default: %(default)s)")
    add("--rate", type=float, default=45.0, help="pictures a second of a core (default: %(default)s)")
    add("--megabytes", type=float, default=Job.megabytes, help="of a picture (default: %(default)s)")
    add("--store", type=float, default=0.0, help="megabytes a second that the store gives (default: any)")
    start = "seconds until a shard is at its first picture, as measured among a million files (default: %(default)s)"
    add("--start", type=float, default=Job.start, help=start)
    add("--slow", type=share(1), default=0.05, help="share of slow workers (default: %(default)s)")
    add("--slowness", type=float, default=Job.slowness, help="how many times as long they take (default: %(default)s)")
    add("--lost-every", type=float, default=24.0, help="hours until a worker is lost, 0 for never (default: 24)")
    add("--seed", type=int, default=0, help="of the losses")
    args = parser.parse_args(argv)
    job = Job(
        round(args.pictures), args.workers, args.rate, args.megabytes, args.store,
        args.start, slow=args.slow, slowness=args.slowness, lost_every=3600 * args.lost_every,
    )  # fmt: skip
    print(
        f"{job.pictures:,} pictures, {job.workers:,} workers: {job.pictures / job.rates().sum() / 3600:.2f} h at best"
    )
    print(f"{'shards':>10}  {'hours':>8}  {'core-hours':>10}  {'losses':>6}  at work")
    for each in SHARDS_A_WORKER:
        course = simulate(job, each * job.workers, np.random.default_rng(args.seed))
        hours, shards = course.seconds / 3600, each * job.workers
        core_hours = hours * job.workers
        print(f"{shards:>10,}  {hours:>8.2f}  {core_hours:>10,.0f}  {course.losses:>6,}  {course.at_work:.0%}")
    return EXIT_OK


if __name__ == "__main__":
    raise SystemExit(main())
