import keras
import numpy as np
import pytest
from keras import ops

from fsanet.training.adaptation.adversary import Discriminator, domain_loss, reversal_strength, reverse_gradient


def test_the_value_stays_and_the_gradient_is_reversed():
    """A line fitted by gradient descent climbs instead."""
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    image = keras.Input((1,))
    model = keras.Model(image, reverse_gradient(layer(image), 0.5))
    x, y = np.ones((4, 1), np.float32), np.zeros((4, 1), np.float32)
    assert ops.convert_to_numpy(model(x)) == pytest.approx(1.0)
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    model.train_on_batch(x, y)
    # d mse / d kernel = 2: plain descent would give 0.8, half of it reversed gives 1.1
    assert float(ops.convert_to_numpy(layer.kernel)[0, 0]) == pytest.approx(1.1, abs=1e-6)


def test_lambda_rises_as_ganin_has_it():
    at = [float(reversal_strength(ops.convert_to_tensor(share), 2.0)) for share in (0.0, 0.1, 1.0)]
    assert at == pytest.approx([0.0, 2 * (2 / (1 + np.exp(-1)) - 1), 2 * (2 / (1 + np.exp(-10)) - 1)], abs=1e-6)


def test_cross_entropy_of_domains_by_hand():
    source, target = ops.convert_to_tensor([0.0, 2.0]), ops.convert_to_tensor([1.0])
    expected = 0.5 * (np.log1p(np.exp(2.0)) + np.log1p(np.exp(-1.0)))
    assert float(domain_loss(source, target, ops.convert_to_tensor([0.0, 3.0]))) == pytest.approx(expected, abs=1e-6)


def test_a_discriminator_learns_what_differs():
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    features = keras.Input((5,))
    model = keras.Model(features, Discriminator()(features))
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    x = rng.normal(size=(256, 5)).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.float32)
    model.fit(x, y, epochs=3, verbose=0)
    assert ((ops.convert_to_numpy(model(x)) > 0) == (y > 0.5)).mean() > 0.9
