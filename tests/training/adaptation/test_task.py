import dataclasses
import math

import keras
import numpy as np
import pytest

from fsanet.datasets.augment.layer import Augment
from fsanet.datasets.batches import Batches
from fsanet.errors import InputError
from fsanet.models.build import build_model
from fsanet.training import loop
from fsanet.training.adaptation import task as module
from fsanet.training.adaptation.batches import AdaptBatches
from fsanet.training.adaptation.methods import METHODS, AdaptSettings
from fsanet.training.adaptation.model import AdaptModel, with_features
from fsanet.training.adaptation.samples import read_samples
from fsanet.training.adaptation.target import FEWEST, load_target
from fsanet.training.adaptation.task import adapt, adapt_task
from fsanet.training.learner import Learner
from tests.fixtures.tiny_training import SIZE, bright_side_set, read_tiny_weights

pytestmark = pytest.mark.usefixtures("small_network")


def run_of(settings, folder, **changes):
    return adapt(dataclasses.replace(settings, **changes), runs=folder, quiet=True)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_runs_and_writes_weights_that_load(settings, tmp_path, method):
    result = run_of(settings, tmp_path / "runs", method=method)
    assert read_tiny_weights(result.weights)
    first, second = result.history
    assert all(np.isfinite(value) for row in (first, second) for value in row.values())
    assert (second["domain"] > 0) == METHODS[method].adversarial
    assert (second["consistency"] > 0) == METHODS[method].consistent


def task_of(settings, **changes):
    return adapt_task(dataclasses.replace(settings, **changes), read_samples(settings))


def weights_after_steps(settings, method, steps=3):
    task = task_of(settings, method=method)
    network = task.save.args[0]
    before = {v.path: keras.ops.convert_to_numpy(v) for v in network.variables}
    learner = Learner(task.model, settings)
    for batch in list(task.batches.epoch(0))[:steps]:
        learner.step(batch, 1e-2)
    return {
        v.path: float(np.abs(keras.ops.convert_to_numpy(v) - before[v.path]).max()) for v in network.variables
    }, network


def test_adabn_changes_statistics_alone(settings):
    changed, network = weights_after_steps(settings, "adabn")
    trained = {v.path for v in network.trainable_variables}
    assert all(change == 0 for path, change in changed.items() if path in trained)
    assert any(change > 0 for path, change in changed.items() if path not in trained)


def test_the_control_never_looks_at_the_target(settings, tmp_path):
    one = run_of(settings, tmp_path / "one", method="none", epochs=1)
    another = tmp_path / "another.npz"
    bright_side_set(30).save(another)
    two = run_of(settings, tmp_path / "two", method="none", epochs=1, target=str(another))
    for array, other in zip(read_tiny_weights(one.weights), read_tiny_weights(two.weights), strict=True):
        np.testing.assert_allclose(array, other, rtol=1e-4, atol=1e-7)


def test_a_stopped_run_ends_with_the_same_bytes(settings, tmp_path, monkeypatch):
    whole = run_of(settings, tmp_path / "whole", method="rcrw")
    stop = loop._Run.end_epoch

    def end_and_stop(self, rate):
        stop(self, rate)
        self.leave()

    with monkeypatch.context() as patch:
        patch.setattr(loop._Run, "end_epoch", end_and_stop)
        with pytest.raises(KeyboardInterrupt):
            run_of(settings, tmp_path / "parts", method="rcrw")
    parts = run_of(settings, tmp_path / "parts", method="rcrw")
    assert [row["loss"] for row in parts.history] == [row["loss"] for row in whole.history]
    for array, other in zip(read_tiny_weights(whole.weights), read_tiny_weights(parts.weights), strict=True):
        np.testing.assert_array_equal(array, other)


def test_very_many_samples_are_measured_by_some_of_them(settings, monkeypatch):
    read, seen = read_samples(settings), []
    monkeypatch.setattr(module, "_MOST_CHECKED", 5)
    monkeypatch.setattr(module, "_MOST_TURNED", 5)
    monkeypatch.setattr(module, "errors_on", lambda _, check: seen.append(check) or {"val_mae": 1.0})
    measure = module.measure
    monkeypatch.setattr(module, "measure", lambda *given: seen.append(given[2]) or measure(*given))
    task_of(settings)
    crops, [view] = seen
    np.testing.assert_array_equal(crops, read.target[[0, 5, 11, 17, 23]])
    [whole] = read.source.validation
    assert view.indices.tolist() == whole.indices[[0, 1, 3, 5, 7]].tolist()


def test_weights_that_lose_on_the_check_set_are_not_chosen(settings):
    task = task_of(settings)
    before = task.validate()
    assert task.is_better(before, before["val_disagreement"] + 1)
    for factor, refused in ((0.99 * module.MOST_LOSS, False), (1.01 * module.MOST_LOSS, True)):
        figures = {"val_mae": factor * before["val_mae"], "val_disagreement": 0.0}
        assert task.refuses(figures) == refused
        assert task.is_better(figures, None) != refused


