import pytest

from fsanet.benchmarks.speed.measurement import Row, median_ms


def test_median_and_quartiles():
    row = Row("case", "ms", (5.0, 1.0, 4.0, 2.0, 3.0))
    assert row.median == 3.0
    assert row.quartiles == (2.0, 4.0)


def test_one_round_has_no_spread():
    assert Row("case", "ms", (7.0,)).quartiles == (7.0, 7.0)


def test_a_call_is_warmed_up_and_timed_at_least_once():
    calls = []
    assert median_ms(lambda: calls.append(1), seconds=0.0) >= 0.0
    assert len(calls) == 3


def test_an_error_of_the_call_is_raised():
    with pytest.raises(ZeroDivisionError):
        median_ms(lambda: 1 / 0, seconds=0.0)
