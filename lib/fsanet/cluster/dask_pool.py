"""Processes on one or many machines behind the interface of `fsanet.workers.run_on_all_cores`, by Dask distributed.

    fsanet estimate photos/ --cluster local:4                    four processes here
    dask scheduler; dask worker tcp://HOST:8786 --nthreads 1     one command each, on any machine
    fsanet estimate photos/ --cluster tcp://HOST:8786

Every machine needs this package and the same folders under the same names. Workers may join and leave at any time. A
task that fails is tried three times; one whose worker dies as often as the scheduler's `allowed-failures` say, and once
more. What fails at every try is named when the rest is done.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from fsanet.errors import InputError, MissingPackageError
from fsanet.interrupts import ctrl_c_held
from fsanet.workers import CORES_VARIABLE, cores, working_on

if TYPE_CHECKING:
    from distributed import Client

Task = TypeVar("Task")
Result = TypeVar("Result")

ATTEMPTS = 3
LOCAL = "local:"
_ADDRESS = re.compile(r"((tcp|tls|wss?|ucxx?)://)?(\[[^]]+\]|[^][/:\s]+):\d+/?")
_PATIENCE_S = 10
_LOOK_S = 5  # between looks for new workers, while nothing ends
_SETTINGS = {
    "distributed.scheduler.allowed-failures": ATTEMPTS - 1,  # workers that die at a task; of a scheduler here
    # Ctrl-C goes to all processes of a terminal; the driver ends the others
    "distributed.worker.preload": ["import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"],
    "distributed.deploy.lost-worker-timeout": "1 hour",  # a busy machine takes long to start one anew; Dask gives up
}
_NAMED = 5

log = logging.getLogger(__name__)


class DaskPool:
    """Workers that take one task a thread, so that one which kills its worker takes no other with it.

    Args:
        client: connected.
        where: the cluster as it was asked for, for messages.
    """

    def __init__(self, client: Client, where: str):
        self._client = client
        self._where = where

    def run(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Yield the results of `function` over `tasks`, in the order in which they are done.

        Args:
            function: importable by name on the workers (`functools.partial` of such is too).
            tasks: picklable; read only as far ahead as there are workers, those that join later too.

        Raises:
            OSError: when the scheduler is gone, or at the end, when tasks have failed at every try: it names them.
        """
        waiting, failed = iter(tasks), []
        at_work: dict[Any, Task] = {}
        done: SimpleQueue[Any] = SimpleQueue()
        while True:
            for task in islice(waiting, max(0, self._threads() - len(at_work))):
                at_work[self._submit(function, task, done)] = task
            if not at_work:
                break
            try:
                future = done.get(timeout=_LOOK_S)
            except Empty:
                continue
            task = at_work.pop(future)
            if future.status == "cancelled":
                raise self._gone()
            if future.status == "error":
                failed.append(f"{task}: {_reason(future.exception())}")
            else:
                yield future.result()
        if failed:
            raise OSError(_named(failed))

    def _submit(self, function: Callable[[Task], Result], task: Task, done: SimpleQueue[Any]) -> Any:
        here = str(Path.cwd())
        future = self._client.submit(_in_folder, here, function, task, pure=False, retries=ATTEMPTS - 1)
        future.add_done_callback(done.put)
        return future

    def _threads(self) -> int:
        """Of all workers that are there now; 1 where there is none, so that a task waits for the next."""
        try:
            return max(1, sum(self._client.nthreads().values()))
        except OSError:
            raise self._gone() from None

    def _gone(self) -> OSError:
        what = f"The scheduler of '{self._where}' is gone"
        return OSError(f"{what}; what was done is kept: start it and give the same command again.")


@contextmanager
def open_pool(where: str) -> Iterator[DaskPool]:
    """Workers by the address of a Dask scheduler, or new ones here by "local:N".

    Raises:
        ImportError: when `distributed` is not installed.
        OSError: when nothing answers at the address, or it has no worker.
        ValueError: for another form.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise MissingPackageError("A cluster needs Dask distributed: pip install 'fsanet[cluster]'.") from None
    count = _processes_here(where)
    with ExitStack() as stack:
        try:
            with ctrl_c_held():  # what Dask has half started it cannot close
                stack.enter_context(dask.config.set(_SETTINGS))
                address: Any = stack.enter_context(_local(LocalCluster, count)) if count else where
                client = stack.enter_context(_connected(Client, address, where))
            log.info("%d workers; dashboard: %s", len(client.nthreads()), client.dashboard_link)
            yield DaskPool(client, where)
        finally:
            with ctrl_c_held():
                stack.close()


@contextmanager
def spread_over(where: str | None) -> Iterator[None]:
    """Within the block, what would be done on the cores here is done by a cluster; None for the cores here."""
    if where is None:
        yield
        return
    with open_pool(where) as pool, working_on(pool):
        yield


def _local(kind: Callable[..., Any], count: int) -> Any:
    """A scheduler here, its workers on the way."""
    share = {CORES_VARIABLE: str(max(1, cores() // count))}
    cluster = kind(
        n_workers=0, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL, env=share
    )
    cluster.scale(count)
    return cluster


@contextmanager
def _connected(kind: Callable[..., Any], address: Any, where: str) -> Iterator[Client]:
    with ExitStack() as stack:
        try:
            client = stack.enter_context(kind(address, timeout=_PATIENCE_S, set_as_default=False))
            client.wait_for_workers(1, timeout=_PATIENCE_S)
        except (OSError, TimeoutError, ValueError) as error:
            raise OSError(f"No cluster with a worker answers at '{where}' ({error}): is it running?") from None
        yield client


def _processes_here(where: str) -> int:
    """How many processes a cluster here is to have; 0 for the address of another one, whose form is checked."""
    if not where.startswith(LOCAL):
        if not _ADDRESS.fullmatch(where):
            raise InputError(
                f"A cluster is local:N or an address with its port such as tcp://HOST:8786; got '{where}'."
            )
        return 0
    text = where.removeprefix(LOCAL)
    if not text.isdecimal() or int(text) < 1:
        raise InputError(f"A cluster here is local:N, N processes of 1 or more; got '{where}'.")
    return int(text)


def _in_folder(folder: str, function: Callable[[Task], Result], task: Task) -> Result:
    """On a worker: the names of files are relative to where the command was given."""
    os.chdir(folder)
    return function(task)


def _reason(error: BaseException) -> str:
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return f"{error.allowed_failures + 1} workers died at it"
    return f"{str(error) or type(error).__name__} ({ATTEMPTS} times)"


def _named(failed: list[str]) -> str:
    more = f"; and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    return f"{len(failed)} tasks failed at every try, the others are done: {'; '.join(failed[:_NAMED])}{more}"
