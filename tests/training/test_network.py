import keras
import numpy as np
import pytest

from fsanet.datasets.augment import NONE, Recipe
from fsanet.datasets.batches import Batch
from fsanet.models.catalog import build_model
from fsanet.training.network import build_network, build_training_model, freeze
from fsanet.training.settings import Settings
from fsanet.weights.saving import save_weights

SMALL = {"model": "ssrnet_ori_mt", "image_size": 16}


def batch(count: int = 4, size: int = 16) -> Batch:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count, size, size, 3), np.uint8)
    return Batch(images, random.normal(0, 20, (count, 3)).astype(np.float32), np.ones((count, 3), np.float32))


def as_arrays(variables) -> list[np.ndarray]:
    return [np.array(keras.ops.convert_to_numpy(variable.value)) for variable in variables]


def small_network() -> keras.Model:
    """Two named layers, one inside a sub-model."""
    image = keras.Input((16, 16, 3))
    body = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Conv2D(2, 3, name="conv")], name="body")
    return keras.Model(image, keras.layers.Dense(3, name="head")(keras.layers.Flatten()(body(image))), name="small")


def test_the_training_model_packs_predictions_with_their_labels():
    network = small_network()
    model = build_training_model(network, Settings(**SMALL, augmentation=NONE), batch())
    packed = keras.ops.convert_to_numpy(model(tuple(batch()), training=True))
    predicted = keras.ops.convert_to_numpy(network(batch().image.astype(np.float32)))
    np.testing.assert_allclose(packed[:, 0], predicted, rtol=1e-5)
    np.testing.assert_array_equal(packed[:, 1], batch().pose)
    np.testing.assert_array_equal(packed[:, 2], batch().weight)


def test_augmentation_changes_image_and_label_in_training_alone():
    model = build_training_model(small_network(), Settings(**SMALL, augmentation=Recipe(flip=1.0)), batch())
    trained = keras.ops.convert_to_numpy(model(tuple(batch()), training=True))
    used = keras.ops.convert_to_numpy(model(tuple(batch()), training=False))
    np.testing.assert_allclose(trained[:, 1], batch().pose * [-1, 1, -1], rtol=1e-6)
    np.testing.assert_array_equal(used[:, 1], batch().pose)
    mirrored = Batch(batch().image[:, :, ::-1], *batch()[1:])
    np.testing.assert_allclose(
        trained[:, 0], keras.ops.convert_to_numpy(model(tuple(mirrored), training=False))[:, 0], atol=1e-2
    )


def test_names_and_patterns_freeze_layers_and_sub_models():
    network = small_network()
    freeze(network, ("body",))
    assert [variable.path for variable in network.trainable_variables] == ["head/kernel", "head/bias"]
    network = small_network()
    freeze(network, ("he*",))
    assert {variable.path.split("/")[-2] for variable in network.trainable_variables} == {"conv"}


def test_wrong_names_list_the_right_ones():
    with pytest.raises(ValueError, match=r"'small' has no layer 'bdy' to freeze\. There are: body, conv, head"):
        freeze(small_network(), ("bdy",))


def test_freezing_all_is_an_error():
    with pytest.raises(ValueError, match=r"With \* frozen, nothing of 'small' is left to train"):
        freeze(small_network(), ("*",))


@pytest.mark.slow
def test_fine_tuning_starts_from_weights_and_leaves_frozen_layers(tmp_path):
    start = build_model("ssrnet_ori_mt", image_size=16)
    save_weights(start, tmp_path / "start.h5")
    settings = Settings(**SMALL, weights=str(tmp_path / "start.h5"), freeze=("ssr_G_model",))
    network = build_network(settings)
    before = as_arrays(network.get_layer("ssr_G_model").variables)
    for given, value in zip(as_arrays(start.get_layer("ssr_G_model").variables), before, strict=True):
        np.testing.assert_array_equal(given, value)
    model = build_training_model(network, settings, batch())
    heads = as_arrays(network.trainable_variables)
    model.train_on_batch(tuple(batch()), batch().pose)
    for frozen, value in zip(as_arrays(network.get_layer("ssr_G_model").variables), before, strict=True):
        np.testing.assert_array_equal(frozen, value)
    pairs = zip(as_arrays(network.trainable_variables), heads, strict=True)
    assert any(not np.array_equal(trained, head) for trained, head in pairs)


def test_precision_is_that_of_the_network_alone():
    before = keras.config.dtype_policy().name
    network = build_network(Settings(**SMALL, precision="mixed_bfloat16"))
    assert network.get_layer("ssr_G_model").get_layer("x_conv1").compute_dtype == "bfloat16"
    assert network.outputs[0].dtype == "float32"
    assert keras.config.dtype_policy().name == before


def test_unknown_weights_are_an_error():
    with pytest.raises(ValueError, match="No weights are catalogued for training set 'nowhere'"):
        build_network(Settings(model="capsule", weights="nowhere"))
