import keras
import numpy as np
import pytest
from keras import ops

from fsanet.datasets.augment import NONE, Recipe
from fsanet.datasets.augment.layer import Augment
from fsanet.datasets.batches import Batch
from fsanet.models.build import build_model
from fsanet.pose.errors import geodesic_errors
from fsanet.training.crop_model import (
    CropModel,
    build_network,
    freeze_layers,
    mean_absolute_error_deg,
    rotation_distance_deg,
)
from fsanet.training.learner import Learner, as_numbers
from fsanet.training.plan import Plan
from fsanet.weights.saving import save_weights

PREDICTED = np.array([[10.0, 0.0, 0.0], [0.0, 20.0, -6.0]], np.float32)
TRUE = np.array([[4.0, 0.0, 3.0], [0.0, 0.0, 0.0]], np.float32)
ONES = np.ones((2, 3), np.float32)


def batch(count: int = 4, size: int = 16) -> Batch:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count, size, size, 3), np.uint8)
    return Batch(images, random.normal(0, 20, (count, 3)).astype(np.float32), np.ones((count, 3), np.float32))


def as_arrays(variables) -> list[np.ndarray]:
    return [np.array(ops.convert_to_numpy(variable.value)) for variable in variables]


def small_network() -> keras.Model:
    """Two named layers, one inside a sub-model."""
    image = keras.Input((16, 16, 3))
    body = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Conv2D(2, 3, name="conv")], name="body")
    return keras.Model(image, keras.layers.Dense(3, name="head")(keras.layers.Flatten()(body(image))), name="small")


def model_of(network: keras.Model, recipe: Recipe = NONE, rotation_share: float = 0.0) -> CropModel:
    model = CropModel(network, Augment(recipe, seed=0), rotation_share)
    model.build([part.shape for part in batch()])
    return model


class Constant(keras.layers.Layer):
    """Predicts `PREDICTED` whatever it sees."""

    def call(self, images):
        return ops.convert_to_tensor(PREDICTED) + 0 * ops.sum(images)


def constant_figures(weight=ONES, rotation_share: float = 0.0) -> dict[str, float]:
    image = keras.Input((8, 8, 3))
    model = CropModel(keras.Model(image, Constant()(image)), Augment(NONE), rotation_share)
    images = np.zeros((2, 8, 8, 3), np.uint8)
    return as_numbers(model((images, TRUE, weight), training=True))


class TestLoss:
    def test_the_papers_loss_is_the_mean_absolute_error(self):
        figures = constant_figures()
        assert figures["mae"] == pytest.approx((6 + 0 + 3 + 0 + 20 + 6) / 6)
        assert figures["loss"] == figures["mae"]

    def test_labels_without_weight_do_not_count(self):
        weight = np.array([[1, 1, 0], [1, 1, 0]], np.float32)
        assert constant_figures(weight)["mae"] == pytest.approx((6 + 0 + 0 + 20) / 4)

    def test_a_batch_without_any_label_is_no_nan(self):
        assert constant_figures(0 * ONES, rotation_share=0.5) == {"loss": 0, "mae": 0}

    def test_rotation_distance_is_near_the_geodesic_error(self):
        exact = geodesic_errors(PREDICTED, TRUE)
        expected = np.rad2deg(2 * np.sin(np.deg2rad(exact) / 2)).mean()
        assert constant_figures(rotation_share=1.0)["loss"] == pytest.approx(expected, abs=0.02)

    def test_rotation_distance_needs_all_three_labels(self):
        weight = np.array([[1, 1, 0], [1, 1, 1]], np.float32)
        second = np.rad2deg(2 * np.sin(np.deg2rad(geodesic_errors(PREDICTED[1:], TRUE[1:])) / 2))[0]
        assert constant_figures(weight, rotation_share=1.0)["loss"] == pytest.approx(second, abs=0.02)

    def test_the_mixture_is_linear(self):
        parts = [float(loss(PREDICTED, TRUE, ONES)) for loss in (mean_absolute_error_deg, rotation_distance_deg)]
        assert constant_figures(rotation_share=0.3)["loss"] == pytest.approx(0.7 * parts[0] + 0.3 * parts[1])


