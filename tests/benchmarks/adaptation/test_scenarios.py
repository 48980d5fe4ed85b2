import dataclasses

import numpy as np
import pytest

from fsanet.benchmarks.adaptation.scenarios import BEFORE, KNOWN, ORACLE, RUNS, SCENARIOS, BenchSettings, Cell, grid
from fsanet.errors import InputError
from fsanet.training.settings import override


def test_closed_draws_the_source_by_the_poses_of_the_target():
    source = np.column_stack([np.linspace(-90, 90, 181), np.zeros((181, 2))])
    target = np.array([[0.0, 0, 0], [0.2, 0, 0]])
    chances = SCENARIOS["closed"](source, target)
    assert np.flatnonzero(chances).min() >= 84
    assert np.flatnonzero(chances).max() <= 96
    assert chances.sum() == 20
    assert chances.max() == 2
    assert SCENARIOS["partial"](source, target).tolist() == [1] * 181


def identities(method, **changes):
    settings = BenchSettings()
    return [
        Cell("partial", method, other).identity("samples")
        for other in (settings, dataclasses.replace(settings, **changes))
    ]


@pytest.mark.parametrize(
    ("name", "value", "methods"),
    [
        ("neighbours", 7, {"padaco", "rcrw", *KNOWN}),
        ("strength", 3.0, {"dann", "pada_like", "padaco", "padaco_known"}),
        ("teacher_decay", 0.5, {"rcr", "rcrw", "rcrw_known"}),
        ("consistency", 0.5, {"rcr", "rcrw", "rcrw_known"}),
        ("rise_steps", 7, {"dann", "pada_like", "padaco", "rcr", "rcrw", *KNOWN}),
        ("steps", 7, {*RUNS}),
        ("steps_before", 7, {*RUNS, BEFORE}),
        ("seed", 7, {*RUNS, BEFORE}),
    ],
)
def test_a_run_is_another_one_where_a_setting_has_a_part_in_it(name, value, methods):
    for method in (*RUNS, BEFORE):
        one, other = identities(method, **{name: value})
        assert (one != other) == (method in methods), method


def test_other_samples_and_scenarios_are_other_runs():
    cell = Cell("partial", "dann", BenchSettings())
    assert len({cell.identity("a"), cell.identity("b"), cell._replace(scenario="closed").identity("a")}) == 3


def test_the_grid_goes_seed_by_seed():
    seeds = [dataclasses.replace(BenchSettings(), seed=seed) for seed in (0, 1)]
    cells = grid(["closed", "partial"], ["none", ORACLE], seeds)
    assert [(cell.settings.seed, cell.scenario, cell.method) for cell in cells[:3]] == [
        (0, "closed", "none"), (0, "closed", ORACLE), (0, "partial", "none")
    ]  # fmt: skip
    assert len(cells) == len(set(cells)) == 8


@pytest.mark.parametrize("wrong", ["epochs=2", "max_minutes=3.0"])
def test_a_run_is_as_long_as_its_steps_and_not_by_epochs(wrong):
    with pytest.raises(InputError, match="set steps, and leave out epochs and max_minutes"):
        override(BenchSettings(), [wrong])


@pytest.mark.parametrize("wrong", ["steps_before=0", "rate_before=0.0", "neighbours=0"])
def test_settings_that_cannot_be(wrong):
    with pytest.raises(InputError):
        override(BenchSettings(), [wrong])
