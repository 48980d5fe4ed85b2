import threading
import time

import pytest

from fsanet.inference import stages
from fsanet.inference.stages import mapped_in_order, prefetched


def test_prefetched_keeps_order_and_ends(started_threads):
    assert list(prefetched(range(100))) == list(range(100))
    assert not started_threads()


def test_prefetched_runs_ahead_but_not_too_far():
    made = []

    def items():
        for i in range(50):
            made.append(i)
            yield i

    reader = prefetched(items(), depth=3)
    assert next(reader) == 0
    assert len(made) <= 1 + 3 + 2
    reader.close()


def test_an_error_reaches_the_reader_at_its_place(started_threads):
    def items():
        yield 1
        raise ValueError("broken frame")

    reader = prefetched(items())
    assert next(reader) == 1
    with pytest.raises(ValueError, match="broken frame"):
        next(reader)
    assert not started_threads()


def test_a_reader_that_stops_does_not_wait_for_a_source_that_says_nothing(monkeypatch):
    monkeypatch.setattr(stages, "_LAST_ITEM_S", 0.05)
    says_something = threading.Event()

    def items():
        yield 1
        says_something.wait(20)
        yield 2

    reader = prefetched(items())
    assert next(reader) == 1
    begin_s = time.monotonic()
    reader.close()
    assert time.monotonic() - begin_s < 10
    says_something.set()


def test_a_reader_that_stops_early_closes_the_source(started_threads):
    closed = threading.Event()

    def endless():
        try:
            while True:
                yield 0
        finally:
            closed.set()

    reader = prefetched(prefetched(endless()))
    next(reader)
    reader.close()
    assert closed.wait(timeout=5)
    assert not started_threads()


def test_mapped_in_order_keeps_order_with_few_under_way():
    under_way, most = set(), [0]
    lock = threading.Lock()

    def items():
        for i in range(40):
            with lock:
                under_way.add(i)
                most[0] = max(most[0], len(under_way))
            yield i

    results = []
    for result in mapped_in_order(lambda i: i * i, items(), workers=3, ahead=5):
        results.append(result)
        with lock:
            under_way.discard(len(results) - 1)
    assert results == [i * i for i in range(40)]
    assert most[0] <= 6


def test_mapped_in_order_passes_errors_on():
    with pytest.raises(ZeroDivisionError):
        list(mapped_in_order(lambda i: 1 // i, [1, 0, 1], workers=2))
