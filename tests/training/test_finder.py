import dataclasses
import math
import multiprocessing
from pathlib import Path

import keras
import numpy as np
import pytest

from fsanet.dense import layout
from fsanet.errors import InputError
from fsanet.models.single_stage import table
from fsanet.models.single_stage.losses import weighted_sum
from fsanet.models.single_stage.table import FINDERS, get_finder
from fsanet.training import finder
from fsanet.training.finder import FinderModel, FinderPlan, finder_task, train_finder, validate
from tests.scenes.conftest import write_photograph


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
    rows = np.zeros((len(target), layout.CELL_PREDICTION_SIZE), np.float32)
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
    from fsanet.scenes.ingredients import Ingredients
    from fsanet.scenes.labels import findable
    from fsanet.scenes.stream import SceneStream

    stream = SceneStream(Ingredients(bank_folder), side=64)
    for number in range(200):
        scene = stream.scene(number)
        if findable(scene.faces).sum() == 1 and finder_targets(scene)[:, layout.POSITIVE].any():
            return scene
    raise AssertionError("no such scene among 200")


def test_a_perfect_network_has_perfect_figures(scene):
    figures = validate(FINDERS["scout"], network_that_says(learnt_by_heart(scene)), [scene])
    assert figures["val_ap"] == pytest.approx(1.0)
    assert figures["val_points"] == pytest.approx(0.0, abs=1e-3)
    assert figures["val_pose"] == pytest.approx(0.0, abs=0.2)


def test_a_silent_network_has_the_worst(scene):
    silent = np.full((84, layout.CELL_PREDICTION_SIZE), -9.0, np.float32)
    assert validate(FINDERS["scout"], network_that_says(silent), [scene]) == {
        "val_ap": 0.0,
        "val_points": 1.0,
        "val_pose": 180.0,
    }


def test_the_model_gives_loss_and_parts(scene):
    rows = learnt_by_heart(scene)
    weights = {**FINDERS["scout"].weights, "pose": 0.5}
    model = FinderModel(network_that_says(rows), FINDERS["scout"].parts, weights)
    batch = scene.image_bgr[None], finder_targets(scene)[None]
    figures = {name: float(value) for name, value in model(batch, training=True).items()}
    assert set(figures) == {"loss", "score", "box", "points", "pose", "mask"}
    weights = {"score": 2.0, "box": 4.0, "points": 5.0, "pose": 0.5, "mask": 1.0}
    parts = [figures[name] * weight for name, weight in weights.items()]
    assert figures["loss"] == pytest.approx(sum(parts), rel=1e-5)


def tiny(image_height=None, image_width=None):
    from fsanet.models.single_stage.blocks import flat, predict
    from fsanet.models.single_stage.scout import first_prediction

    image = keras.Input((image_height, image_width, 3))
    levels = []
    for stride in (8, 16, 32):
        x = keras.layers.AveragePooling2D(stride)(image)
        levels.append(flat(predict(x, first_prediction()), layout.CELL_PREDICTION_SIZE))
    return keras.Model(image, keras.layers.Concatenate(axis=1)(levels))


@pytest.fixture
def plan(bank_folder, monkeypatch):
    monkeypatch.setitem(table.FINDERS, "tiny", dataclasses.replace(FINDERS["scout"], build=tiny))
    monkeypatch.setattr(finder, "_VALIDATION_SEED", 0)
    small = {"epochs": 1, "side": 64, "batch_size": 2, "steps": 2, "validation": 2, "model": "tiny"}
    return FinderPlan(bank=str(bank_folder), backgrounds="", **small)


def test_a_run_writes_weights_that_load_again(plan, tmp_path):
    result = train_finder(plan, runs=tmp_path, quiet=True)
    assert result.weights == tmp_path / "scenes" / "tiny" / "tiny.weights.h5"
    network = tiny()
    network.load_weights(result.weights)
    assert {"val_ap", "val_points", "val_pose", "loss"} <= set(result.history[0])


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ("free", "No weights 'free': `fsanet finder train` makes them"),
        ("torn.weights.h5", "'torn.weights.h5' does not hold the weights of 'tiny'"),
    ],
)
def test_weights_that_cannot_be_started_from_are_one_sentence(plan, tmp_path, monkeypatch, weights, sentence):
    monkeypatch.chdir(tmp_path)
    Path("torn.weights.h5").write_text("none", encoding="ascii")
    with pytest.raises((InputError, OSError), match=sentence):
        train_finder(dataclasses.replace(plan, weights=weights), runs=tmp_path, quiet=True)


def test_batches_go_on_in_the_middle_of_a_run(plan):
    with finder_task(plan) as task:
        first, second = task.batches.epoch(0)
        [again] = task.batches.epoch(0, first_step=1)
        np.testing.assert_array_equal(second.image, again.image)
        assert (first.image != second.image).any()
        assert task.highest
        assert Path(task.file_name).name == "tiny.weights.h5"


