"""How the processes of a training find one another: `--workers 2` here, or `--workers host1:5000,host2 --rank 1`."""

import hashlib
import json
import multiprocessing
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import fsanet
from fsanet.console import run_command
from fsanet.errors import InputError
from fsanet.training.plan import Plan
from fsanet.training.processes.line import Line, LostError
from fsanet.training.processes.places import Follower, Leader

_PATIENCE_S = 60.0  # in which the processes on several machines are to be started
_HELLO = struct.Struct("<I32s")  # rank, and what tells this run from others
_GRACE_S = 5.0  # for a follower that was let go


@dataclass(frozen=True)
class Workers:
    """The processes of a run.

    Attributes:
        count: how many.
        host: where the leader listens.
        port: of the leader; 0 for any that is free.
        rank: which one this is, from 0 on; 0 leads.
        here: whether all are on this machine, started by the leader.
    """

    count: int
    host: str = "127.0.0.1"
    port: int = 0
    rank: int = 0
    here: bool = True

    def name(self, rank: int) -> str:
        """What a process is called in messages."""
        return f"Process {rank + 1} of {self.count}"


def parse_workers(text: str, rank: int | None = None) -> Workers:
    """Read `--workers` and `--rank`.

    Args:
        text: a number of processes on this machine, or host:port,host,... of which the first one leads.
        rank: which of the hosts this is.

    Raises:
        ValueError: for anything else, a rank beside a number too.
    """
    if text.isdecimal() and int(text):
        if rank is not None:
            raise InputError("--rank goes with hosts; a number of --workers starts the others by itself.")
        return Workers(int(text))
    hosts = text.split(",")
    host, _, port = hosts[0].rpartition(":")
    if not (host and port.isdecimal() and 0 < int(port) < 1 << 16 and all(hosts)):
        raise InputError(f"--workers is a number of processes, or hosts as in host1:5000,host2; got '{text}'.")
    if rank is None or not 0 <= rank < len(hosts):
        raise InputError(
            f"--rank says which of the {len(hosts)} hosts this is, from 0 to {len(hosts) - 1}; got {rank}."
        )
    return Workers(len(hosts), host, int(port), rank, here=False)


@contextmanager
def leading(workers: Workers, plan: Plan, follow: Callable[[Follower], None]) -> Iterator[Leader]:
    """Within the block all processes are there; the followers are let go at its end.

    Args:
        workers: with rank 0.
        plan: of the run.
        follow: what a follower on this machine does, in a process of its own; can be pickled.

    Raises:
        ValueError: when a follower was started with other settings.
        OSError: when nobody can listen there, or when followers do not come.
    """
    with ExitStack() as stack:
        server = stack.enter_context(_listen(workers))
        if workers.here:
            for rank in range(1, workers.count):
                place = Workers(workers.count, workers.host, server.getsockname()[1], rank)
                stack.enter_context(_process(_follow_here, place, plan, follow))
        leader = Leader(_accept(server, workers, plan))
        stack.callback(leader.close)
        yield leader


@contextmanager
def following(workers: Workers, plan: Plan) -> Iterator[Follower]:
    """Within the block this process is connected to the leader.

    Raises:
        OSError: when there is no leader.
    """
    connection = _connect(workers)
    connection.sendall(_HELLO.pack(workers.rank, _digest(plan)))
    line = Line(connection, workers.name(0))
    try:
        yield Follower(line, workers.rank, workers.count)
    finally:
        line.close()


def _follow_here(workers: Workers, plan: Plan, follow: Callable[[Follower], None]) -> None:
    """A follower's process; Ctrl-C, which a terminal sends to all, is the leader's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    @run_command
    def run(_: object) -> None:
        with following(workers, plan) as follower:
            follow(follower)

    raise SystemExit(run(None))


@contextmanager
def _process(function: Callable[..., None], *arguments: Any) -> Iterator[None]:
    process = multiprocessing.get_context("spawn").Process(target=function, args=arguments, daemon=True)
    process.start()
    try:
        yield
    finally:
        process.join(_GRACE_S)
        process.kill()
        process.join()


def _listen(workers: Workers) -> socket.socket:
    try:
        return socket.create_server((workers.host, workers.port))
    except OSError as error:
        raise OSError(
            f"'{workers.host}:{workers.port}' cannot be listened at ({error.strerror or error}): the first of "
            "--workers is an address of the machine with rank 0, and a free port."
        ) from error


def _accept(server: socket.socket, workers: Workers, plan: Plan) -> list[Line]:
    """Lines to all followers. Whoever does not say which one it is, is sent away."""
    lines: dict[int, Line] = {}
    deadline = time.monotonic() + _PATIENCE_S
    with ExitStack() as failing:
        while len(lines) < workers.count - 1:
            server.settimeout(max(deadline - time.monotonic(), 1e-3))
            try:
                connection, _ = server.accept()
            except TimeoutError:
                missing = next(rank for rank in range(1, workers.count) if rank not in lines)
                raise LostError(
                    f"Nobody came as rank {missing} within {_PATIENCE_S:.0f} s: start all at once."
                ) from None
            try:
                rank, run = _hello(connection)
            except (OSError, struct.error):
                connection.close()
                continue
            line = Line(connection, workers.name(rank))
            failing.callback(line.close)
            if run != _digest(plan) or rank in lines or not 0 < rank < workers.count:
                raise InputError(f"Rank {rank} came with other settings, or twice: give all hosts one command.")
            lines[rank] = line
        failing.pop_all()
    return [line for _, line in sorted(lines.items())]


def _hello(connection: socket.socket) -> tuple[int, bytes]:
    """Rank and run; not a byte more is read, because the first message may follow at once."""
    connection.settimeout(_PATIENCE_S)
    said = b""
    while len(said) < _HELLO.size and (part := connection.recv(_HELLO.size - len(said))):
        said += part
    rank, run = _HELLO.unpack(said)
    return rank, run


def _connect(workers: Workers) -> socket.socket:
    """A connection to the leader; on another machine it may be started a little later."""
    deadline = time.monotonic() + (0.0 if workers.here else _PATIENCE_S)
    while True:
        try:
            return socket.create_connection((workers.host, workers.port), timeout=_PATIENCE_S)
        except OSError as error:
            if time.monotonic() > deadline:
                where = f"'{workers.host}:{workers.port}' ({error.strerror or error})"
                raise LostError(f"{workers.name(0)} is not at {where}: start it as well.") from error
        time.sleep(0.2)


def _digest(plan: Plan) -> bytes:
    """What all processes of a run know, and no stranger."""
    return hashlib.sha256(json.dumps([fsanet.__version__, plan.identity()], sort_keys=True).encode()).digest()
