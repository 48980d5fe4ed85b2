"""Running a function over many tasks on all cores, in constant memory, so that a kill leaves no process behind."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from pathlib import Path
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

_AHEAD = 2  # tasks waiting per process: enough to keep it busy, few enough to keep memory constant


def cores() -> int:
    """Cores that this process may run on; containers and `taskset` can make them fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cores_with_memory(megabytes: int) -> int:
    """As `cores`, but no more than half the free memory holds processes of that size."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free_kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):  # another system than Linux: it swaps rather than kills
        return cores()
    return max(1, min(cores(), free_kilobytes // 2 // 1000 // megabytes))


def run_on_all_cores(
    function: Callable[[Task], Result], tasks: Iterable[Task], workers: int | None = None
) -> Iterator[Result]:
    """Yield the results of `function` over `tasks`, in the order in which they are done.

    Args:
        function: what each process runs; must be importable by name (`functools.partial` of such is too).
        tasks: picklable arguments; read only as far ahead as needed.
        workers: number of processes; None for one per core, 1 to run in this process.

    Raises:
        OSError: when a process is killed from outside, mostly for lack of memory.
    """
    workers = workers or cores()
    if workers == 1:
        yield from map(function, tasks)
        return
    tasks = iter(tasks)
    context = multiprocessing.get_context("spawn")  # fork would copy locks that OpenCV's threads may hold
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_settle) as pool:
        pending = {pool.submit(function, task) for task in islice(tasks, _AHEAD * workers)}
        try:
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
                pending |= {pool.submit(function, task) for task in islice(tasks, len(done))}
        except BrokenProcessPool:
            raise OSError(
                f"One of {workers} processes was killed, most likely for lack of memory. "
                "Start the command again with fewer, it goes on where it was: WORKERS=1."
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class Ahead:
    """Processes that work ahead of whoever takes their results, in order; they stay from one call to the next.

    Args:
        workers: number of processes.
    """

    def __init__(self, workers: int):
        self._workers = workers
        self._pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_settle)

    def run(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Yield the results of `function` over `tasks`, in the order of these.

        Args:
            function: must be importable by name (`functools.partial` and methods of picklable objects are too).
            tasks: picklable arguments; read only as far ahead as needed.
        """
        tasks = iter(tasks)
        pending = deque(self._pool.submit(function, task) for task in islice(tasks, _AHEAD * self._workers + 1))
        try:
            while pending:
                result = pending.popleft().result()
                pending.extend(self._pool.submit(function, task) for task in islice(tasks, 1))
                yield result
        finally:
            for future in pending:
                future.cancel()

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _settle() -> None:
    """In a new process: one thread per process, Ctrl-C is the parent's business, and no life without the parent."""
    import cv2

    cv2.setNumThreads(1)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """A killed parent closes no queue that its children hold too: without this they would wait forever."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