def test_no_process_draws_scenes_after_a_run(plan, tmp_path):
    before = multiprocessing.active_children()
    train_finder(plan, runs=tmp_path, quiet=True)
    assert not set(multiprocessing.active_children()) - set(before)


def test_a_run_sees_photographs_whole_in_every_other_step(plan, tmp_path):
    write_photograph(tmp_path / "one.png")
    plan = dataclasses.replace(plan, whole=str(tmp_path))
    with finder_task(plan) as task:
        assert [batch.image.shape for batch in task.batches.epoch(0)] == [(2, 64, 64, 3), (1, 128, 128, 3)]
        assert task.about == "3 new scenes of 64 pixels and of twice as many an epoch"
    assert train_finder(plan, runs=tmp_path / "runs", quiet=True).weights.is_file()


def test_a_run_does_not_go_on_with_a_folder_that_it_did_not_have(plan, tmp_path):
    write_photograph(tmp_path / "one.png")
    train_finder(plan, runs=tmp_path / "runs", quiet=True)
    with pytest.raises(InputError, match=r"other settings: .*whole given was False and is True"):
        train_finder(dataclasses.replace(plan, whole=str(tmp_path)), runs=tmp_path / "runs", quiet=True)


def test_a_run_does_not_go_on_with_other_files_in_its_folders(plan, tmp_path):
    plan = dataclasses.replace(plan, whole=str(tmp_path / "photographs"))
    (tmp_path / "photographs").mkdir()
    write_photograph(tmp_path / "photographs" / "one.png")
    with finder_task(plan) as task:
        first = task.samples
    (tmp_path / "photographs").rename(tmp_path / "moved")
    (tmp_path / "moved" / ".hidden").touch()
    moved = dataclasses.replace(plan, whole=str(tmp_path / "moved"))
    with finder_task(moved) as task:
        assert task.samples == first
    (tmp_path / "moved" / "another.txt").touch()
    with finder_task(moved) as task:
        assert task.samples != first


def test_whole_photographs_that_are_not_there_are_told_before_anything_is_written(plan, tmp_path):
    with pytest.raises(FileNotFoundError, match="No photographs with"):
        train_finder(dataclasses.replace(plan, whole=str(tmp_path / "none")), runs=tmp_path / "runs", quiet=True)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    "wrong", [{"side": 100}, {"steps": 0}, {"workers": 0}, {"pose_weight": -0.1}, {"pose_weight": math.inf}]
)
def test_plans_that_cannot_be(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        FinderPlan(**wrong)


def test_an_unknown_network_lists_the_right_ones():
    with pytest.raises(InputError, match="Unknown finder 'owl'; choose one of: scout"):
        get_finder("owl")


def test_a_side_fits_the_largest_stride_of_the_network():
    assert FinderPlan(side=96).side == 96
    with pytest.raises(InputError, match="side is a multiple of 64, not 96"):
        FinderPlan(model="retinaface_resnet50", side=96)


def test_the_pose_counts_as_the_network_has_it_unless_told_otherwise():
    assert FinderPlan().pose_weight == 1.5
    plan = FinderPlan(model="retinaface_mnet025")
    assert plan.weights_of_parts() == {"score": 1.0, "box": 0.25, "points": 0.1, "pose": 0.5}
    assert FinderPlan(model="retinaface_mnet025", pose_weight=0.2).weights_of_parts()["pose"] == 0.2


def test_an_anchor_network_learns_a_batch_of_scenes(bank_folder):
    """Not compiled: that takes longer than the steps."""
    from fsanet.scenes.ingredients import Ingredients
    from fsanet.scenes.stream import SceneStream

    keras.utils.set_random_seed(0)
    row = get_finder("retinaface_mnet025")
    stream = SceneStream(Ingredients(bank_folder), side=64, batch_size=2, encode=row.encode)
    batches = (stream.batch(0, step) for step in range(100))
    image, target = next(batch for batch in batches if batch.target[..., layout.POSITIVE].any())
    network = row.build(64, 64)
    network.compile(
        keras.optimizers.Adam(2e-3),
        loss=lambda target, said: weighted_sum(row.parts(target, said, (64, 64)), row.weights),
        run_eagerly=True,
    )
    losses = [network.train_on_batch(image.astype(np.float32), target) for _ in range(4)]
    assert losses[-1] < 0.9 * losses[0]


def test_a_task_is_told_targets_losses_and_decoding_by_the_row_of_its_network(plan):
    row = FINDERS["retinaface_mnet025"]
    with finder_task(dataclasses.replace(plan, model="retinaface_mnet025", pose_weight=0.4, validation=1)) as task:
        assert task.batches.stream.encode is row.encode
        assert (task.model.parts, task.model.weights_of_parts) == (row.parts, {**row.weights, "pose": 0.4})
        assert task.model.network.name == "retinaface_mnet025"
        assert set(task.validate()) == {"val_ap", "val_points", "val_pose"}
