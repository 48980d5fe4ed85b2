"""The matrix product gives Keras' numbers: outputs, and through a step of training, gradients."""

import keras
import numpy as np
import pytest

from fsanet.layers import SeparableConv2D

CASES = {
    "as in the streams": {"padding": "same"},
    "strides": {"strides": 2, "padding": "valid"},
    "two maps a channel, dilated, activation": {"depth_multiplier": 2, "dilation_rate": 2, "activation": "tanh"},
    "no bias": {"use_bias": False},
}


def trained(make, arguments, x, y) -> keras.Model:
    """A model of the layer after one step."""
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input(x.shape[1:]), make(4, 3, **arguments), keras.layers.GlobalMaxPooling2D()])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.train_on_batch(x, y)
    return model


@pytest.mark.parametrize("arguments", CASES.values(), ids=CASES.keys())
def test_outputs_and_a_step_of_training_are_those_of_keras(arguments):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(4, 9, 9, 3)).astype("float32"), rng.random((4, 4)).astype("float32")
    ours, keras_ = (trained(make, arguments, x, y) for make in (SeparableConv2D, keras.layers.SeparableConv2D))
    for a, b in zip(ours.get_weights(), keras_.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
    np.testing.assert_allclose(ours.predict(x, verbose=0), keras_.predict(x, verbose=0), atol=1e-5)
