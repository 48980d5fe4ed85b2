import dataclasses

import numpy as np
import pytest

from fsanet.benchmarks.adaptation import training
from fsanet.benchmarks.adaptation.results import Store, read_weights, row_of
from fsanet.benchmarks.adaptation.scenarios import BEFORE, KNOWN, ORACLE, RUNS, SCENARIOS, Cell, samples_of
from fsanet.benchmarks.adaptation.training import train_cell
from fsanet.models.build import build_model
from fsanet.pose.errors import euler_errors
from fsanet.training.crop_model import build_network


@pytest.fixture
def store(tmp_path, sets, trainer):
    return Store(tmp_path, sets, samples_of(sets), lambda: trainer)


def test_all_runs_of_a_scenario_and_what_they_count(tmp_path, store, sets, settings):
    results = {name: store.result(Cell("partial", name, settings)) for name in RUNS}
    assert len(list(tmp_path.glob("partial_*_0_*.npz"))) == len(RUNS) + 1  # and one from which all start
    start = read_weights(store.path(results["none"].cell.before))
    for name, result in results.items():
        weights = read_weights(result.path)
        assert any(np.abs(one - other).max() > 0 for one, other in zip(weights, start, strict=True)), name
        errors = euler_errors(store.trainer.predict(weights, sets.test.image), sets.test.pose).mean(axis=0)
        assert result.errors_deg == pytest.approx((errors[1], errors[0], errors[2]))
        assert result.mae_deg == pytest.approx(errors.mean())
    assert results["none"].counted == results["dann"].counted == 1
    assert results["none"].effective == pytest.approx(80)
    assert results["padaco"].effective < 80
    assert results["padaco"].effective == pytest.approx(results["rcrw"].effective)
    assert results[ORACLE].effective == 0
    assert len({result.mae_deg for result in results.values()}) == len(RUNS)


def test_what_is_done_is_read_and_not_trained(tmp_path, store, sets, settings):
    cell = Cell("closed", "dann", settings)
    first = store.result(cell)
    assert Store(tmp_path, sets, samples_of(sets), None).result(cell) == first


def test_a_run_does_not_depend_on_those_before_it(trainer, sets, settings):
    """One compiled step serves many runs: discriminator, teacher, optimiser and random state begin anew."""
    for method in ("dann", "rcr"):
        cell = Cell("partial", method, settings)
        start = trainer.first_weights(settings)
        first, _ = train_cell(trainer, cell, sets, start)
        other = dataclasses.replace(settings, seed=5)
        train_cell(trainer, cell._replace(settings=other), sets, trainer.first_weights(other))
        again, _ = train_cell(trainer, cell, sets, start)
        for one, two in zip(first, again, strict=True):
            np.testing.assert_array_equal(one, two)


def test_seeds_begin_with_other_weights(trainer, settings):
    kernels = [
        np.concatenate([part.ravel() for part in trainer.first_weights(dataclasses.replace(settings, seed=seed))])
        for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert np.abs(kernels[0] - kernels[2]).max() > 0


def test_closed_reads_the_nearest_poses_alone(trainer, sets, settings):
    there = SCENARIOS["closed"](sets.source.pose, sets.target.pose) > 0
    assert not there.all()
    for method in (BEFORE, "none", "padaco"):
        _, counts = train_cell(trainer, Cell("closed", method, settings), sets, trainer.first_weights(settings))
        assert counts.any()
        assert not counts[~there].any(), method


def test_only_what_may_reads_labels_of_the_target(trainer, sets, settings):
    wrong = sets._replace(target=dataclasses.replace(sets.target, pose=np.full_like(sets.target.pose, 77.0)))
    start = trainer.first_weights(settings)
    for method in RUNS:
        cell = Cell("partial", method, settings)
        one, other = (train_cell(trainer, cell, read, start)[0] for read in (sets, wrong))
        differs = any(np.abs(a - b).max() > 0 for a, b in zip(one, other, strict=True))
        assert differs == (method in {ORACLE, *KNOWN}), method


def test_known_poses_weight_the_source_and_nothing_else(trainer, sets, settings):
    """Where the network reads every pose of the target as it is, the rows that know them are the plain ones."""
    start = trainer.first_weights(settings)
    read = sets._replace(target=dataclasses.replace(sets.target, pose=trainer.predict(start, sets.target.image)))
    for known, plain in KNOWN.items():
        (one, counts), (other, _) = (
            train_cell(trainer, Cell("partial", name, settings), read, start) for name in (known, plain)
        )
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
        assert counts.sum() == settings.neighbours * len(sets.target.pose)


def test_a_row_is_the_mean_and_the_spread_of_the_seeds(store, settings):
    results = [store.result(Cell("partial", "none", dataclasses.replace(settings, seed=seed))) for seed in (0, 1)]
    row = row_of(results)
    maes = [result.mae_deg for result in results]
    assert row.mean_deg[-1] == pytest.approx(np.mean(maes))
    assert row.spread_deg[-1] == pytest.approx(abs(maes[0] - maes[1]) / np.sqrt(2))
    assert row[:3] == ("partial", "none", "")
    assert row_of(results[:1]).spread_deg.tolist() == [0] * 4


def test_what_a_compiled_step_depends_on_gets_a_step_of_its_own(trainer, settings):
    settings = dataclasses.replace(settings, clip_norm=1.0)
    one = trainer._learner(settings)
    assert trainer._learner(dataclasses.replace(settings, seed=3)) is one
    for changes in ({"clip_norm": 2.0}, {"augmentation": dataclasses.replace(settings.augmentation, turn=0.7)}):
        assert trainer._learner(dataclasses.replace(settings, **changes)) is not one


@pytest.fixture
def real_trainer(monkeypatch, settings):
    """A trainer of the network that is named."""
    monkeypatch.setattr(training, "build_model", build_model)
    monkeypatch.setattr(training, "build_network", build_network)
    return training.Trainer(settings)


def trained(trainer, sets, settings):
    """The weights that the control starts from and ends with."""
    start = trainer.first_weights(settings)
    return start, train_cell(trainer, Cell("partial", "none", settings), sets, start)[0]


def test_the_running_mean_is_what_a_run_gives(trainer, sets, settings):
    _, last = trained(trainer, sets, settings)
    _, mean = trained(trainer, sets, dataclasses.replace(settings, ema=0.9))
    assert any(np.abs(one - other).max() > 0 for one, other in zip(last, mean, strict=True))


def test_frozen_layers_keep_their_weights_and_the_others_learn(real_trainer, sets, settings):
    start, end = trained(real_trainer, sets, dataclasses.replace(settings, freeze=("ssr_G_model",)))
    frozen = {id(variable) for variable in real_trainer.network.get_layer("ssr_G_model").variables}
    stays = {True: set(), False: set()}
    for variable, before, after in zip(real_trainer.network.weights, start, end, strict=True):
        stays[id(variable) in frozen].add(bool((before == after).all()))
    assert stays[True] == {True}
    assert False in stays[False]


def test_a_network_is_trained_in_the_precision_that_is_asked_for_and_answers_in_float32(real_trainer, sets, settings):
    half = dataclasses.replace(settings, precision="mixed_bfloat16")
    _, end = trained(real_trainer, sets, half)
    [coarse] = [network for key, network in real_trainer._networks.items() if key[0] == half.precision]
    assert coarse.get_layer("ssr_G_model").compute_dtype == "bfloat16"
    assert real_trainer.network.get_layer("ssr_G_model").compute_dtype == "float32"
    assert real_trainer.predict(end, sets.test.image).shape == (len(sets.test), 3)
