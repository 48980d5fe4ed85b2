"""How processes are asked for and find one another."""

import socket
import threading
from dataclasses import replace

import numpy as np
import pytest

from fsanet.training.plan import Plan
from fsanet.training.processes import meeting
from fsanet.training.processes.line import LostError
from fsanet.training.processes.meeting import Workers, following, leading, parse_workers
from fsanet.training.processes.places import OVER, Follower, OverError

PLAN = Plan(epochs=3)


def test_a_number_or_hosts():
    assert parse_workers("2") == Workers(2)
    assert parse_workers("one:5000,two,three", 1) == Workers(3, "one", 5000, rank=1, here=False)
    assert parse_workers("one:5000,two:5000", 0).name(1) == "Process 2 of 2"


@pytest.mark.parametrize(
    ("text", "rank", "message"),
    [
        ("0", None, "a number of processes, or hosts as in host1:5000,host2; got '0'"),
        ("-2", None, "got '-2'"),
        ("host1,host2", 0, "got 'host1,host2'"),
        ("host1:99999,host2", 0, "got"),
        ("host1:5000,", 0, "got"),
        ("host1:5000,host2", None, "--rank says which of the 2 hosts this is, from 0 to 1; got None"),
        ("host1:5000,host2", 2, "got 2"),
        ("2", 1, "--rank goes with hosts"),
    ],
)
def test_anything_else_is_a_sentence(text, rank, message):
    with pytest.raises(ValueError, match=message):
        parse_workers(text, rank)


@pytest.fixture
def workers() -> Workers:
    """Two places that tests take up themselves, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return Workers(2, port=server.getsockname()[1], here=False)


def follow_in_thread(workers: Workers, plan: Plan, follow) -> threading.Thread:
    def run() -> None:
        with following(replace(workers, rank=1), plan) as follower:
            follow(follower)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_sums_are_the_same_for_all_and_at_the_end_the_follower_is_let_go(workers):
    seen = []

    def follow(follower: Follower) -> None:
        assert (follower.rank, follower.count) == (1, 2)
        seen.append(follower.total(np.array([10.0, 20.0], np.float32)))
        with pytest.raises(OverError):
            follower.total(np.zeros(2, np.float32))
        assert isinstance(follower.lost, OverError)

    thread = follow_in_thread(workers, PLAN, follow)
    with leading(workers, PLAN, follow) as leader:
        summed = leader.total(np.array([1.0, 2.0], np.float32))
        leader.lines[0].receive()  # what the follower wants summed next
    thread.join()
    np.testing.assert_array_equal(summed, [11, 22])
    np.testing.assert_array_equal(seen, [[11, 22]])


def test_a_follower_that_ends_is_a_sentence_for_the_leader(workers):
    thread = follow_in_thread(workers, PLAN, lambda follower: None)
    with leading(workers, PLAN, lambda _: None) as leader, pytest.raises(LostError, match="Process 2 of 2 has ended"):
        leader.total(np.zeros(1, np.float32))
    assert isinstance(leader.lost, LostError)
    thread.join()


def test_other_settings_are_refused(workers):
    ends = []
    thread = follow_in_thread(workers, replace(PLAN, seed=1), lambda follower: ends.append(_kind(follower)))
    with pytest.raises(ValueError, match="Rank 1 came with other settings"), leading(workers, PLAN, lambda _: None):
        pass
    thread.join()
    assert ends == ["lost"]


def _kind(follower: Follower) -> str:
    try:
        return follower.line.receive().kind
    except LostError:
        return "lost"


def test_who_comes_by_chance_is_sent_away(workers):
    kinds = []
    with socket.create_server(("127.0.0.1", 0)) as free:
        workers = replace(workers, port=free.getsockname()[1])

    def knock_and_follow() -> None:  # the stranger first: nobody listens any more when all are there
        _knock(workers)
        with following(replace(workers, rank=1), PLAN) as follower:
            kinds.append(_kind(follower))

    thread = threading.Thread(target=knock_and_follow)
    thread.start()
    with leading(workers, PLAN, lambda _: None) as leader:
        assert leader.count == 2
    thread.join()
    assert kinds == [OVER]


def _knock(workers: Workers) -> None:
    connection = meeting._connect(workers)
    connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
    connection.close()


def test_nobody_there_is_a_sentence(workers, monkeypatch):
    monkeypatch.setattr(meeting, "_PATIENCE_S", 0.1)
    with pytest.raises(LostError, match="Nobody came as rank 1 within 0 s"), leading(workers, PLAN, lambda _: None):
        pass
    with pytest.raises(LostError, match="Process 1 of 2 is not at"), following(replace(workers, rank=1), PLAN):
        pass


def test_an_address_of_another_machine_is_a_sentence():
    far = Workers(2, "192.0.2.1", 5000, here=False)  # a network for examples
    with pytest.raises(OSError, match=r"'192.0.2.1:5000' cannot be listened at"), leading(far, PLAN, lambda _: None):
        pass


def test_a_message_that_follows_the_hello_at_once_is_not_lost():
    near, far = socket.socketpair()
    near.sendall(meeting._HELLO.pack(1, meeting._digest(PLAN)) + b"more")
    assert meeting._hello(far) == (1, meeting._digest(PLAN))
    assert far.recv(10) == b"more"
    for end in (near, far):
        end.close()
