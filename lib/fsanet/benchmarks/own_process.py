"""Functions in a process of their own, so that no side of a comparison sees the threads and the memory of another."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from typing import NamedTuple, TypeVar

from fsanet.errors import InputError

Result = TypeVar("Result")

_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in a unit of ru_maxrss


class OwnProcess:
    """A fresh Python process that stays until the context is left, and calls one function after the other."""

    def __enter__(self) -> "OwnProcess":
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        return self

    def __exit__(self, *_) -> None:
        self._pool.shutdown()

    def __call__(self, function: Callable[..., Result], *arguments) -> Result:
        """What the function returns or raises; it must be one of a module, its arguments such as can be pickled."""
        return self._pool.submit(function, *arguments).result()


@contextmanager
def own_processes(number: int) -> Iterator[list[OwnProcess]]:
    """So many processes side by side."""
    with ExitStack() as stack:
        yield [stack.enter_context(OwnProcess()) for _ in range(number)]


class Usage(NamedTuple):
    """What a command took."""

    seconds: float
    peak_mb: float


def run_command_once(command: Sequence[str]) -> Usage:
    """Run a command from start to exit.

    The peak of memory is at least that of the process that calls this, so call it in a light one.

    Raises:
        ValueError: when the command fails, with what it said.
    """
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise InputError(f"`{' '.join(command)}` ended with {process.returncode}: {said.read().decode().strip()}")
    return Usage(seconds, usage.ru_maxrss * _PEAK_UNIT / 1e6)


def own_peak_mb() -> float:
    """The most memory that this process has had so far."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _PEAK_UNIT / 1e6