def test_where_no_epoch_holds_the_check_set_nothing_is_kept_or_called_the_best(settings, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(module, "MOST_LOSS", 0.01)
    for _ in range(2):  # the second time the run is found finished
        with pytest.raises(InputError, match="No weights are kept: every epoch lost more than 3% on the check set"):
            adapt(dataclasses.replace(settings, method="none", epochs=1), runs=tmp_path)
        assert not list(tmp_path.rglob("ssrnet_ori_mt*.h5"))
        assert "best" not in capsys.readouterr().out.lower()
    assert list(tmp_path.rglob("curves.png"))


def test_features_stand_beside_the_same_answer():
    network = build_model("ssrnet_ori_mt", image_size=SIZE)
    images = bright_side_set(4).image.astype(np.float32)
    angles, features = (keras.ops.convert_to_numpy(part) for part in with_features(network, "ssrnet_ori_mt")(images))
    np.testing.assert_allclose(angles, keras.ops.convert_to_numpy(network(images)), atol=1e-5)
    assert len(features) == 4
    assert features.std() > 0


def test_consistency_counts_by_its_weight_and_rises(settings):
    """The loss of a batch at half of the rise."""
    batch = list(task_of(settings, method="rcr").batches.epoch(0))[2]
    assert batch.share == 0.5
    for weight in (0.0, 0.5, 3.0):
        task = task_of(settings, method="rcr", consistency=weight)
        figures = {name: float(value) for name, value in task.model(batch, training=False).items()}
        assert figures["consistency"] > 0
        assert figures["loss"] == pytest.approx(figures["mae"] + weight * 0.5 * figures["consistency"], rel=1e-5)


def test_the_teacher_follows_slowly(settings):
    task = task_of(settings, method="rcr", teacher_decay=0.5)
    model: AdaptModel = task.model
    learner = Learner(model, settings)
    before = [keras.ops.convert_to_numpy(v) for v in model.teacher.variables]
    for batch in task.batches.epoch(0):
        learner.step(batch, 1e-2)
    after = [keras.ops.convert_to_numpy(v) for v in model.teacher.variables]
    assert any(np.abs(one - other).max() > 0 for one, other in zip(before, after, strict=True))
    assert not {id(v) for v in model.teacher.variables} & {id(v) for v in model.trainable_variables}


def test_the_source_is_drawn_by_its_chances_and_lambda_rises(settings):
    source = Batches(read_samples(settings).source.train, 8, seed=0)
    chances = np.zeros(source.samples)
    chances[[2, 5]] = 1, 3
    target = bright_side_set(20).image
    batches = AdaptBatches(source, target, chances, np.ones(source.samples), steps=50, rise_steps=10, seed=0)
    numbers = np.concatenate([batches.drawn(0, step)[0] for step in range(50)])
    assert set(numbers.tolist()) == {2, 5}
    assert 0.65 < (numbers == 5).mean() < 0.85
    shares = [float(batch.share) for batch in batches.epoch(0)]
    assert shares[:3] == pytest.approx([0, 0.1, 0.2])
    assert shares[-1] == 1
    assert "source samples" in batches.describe(0, 0)


def test_pictures_of_a_folder_become_crops(repository, tmp_path):
    import shutil

    for number in range(3):
        shutil.copy(repository / "demo/assets/group.jpg", tmp_path / f"{number}.jpg")
    (tmp_path / ".2.jpg.part.jpg").write_bytes(b"what a killed run left")
    crops = load_target(tmp_path, SIZE)
    assert crops.shape == (18, SIZE, SIZE, 3)


def test_targets_that_are_none(tmp_path):
    with pytest.raises(FileNotFoundError, match="No target"):
        load_target(tmp_path / "nowhere", SIZE)
    with pytest.raises(InputError, match="no picture"):
        load_target(tmp_path, SIZE)
    few = tmp_path / "few.npz"
    bright_side_set(FEWEST - 1).save(few)
    with pytest.raises(InputError, match=f"at least {FEWEST}"):
        load_target(few, SIZE)
    with pytest.raises(InputError, match="pixels"):
        load_target(few, 2 * SIZE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "magic"},
        {"target": ""},
        {"steps": 0},
        {"rise_steps": 0},
        {"strength": -1.0},
        {"consistency": -1.0},
        {"consistency": math.inf},
        {"weights": ""},
        {"neighbours": 0},
        {"weight_decay": 0.05, "method": "adabn"},
    ],
)
def test_settings_that_cannot_be(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        AdaptSettings(**{"target": "crops.npz", **wrong})


def test_the_rotation_has_its_share_of_the_loss(settings):
    batch = next(task_of(settings, method="none").batches.epoch(0))
    plain, whole = (task_of(settings, method="none", rotation_loss=share).model(batch) for share in (0.0, 1.0))
    assert float(plain["loss"]) == pytest.approx(float(plain["mae"]))
    assert float(whole["mae"]) == pytest.approx(float(plain["mae"]), rel=1e-3)
    assert abs(float(whole["loss"]) - float(whole["mae"])) > 0.1


def test_source_faces_without_a_labelled_roll_are_not_turned(settings, monkeypatch):
    asked, call = [], Augment.call
    monkeypatch.setattr(Augment, "call", lambda self, *given: asked.append(given[2:]) or call(self, *given))
    task = task_of(settings, method="none")
    batch = next(task.batches.epoch(0))
    batch.weight[1:, 2] = 0.0
    task.model(batch)
    assert [keras.ops.convert_to_numpy(may_turn).sum() for (may_turn,) in asked] == [1]


def test_what_is_frozen_is_asked_of_the_network(settings, monkeypatch):
    asked, build = [], module.build_network
    monkeypatch.setattr(
        module, "build_network", lambda *args, **named: asked.append(named["freeze"]) or build(*args, **named)
    )
    task_of(settings, freeze=("ssr_G*",))
    assert asked == [("ssr_G*",)]