def test_augmentation_changes_image_and_label_in_training_alone():
    network = small_network()
    model = model_of(network, Recipe(flip=1.0))
    given = batch()
    trained, used = (as_numbers(model(given, training=training))["mae"] for training in (True, False))
    predicted, mirrored = (ops.convert_to_numpy(network(image)) for image in (given.image, given.image[:, :, ::-1]))
    assert used == pytest.approx(np.abs(predicted - given.pose).mean(), rel=1e-5)
    assert trained == pytest.approx(np.abs(mirrored - given.pose * [-1, 1, -1]).mean(), rel=1e-3)


def test_faces_without_a_labelled_roll_are_not_turned(monkeypatch):
    asked = []
    monkeypatch.setattr(
        Augment, "call", lambda self, images, poses, may_turn: asked.append(may_turn) or (images, poses)
    )
    model, weight = model_of(small_network(), Recipe(turn=1.0)), np.ones((4, 3), np.float32)
    weight[1:3, 2] = 0.0
    model(batch()._replace(weight=weight), training=True)
    assert ops.convert_to_numpy(asked[0]).tolist() == [True, False, False, True]


def test_names_and_patterns_freeze_layers_and_sub_models():
    network = small_network()
    freeze_layers(network, ("body",))
    assert [variable.path for variable in network.trainable_variables] == ["head/kernel", "head/bias"]
    network = small_network()
    freeze_layers(network, ("he*",))
    assert {variable.path.split("/")[-2] for variable in network.trainable_variables} == {"conv"}


def test_layers_within_sub_models_freeze_too():
    network = build_model("ssrnet_ori_mt", image_size=16)
    inner = network.get_layer("ssr_G_model").get_layer("x_conv1")
    freeze_layers(network, ("x_conv1",))
    assert not inner.trainable
    assert len(network.trainable_variables) > 10


def test_wrong_names_list_the_right_ones():
    with pytest.raises(ValueError, match=r"'small' has no layer 'bdy' to freeze\. There are: body, conv, head"):
        freeze_layers(small_network(), ("bdy",))


def test_freezing_all_is_an_error():
    with pytest.raises(ValueError, match=r"With \* frozen, nothing of 'small' is left to train"):
        freeze_layers(small_network(), ("*",))


@pytest.mark.slow
def test_fine_tuning_starts_from_weights_and_leaves_frozen_layers(tmp_path):
    start = build_model("ssrnet_ori_mt", image_size=16)
    save_weights(start, tmp_path / "start.h5")
    network = build_network("ssrnet_ori_mt", 16, weights=str(tmp_path / "start.h5"), freeze=("ssr_G_model",))
    before = as_arrays(network.get_layer("ssr_G_model").variables)
    for given, value in zip(as_arrays(start.get_layer("ssr_G_model").variables), before, strict=True):
        np.testing.assert_array_equal(given, value)
    learner = Learner(model_of(network), Plan())
    heads = as_arrays(network.trainable_variables)
    learner.step(batch(), 1e-3)
    for frozen, value in zip(as_arrays(network.get_layer("ssr_G_model").variables), before, strict=True):
        np.testing.assert_array_equal(frozen, value)
    pairs = zip(as_arrays(network.trainable_variables), heads, strict=True)
    assert any(not np.array_equal(trained, head) for trained, head in pairs)


def test_precision_is_that_of_the_network_alone():
    before = keras.config.dtype_policy().name
    network = build_network("ssrnet_ori_mt", 16, precision="mixed_bfloat16")
    assert network.get_layer("ssr_G_model").get_layer("x_conv1").compute_dtype == "bfloat16"
    assert network.outputs[0].dtype == "float32"
    assert keras.config.dtype_policy().name == before


def test_unknown_weights_are_an_error():
    with pytest.raises(ValueError, match="No weights are catalogued for training set 'nowhere'"):
        build_network("capsule", 64, weights="nowhere")
