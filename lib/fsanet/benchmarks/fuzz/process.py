"""Inputs read one after the other in a process of their own, which may crash, hang or want too much memory."""

import os
import resource
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fsanet.benchmarks.fuzz.mutations import damaged
from fsanet.benchmarks.fuzz.readers import SLOW_IMPORTS, kind_of, outcome_of, warm_up
from fsanet.benchmarks.own_process import own_peak_mb

MOST_SECONDS = 10
MOST_MEMORY = 2 << 30  # bytes of address space that reading may take
_PATIENCE_AT_FIRST = 120.0  # seconds: the first answer waits for the imports


class Task(NamedTuple):
    """One input: a file, another of its kind, and the seed that damages it."""

    file: Path
    other: Path
    seed: int

    def data(self) -> bytes:
        """The damaged file."""
        random = np.random.default_rng(self.seed)
        return damaged(self.file.read_bytes(), self.file.suffix.lower(), self.other.read_bytes(), random)


class Answer(NamedTuple):
    """What became of an input: an outcome, its text, and the memory in MB that the process took so far to read."""

    outcome: str
    detail: str
    megabytes: float = 0.0


def read_in_a_process(context: SpawnContext, tasks: Sequence[Task], folder: Path) -> Iterator[tuple[Task, Answer]]:
    """What becomes of each task; where the process dies or hangs, its task is that, and the rest goes on.

    Args:
        context: makes processes.
        tasks: of one kind.
        folder: where damaged files go, beside the whole ones that they name.
    """
    waiting = list(tasks)
    while waiting:
        here, there = context.Pipe()
        process = context.Process(target=_read_all, args=(waiting, folder, there), daemon=True)
        process.start()
        there.close()
        patience = _PATIENCE_AT_FIRST
        while waiting:
            try:
                answer = here.recv() if here.poll(patience) else Answer("hang", f"more than {MOST_SECONDS} s")
            except EOFError:
                process.join()
                answer = Answer("crash", f"exit code {process.exitcode}")
            yield waiting.pop(0), answer
            if answer.outcome in ("crash", "hang"):
                process.kill()
                break
            patience = MOST_SECONDS
        process.join(1)
        process.kill()
        here.close()


def _read_all(tasks: Sequence[Task], folder: Path, answers: Connection) -> None:
    os.environ["OPENCV_LOG_LEVEL"] = "SILENT"
    kind = kind_of(tasks[0].file)
    for module in SLOW_IMPORTS[kind]:
        if find_spec(module):
            import_module(module)
    warm_up(kind)
    _limit_memory()
    before_mb = own_peak_mb()
    for task in tasks:
        path = folder / f"mutated{task.file.suffix.lower()}"
        path.write_bytes(task.data())
        answers.send(Answer(*outcome_of(path), own_peak_mb() - before_mb))


def _limit_memory() -> None:
    """Little more than what the process has by now, and no dump of memory when it dies."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MOST_MEMORY, used + MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
