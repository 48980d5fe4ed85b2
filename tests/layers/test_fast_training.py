"""The faster layers give Keras' numbers: outputs, moving statistics and, through a step of training, gradients."""

import keras
import numpy as np
import pytest

from fsanet.layers import FusedBatchNormalization, SeparableConv2D

NORMALISATIONS = (FusedBatchNormalization, keras.layers.BatchNormalization)


def trained(x, y, make_layers) -> keras.Model:
    """A model of some layers after one step."""
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input(x.shape[1:]), *make_layers()])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.train_on_batch(x, y)
    return model


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    return rng.normal(3, 2, (4, 6, 6, 3)).astype("float32"), rng.random((4, 4, 4, 4)).astype("float32")


def test_outputs_and_moving_statistics_are_those_of_keras(batch):
    x, _ = batch
    fused, plain = (make(momentum=0.9) for make in NORMALISATIONS)
    outputs = [keras.ops.convert_to_numpy(layer(x, training=True)) for layer in (fused, plain)]
    np.testing.assert_allclose(*outputs, atol=1e-5)
    np.testing.assert_allclose(outputs[0].mean((0, 1, 2)), 0, atol=1e-5)
    for a, b in zip(fused.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
    np.testing.assert_allclose(fused.get_weights()[3], 0.9 + 0.1 * x.var((0, 1, 2)), rtol=1e-5)


def test_a_step_of_training_changes_all_weights_alike(batch):
    fused, plain = (trained(*batch, lambda m=make: [keras.layers.Conv2D(4, 3), m()]) for make in NORMALISATIONS)
    for a, b in zip(fused.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_frozen_layer_keeps_its_statistics(batch):
    layer = FusedBatchNormalization(trainable=False)
    outputs = layer(batch[0], training=True)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(outputs), batch[0] / np.sqrt(1.001), rtol=1e-4)
    np.testing.assert_array_equal(layer.get_weights()[2], np.zeros(3))


@pytest.mark.parametrize("shape", [(8, 5), (8, 7, 5)])
def test_other_ranks_are_left_to_keras(shape):
    x = np.random.default_rng(1).random(shape).astype("float32")
    outputs = [keras.ops.convert_to_numpy(make()(x, training=True)) for make in NORMALISATIONS]
    np.testing.assert_allclose(*outputs, atol=1e-6)


CONVOLUTIONS = {
    "as in the streams": {"padding": "same"},
    "strides": {"strides": 2, "padding": "valid"},
    "two maps a channel, dilated, activation": {"depth_multiplier": 2, "dilation_rate": 2, "activation": "tanh"},
    "no bias": {"use_bias": False},
}


@pytest.mark.parametrize("arguments", CONVOLUTIONS.values(), ids=CONVOLUTIONS.keys())
def test_outputs_and_a_step_of_training_are_those_of_keras(arguments):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(4, 9, 9, 3)).astype("float32"), rng.random((4, 4)).astype("float32")
    ours, keras_ = (
        trained(x, y, lambda m=make: [m(4, 3, **arguments), keras.layers.GlobalMaxPooling2D()])
        for make in (SeparableConv2D, keras.layers.SeparableConv2D)
    )
    for a, b in zip(ours.get_weights(), keras_.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
    np.testing.assert_allclose(ours.predict(x, verbose=0), keras_.predict(x, verbose=0), atol=1e-5)
