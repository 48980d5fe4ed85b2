import pytest

from fsanet.training.schedule import learning_rate


def test_steps_are_the_papers_at_90_epochs():
    rates = [learning_rate(epoch * 100, 9000, 1e-3, "steps") for epoch in (0, 29, 30, 59, 60, 89)]
    assert rates == pytest.approx([1e-3, 1e-3, 1e-4, 1e-4, 1e-5, 1e-5])


def test_cosine_goes_from_the_highest_to_nothing():
    rates = [learning_rate(step, 1000, 0.01, "cosine") for step in range(1000)]
    assert rates[0] == pytest.approx(0.01)
    assert rates[500] == pytest.approx(0.005)
    assert 0 < rates[-1] < 1e-5
    assert rates == sorted(rates, reverse=True)


def test_warm_up_rises_to_the_highest():
    rates = [learning_rate(step, 1000, 0.01, "cosine", warmup_steps=50) for step in range(60)]
    assert rates[0] == pytest.approx(0.01 / 50)
    assert rates[49] == rates[50] == pytest.approx(0.01)
    assert rates[:50] == sorted(rates[:50])


def test_warm_up_takes_at_most_a_tenth_of_a_short_run():
    assert learning_rate(10, 100, 0.01, "steps", warmup_steps=5000) == 0.01


def test_a_run_of_one_step():
    assert learning_rate(0, 1, 0.01, "cosine", warmup_steps=10) == 0.01
