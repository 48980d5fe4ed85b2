"""Running over many tasks: the same results in one process or many, errors, and no process left behind."""

import itertools
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from functools import partial
from operator import mul
from pathlib import Path

import pytest

from fsanet import workers as workers_module
from fsanet.workers import Ahead, cores, cores_with_memory, run_on_all_cores


def test_there_is_a_core():
    assert cores() >= 1


def test_no_more_processes_than_memory_holds():
    assert cores_with_memory(1) == cores()
    assert cores_with_memory(10**9) == 1


@pytest.mark.parametrize(("free_kb", "processes"), [(8_000_000, 4), (7_999_999, 3), (64_000_000, 16), (1, 1)])
def test_processes_take_half_of_the_free_memory_at_most(monkeypatch, free_kb, processes):
    told = f"MemTotal: 99000000 kB\nMemAvailable: {free_kb} kB\n"
    monkeypatch.setattr(workers_module.Path, "read_text", lambda self, encoding: told)
    monkeypatch.setattr(workers_module, "cores", lambda: 16)
    assert cores_with_memory(1000) == processes


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_is_run_once(workers):
    assert sorted(run_on_all_cores(partial(mul, 3), range(20), workers)) == [3 * n for n in range(20)]


@pytest.mark.parametrize("workers", [1, 2])
def test_no_tasks(workers):
    assert list(run_on_all_cores(abs, [], workers)) == []


def test_tasks_are_read_only_as_far_ahead_as_needed():
    read = []

    def tasks():
        for number in range(1000):
            read.append(number)
            yield number

    results = run_on_all_cores(abs, tasks(), 2)
    next(results)
    assert len(read) < 20
    results.close()


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_task_is_raised_here(workers):
    with pytest.raises(ValueError, match="invalid literal"):
        list(run_on_all_cores(int, ["1", "x", "2"], workers))


def test_a_killed_worker_is_told():
    with pytest.raises(OSError, match=r"One of 2 processes was killed, most likely for lack of memory.*WORKERS=1"):
        list(run_on_all_cores(partial(signal.raise_signal), [signal.SIGKILL], 2))


def test_only_a_task_is_broken_off(monkeypatch):
    """What passes its result holds the lock of a queue that all processes share."""

    def task(value):
        workers_module._break_task()
        return value

    assert workers_module._breakable(task, 3) == 3  # nobody has asked for it
    monkeypatch.setattr(workers_module._Work, "stopping", True)
    with pytest.raises(SystemExit):
        workers_module._breakable(task, 3)
    workers_module._break_task()


def test_no_process_is_left_after_an_error():
    before = multiprocessing.active_children()
    with pytest.raises(ValueError, match="invalid literal"):
        list(run_on_all_cores(int, ["x"] * 9, 2))
    assert not set(multiprocessing.active_children()) - set(before)


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="reads /proc to see which processes live")  # noqa: PTH112
def test_workers_die_with_a_killed_parent(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        "import time\nfrom fsanet.workers import run_on_all_cores\n"
        "if __name__ == '__main__':\n    list(run_on_all_cores(time.sleep, [60] * 4, 2))\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen([sys.executable, str(script)], env=environment)
    children = _wait_for(lambda: len(found := _children(parent.pid)) >= 3 and found)  # two and a resource tracker
    time.sleep(1.0)  # until they have begun to watch
    parent.kill()
    parent.wait()
    _wait_for(lambda: not [pid for pid in children if _alive(pid)])


def _wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    pytest.fail("waited in vain")
    return None


def _children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:  # noqa: PTH123
        return [int(child) for child in file.read().split()]


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_whoever_stops_does_not_wait_for_tasks_at_work_and_their_files_are_removed(tmp_path):
    results = run_on_all_cores(partial(_works_long, tmp_path), range(20), 2)
    assert next(results) == 0
    _wait_for(lambda: list(tmp_path.iterdir()))
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt)
    assert time.monotonic() - begun < 300  # where the tasks take an hour
    assert list(tmp_path.iterdir()) == []


def _works_long(folder: Path, number: int) -> int:
    if number == 0:
        return 0
    unfinished = folder / str(number)
    unfinished.touch()
    try:
        for _ in range(360_000):
            time.sleep(0.01)
    finally:
        unfinished.unlink()
    return number


def test_working_ahead_keeps_the_order_and_the_processes():
    ahead = Ahead(2)
    try:
        assert list(ahead.run(str, range(20))) == [str(number) for number in range(20)]
        pids = set(ahead.run(_pid_of, range(8))) | set(ahead.run(_pid_of, range(8)))
        assert len(pids) <= 2
        assert os.getpid() not in pids
    finally:
        ahead.close()


def test_whoever_stops_early_leaves_nothing_undone_behind():
    ahead = Ahead(1)
    try:
        results = ahead.run(str, itertools.count())
        assert next(results) == "0"
        results.close()
        assert list(ahead.run(str, [5])) == ["5"]
    finally:
        ahead.close()


def test_a_killed_worker_ahead_is_told_in_this_call_and_in_the_next():
    ahead = Ahead(2)
    try:
        for _ in range(2):
            with pytest.raises(OSError, match=r"One of 2 processes was killed, most likely for lack of memory"):
                list(ahead.run(signal.raise_signal, [signal.SIGKILL]))
    finally:
        ahead.close()


def _pid_of(_: int) -> int:
    return os.getpid()
