import dataclasses
import math

import pytest

from fsanet.errors import InputError
from fsanet.training.plan import PLACE, Plan


def rates(plan: Plan, steps: range, total: int) -> list[float]:
    return [plan.rate_at(step, total) for step in steps]


def test_steps_are_the_papers_at_90_epochs():
    plan = Plan(learning_rate=1e-3, schedule="steps")
    found = [plan.rate_at(epoch * 100, 9000) for epoch in (0, 29, 30, 59, 60, 89)]
    assert found == pytest.approx([1e-3, 1e-3, 1e-4, 1e-4, 1e-5, 1e-5])


def test_cosine_goes_from_the_highest_to_nothing():
    found = rates(Plan(learning_rate=0.01, schedule="cosine"), range(1000), 1000)
    assert found[0] == pytest.approx(0.01)
    assert found[500] == pytest.approx(0.005)
    assert 0 < found[-1] < 1e-5
    assert found == sorted(found, reverse=True)


def test_warm_up_rises_to_the_highest():
    found = rates(Plan(learning_rate=0.01, schedule="cosine", warmup_steps=50), range(60), 1000)
    assert found[0] == pytest.approx(0.01 / 50)
    assert found[49] == found[50] == pytest.approx(0.01)
    assert found[:50] == sorted(found[:50])


def test_warm_up_takes_at_most_a_tenth_of_a_short_run():
    plan = Plan(learning_rate=0.01, warmup_steps=5000)
    assert plan.rate_at(10, 100) == 0.01
    assert plan.rate_at(8, 100) == pytest.approx(0.009)


def test_a_run_of_one_step():
    assert Plan(learning_rate=0.01, schedule="cosine", warmup_steps=10).rate_at(0, 1) == 0.01


def test_identity_is_all_but_places_and_what_the_clock_chose():
    @dataclasses.dataclass(frozen=True)
    class Longer(Plan):
        depth: int = 3
        folder: str = dataclasses.field(default="", metadata=PLACE)

    identity = Longer(epochs=5).identity()
    assert identity["epochs"] == 5
    assert identity["depth"] == 3
    assert "folder" not in identity
    assert "epochs" not in Longer(max_minutes=1.0).identity()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", ["learning_rate", "ema", "weight_decay", "clip_norm", "max_minutes"])
def test_settings_are_finite(name, value):
    with pytest.raises(InputError, match=rf"cannot be trained: {name} is .*, not {value}\.$"):
        Plan(**{name: value})


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(ValueError, match="epochs is at least 1, not 0; ema is at least 0 and below 1, not 2"):
        Plan(epochs=0, ema=2)
