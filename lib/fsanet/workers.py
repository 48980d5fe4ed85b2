"""Running a function over many tasks on all cores, in constant memory, so that a kill leaves no process behind.

What makes processes is imported where they are made: who counts the cores alone does not wait for it.
"""

from __future__ import annotations

import _thread
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from fsanet.quotas import cores_of_quota

if TYPE_CHECKING:
    from concurrent.futures import Future
    from multiprocessing.synchronize import Event

Task = TypeVar("Task")
Result = TypeVar("Result")

CORES_VARIABLE = "FSANET_CORES"  # cores that a process takes itself to have, where several share a machine

_AHEAD = 2  # tasks waiting per process: enough to keep it busy, few enough to keep memory constant


class Pool(Protocol):
    """Processes elsewhere that take tasks; see `fsanet.cluster.dask_pool`."""

    def run(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Yield the results of `function` over `tasks`, in the order in which they are done."""
        ...


_elsewhere: ContextVar[Pool | None] = ContextVar("_elsewhere", default=None)


@contextmanager
def working_on(pool: Pool) -> Iterator[None]:
    """Within the block, what `run_on_all_cores` would do on the cores here is done by `pool`."""
    token = _elsewhere.set(pool)
    try:
        yield
    finally:
        _elsewhere.reset(token)


def cores() -> int:
    """Cores that this process may use; `taskset`, a container's quota and FSANET_CORES can make them fewer."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    most = os.environ.get(CORES_VARIABLE, "")
    named = int(most) if most.isdecimal() else 0
    return min(there, cores_of_quota() or there, named or there)


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
    if elsewhere := _elsewhere.get():
        yield from elsewhere.run(function, tasks)
        return
    workers = workers or cores()
    if workers == 1:
        yield from map(function, tasks)
        return
    import multiprocessing
    from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
    from concurrent.futures.process import BrokenProcessPool

    tasks = iter(tasks)
    context = multiprocessing.get_context("spawn")  # fork would copy locks that OpenCV's threads may hold
    stop = context.Event()
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_settle, initargs=(stop,)) as pool:
        pending = {pool.submit(_breakable, function, task) for task in islice(tasks, _AHEAD * workers)}
        try:
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
                pending |= {pool.submit(_breakable, function, task) for task in islice(tasks, len(done))}
        except BrokenProcessPool:
            raise _killed(workers) from None
        except BaseException:  # whoever presses Ctrl-C does not wait for tasks that run or that processes hold
            stop.set()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class Ahead:
    """Processes that work ahead of whoever takes their results, in order; they stay from one call to the next.

    Args:
        workers: number of processes.
    """

    def __init__(self, workers: int):
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        self._workers = workers
        self._pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_settle)

    def run(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Yield the results of `function` over `tasks`, in the order of these.

        Args:
            function: must be importable by name (`functools.partial` and methods of picklable objects are too).
            tasks: picklable arguments; read only as far ahead as needed.

        Raises:
            OSError: when a process is killed from outside, mostly for lack of memory.
        """
        from concurrent.futures.process import BrokenProcessPool

        tasks = iter(tasks)
        pending: deque[Future[Result]] = deque()
        try:
            pending.extend(self._pool.submit(function, task) for task in islice(tasks, _AHEAD * self._workers + 1))
            while pending:
                result = pending.popleft().result()
                pending.extend(self._pool.submit(function, task) for task in islice(tasks, 1))
                yield result
        except BrokenProcessPool:
            raise _killed(self._workers) from None
        finally:
            for future in pending:
                future.cancel()

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _killed(workers: int) -> OSError:
    return OSError(
        f"One of {workers} processes was killed, most likely for lack of memory. "
        "Start the command again with fewer, it goes on where it was: WORKERS=1."
    )


def _settle(stop: Event | None = None) -> None:
    """In a new process: one thread per process, Ctrl-C is the parent's business, and no life without the parent.

    Args:
        stop: once set, the task at hand breaks off, its temporary files removed, and so does every further one.
    """
    import cv2

    cv2.setNumThreads(1)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    if stop:
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(signal.SIGINT, _break_task)
        threading.Thread(target=_break_off, args=(stop,), daemon=True).start()


def _leave(*_: object) -> None:
    raise SystemExit(1)


class _Work:
    """What this process is at: only a task may be broken off, not the passing of its result.

    A process that is stopped while it holds the lock of the results' queue would keep all others waiting for ever.
    """

    at_task = False
    stopping = False


def _breakable(function: Callable[[Task], Result], task: Task) -> Result:
    _Work.at_task = True
    try:
        return function(task)
    finally:
        _Work.at_task = False


def _break_task(*_: object) -> None:
    """On SIGINT: from `_break_off`; a person's Ctrl-C is for the parent."""
    if _Work.stopping and _Work.at_task:
        raise SystemExit(1)


def _break_off(stop: Event) -> None:
    stop.wait()
    _Work.stopping = True
    while True:  # a process goes on to its next task after the first
        _thread.interrupt_main(signal.SIGINT)
        time.sleep(0.05)


def _die_with_parent() -> None:
    """A killed parent closes no queue that its children hold too: without this they would wait forever."""
    import multiprocessing

    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
