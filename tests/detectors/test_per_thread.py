"""One instance per thread."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fsanet.detectors.per_thread import PerThread


def test_each_thread_has_its_own_and_keeps_it():
    things = PerThread(object)
    barrier = threading.Barrier(4)

    def two(_):
        barrier.wait(timeout=10)  # so that four threads take part
        return things.get(), things.get()

    with ThreadPoolExecutor(4) as pool:
        pairs = list(pool.map(two, range(4)))
    assert all(first is second for first, second in pairs)
    assert len({id(first) for first, _ in pairs} | {id(things.get())}) == 5


def test_errors_show_at_construction():
    def broken():
        raise ValueError("no model")

    with pytest.raises(ValueError, match="no model"):
        PerThread(broken)
