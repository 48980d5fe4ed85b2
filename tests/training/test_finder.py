from pathlib import Path

import keras
import numpy as np
import pytest

from fsanet.dense import layout
from fsanet.errors import InputError
from fsanet.models.single_stage import scout
from fsanet.models.single_stage.losses import LossWeights
from fsanet.training import finder
from fsanet.training.finder import FinderModel, FinderPlan, angle_between_deg, finder_task, train_finder, validate


class Says(keras.layers.Layer):
    """A prediction that is the same for every picture, whatever is in it."""

    def __init__(self, rows):
        super().__init__()
        self.rows = rows

    def call(self, image):
        return keras.ops.convert_to_tensor(self.rows[None]) + 0.0 * keras.ops.mean(image)


def network_that_says(rows):
    image = keras.Input((64, 64, 3))
    return keras.Model(image, Says(rows)(image))


def learnt_by_heart(scene):
    target = finder_targets(scene)
    rows = np.zeros((len(target), layout.PREDICTION_SIZE), np.float32)
    positive = target[:, layout.POSITIVE] == 1
    rows[:, layout.SCORE] = np.where(positive, 4.0, -9.0)
    rows[positive, layout.BOX] = np.log(np.maximum(target[positive, layout.TARGET_BOX], 1e-3))
    rows[:, layout.POINTS] = target[:, layout.TARGET_POINTS]
    whole = target[:, layout.TARGET_ROTATION].reshape(-1, 3, 3)
    rows[:, layout.ROTATION_6D] = np.hstack([whole[:, :, 0], whole[:, :, 1]])
    return rows


def finder_targets(scene):
    from fsanet.scenes.stream import target_of

    return target_of(scene)


@pytest.fixture(scope="module")
def scene(bank_folder):
    """A scene of 64 pixels with a face that is to be found, of 12 pixels and more."""
    from fsanet.scenes.labels import findable
    from fsanet.scenes.stream import SceneStream

    stream = SceneStream(bank_folder, None, side=64)
    for number in range(200):
        scene = stream.scene(number)
        if findable(scene.faces).sum() == 1 and finder_targets(scene)[:, layout.POSITIVE].any():
            return scene
    raise AssertionError("no such scene among 200")


def test_a_perfect_network_has_perfect_figures(scene):
    figures = validate(network_that_says(learnt_by_heart(scene)), [scene])
    assert figures["val_ap"] == pytest.approx(1.0)
    assert figures["val_points"] == pytest.approx(0.0, abs=1e-3)
    assert figures["val_pose"] == pytest.approx(0.0, abs=0.2)


def test_a_silent_network_has_the_worst(scene):
    silent = np.full((84, layout.PREDICTION_SIZE), -9.0, np.float32)
    assert validate(network_that_says(silent), [scene]) == {"val_ap": 0.0, "val_points": 1.0, "val_pose": 180.0}


def test_the_model_gives_loss_and_parts(scene):
    rows = learnt_by_heart(scene)
    model = FinderModel(network_that_says(rows), LossWeights(pose=0.5))
    batch = scene.image_bgr[None], finder_targets(scene)[None]
    figures = {name: float(value) for name, value in model(batch, training=True).items()}
    assert set(figures) == {"loss", "score", "box", "points", "pose"}
    parts = [figures[name] * weight for name, weight in (("score", 2.0), ("box", 2.0), ("points", 5.0), ("pose", 0.5))]
    assert figures["loss"] == pytest.approx(sum(parts), rel=1e-5)


def test_angles_between_rotations():
    turn = np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    assert angle_between_deg(np.eye(3), turn) == pytest.approx(90)
    assert angle_between_deg(turn, turn) == pytest.approx(0)


def tiny(image_height=None, image_width=None):
    from fsanet.models.single_stage.scout import flat, predict

    image = keras.Input((image_height, image_width, 3))
    levels = []
    for stride in (8, 16, 32):
        x = keras.layers.AveragePooling2D(stride)(image)
        levels.append(flat(predict(x, slice(0, layout.PREDICTION_SIZE)), layout.PREDICTION_SIZE))
    return keras.Model(image, keras.layers.Concatenate(axis=1)(levels))


@pytest.fixture
def plan(bank_folder, monkeypatch):
    monkeypatch.setitem(scout.BUILDERS, "tiny", tiny)
    monkeypatch.setattr(finder, "_VALIDATION_SEED", 0)
    small = {"epochs": 1, "side": 64, "batch_size": 2, "steps": 2, "validation": 2, "model": "tiny"}
    return FinderPlan(bank=str(bank_folder), backgrounds="", **small)


def test_a_run_writes_weights_that_load_again(plan, tmp_path):
    result = train_finder(plan, runs=tmp_path, quiet=True)
    assert result.weights == tmp_path / "scenes" / "tiny" / "tiny.weights.h5"
    network = tiny()
    network.load_weights(result.weights)
    assert {"val_ap", "val_points", "val_pose", "loss"} <= set(result.history[0])


def test_batches_go_on_in_the_middle_of_a_run(plan):
    task = finder_task(plan)
    try:
        first, second = task.batches.epoch(0)
        [again] = task.batches.epoch(0, first_step=1)
        np.testing.assert_array_equal(second.image, again.image)
        assert (first.image != second.image).any()
        assert task.highest
        assert Path(task.file_name).name == "tiny.weights.h5"
    finally:
        task.batches.close()


@pytest.mark.parametrize("wrong", [{"side": 100}, {"steps": 0}, {"workers": 0}])
def test_plans_that_cannot_be(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        FinderPlan(**wrong)


def test_an_unknown_network_lists_the_right_ones():
    with pytest.raises(InputError, match="Unknown finder 'owl'; choose one of: scout"):
        scout.build_finder("owl")
