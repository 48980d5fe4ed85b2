"""A pool of processes by Dask: results, tasks that fail or kill their worker, a scheduler that is not there."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="pip install 'fsanet[cluster]' to test clusters")

from distributed import Client, KilledWorker, LocalCluster

from fsanet.cluster.dask_pool import _processes_here, _reason, open_pool, spread_over
from fsanet.workers import CORES_VARIABLE, cores, run_on_all_cores


@pytest.fixture(scope="module")
def pool():
    with open_pool("local:2") as pool:
        yield pool


def square(number: int) -> int:
    return number * number


def fails_at_three(number: int) -> int:
    if number == 3:
        raise ValueError("three is no number for this")
    return number


def kills_at_two(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def place_and_cores(_: int) -> tuple[str, int]:
    return str(Path.cwd()), cores()


def test_results_of_all_tasks(pool):
    assert sorted(pool.run(square, range(9))) == [n * n for n in range(9)]


def test_a_task_that_fails_three_times_is_named_and_the_rest_is_done(pool):
    done = []
    with pytest.raises(OSError, match=r"1 tasks failed at every try, the others are done: 3: .* \(3 times\)"):
        done.extend(pool.run(fails_at_three, range(6)))
    assert sorted(done) == [0, 1, 2, 4, 5]


@pytest.mark.slow
def test_a_task_that_kills_its_worker_takes_no_other_with_it(pool):
    done = []
    with pytest.raises(OSError, match="1 tasks failed at every try, the others are done: 2: 3 workers died at it"):
        done.extend(pool.run(kills_at_two, range(6)))
    assert sorted(done) == [0, 1, 3, 4, 5]


def test_how_often_a_task_was_tried_is_as_its_scheduler_has_it():
    assert _reason(KilledWorker("task", None, 3)) == "4 workers died at it"
    assert _reason(ValueError("no")) == "no (3 times)"


def test_workers_that_join_get_tasks_and_those_that_leave_are_not_missed(tmp_path):
    with open_pool("local:1") as pool, ThreadPoolExecutor(1) as other:
        changes = other.submit(joins_and_leaves, pool._client, tmp_path)
        assert sorted(pool.run(partial(meets, tmp_path), range(6))) == list(range(6))
        changes.result()


def joins_and_leaves(client: Client, folder: Path) -> None:
    """A second worker comes while the first is at its task, and one goes while both are at theirs."""
    wait_until(lambda: (folder / "0").exists())
    client.cluster.scale(2)
    wait_until(lambda: (folder / "1").exists())
    client.cluster.scale(1)
    wait_until(lambda: len(client.nthreads()) == 1)
    (folder / "go").touch()


def meets(folder: Path, number: int) -> int:
    """The first two tasks are at work at the same time, until they are let go."""
    (folder / str(number)).touch()
    wait_until(lambda: number > 1 or (folder / "go").exists())
    return number


def wait_until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("waited in vain")
        time.sleep(0.05)


def test_workers_share_the_cores_and_work_where_the_command_was_given(pool, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    [(place, share)] = pool.run(place_and_cores, [0])
    assert place == str(tmp_path)
    assert share == max(1, cores() // 2)


def test_what_runs_on_all_cores_runs_on_the_cluster(monkeypatch):
    with spread_over("local:1"):
        [(_, share)] = run_on_all_cores(place_and_cores, [0], workers=1)
    assert share == cores()
    with spread_over(None):
        assert list(run_on_all_cores(square, [3], workers=1)) == [9]


def test_cores_can_be_fewer_by_a_variable(monkeypatch):
    monkeypatch.setenv(CORES_VARIABLE, "1")
    assert cores() == 1
    monkeypatch.setenv(CORES_VARIABLE, "1000")
    assert cores() <= os.cpu_count()


@pytest.mark.parametrize("where", ["local:0", "local:many", "local:"])
def test_what_is_no_number_of_processes(where):
    with pytest.raises(ValueError, match=r"A cluster here is local:N, N processes of 1 or more; got"), open_pool(where):
        pass


@pytest.mark.parametrize("where", ["", "foo", "tcp://", "tcp://host", "host:port", "nothing://host:8786"])
def test_what_is_no_address_is_told_before_anybody_is_asked(where):
    start = time.monotonic()
    with pytest.raises(ValueError, match=r"A cluster is local:N or an address with its port such as"), open_pool(where):
        pass
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("where", ["127.0.0.1:8786", "tcp://host.name:8786", "tls://[::1]:8786/", "ws://host:80"])
def test_what_is_an_address(where):
    assert _processes_here(where) == 0


def test_ctrl_c_while_workers_start_is_nothing_else(monkeypatch):
    def interrupted(cluster, count):
        scale(cluster, count)
        if not sent:  # closing scales too
            sent.append(os.getpid())
            os.kill(sent[0], signal.SIGINT)

    scale, sent = LocalCluster.scale, []
    monkeypatch.setattr(LocalCluster, "scale", interrupted)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), open_pool("local:1"):
        pytest.fail("the work starts")
    assert signal.getsignal(signal.SIGINT) is before


def test_nobody_answers(monkeypatch):
    monkeypatch.setattr("fsanet.cluster.dask_pool._PATIENCE_S", 1)
    nobody = pytest.raises(OSError, match=r"No cluster with a worker answers at 'tcp://127\.0\.0\.1:9'")
    with nobody, open_pool("tcp://127.0.0.1:9"):
        pass
