import keras
import numpy as np
import pytest

from fsanet.training.optimizer import build_optimizer, running_mean
from fsanet.training.settings import Settings


def variable(values, name: str) -> keras.Variable:
    return keras.Variable(np.asarray(values, np.float32), name=name)


def as_array(value) -> np.ndarray:
    return keras.ops.convert_to_numpy(value)


def train(optimizer, variables, steps: int) -> list[np.ndarray]:
    """Constant gradients; returns the first variable's value after each step."""
    optimizer.build(variables)
    values = []
    for _ in range(steps):
        optimizer.apply([keras.ops.ones(v.shape) for v in variables], variables)
        values.append(np.array(as_array(variables[0].value)))
    return values


def test_running_mean_follows_its_definition():
    kernel = variable([5.0, -3.0], "kernel")
    optimizer = build_optimizer(Settings(ema=0.8, learning_rate=0.1))
    values = train(optimizer, [kernel], 12)
    expected = np.zeros(2)
    for step, value in enumerate(values):
        decay = min(0.8, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * value
    [(trained, mean)] = running_mean(optimizer)
    assert trained is kernel
    np.testing.assert_allclose(as_array(mean.value), expected, rtol=1e-5)


def test_the_random_start_is_soon_forgotten():
    kernel = variable([1000.0], "kernel")
    optimizer = build_optimizer(Settings(ema=0.9999, learning_rate=0.1))
    optimizer.build([kernel])
    kernel.assign([1.0])
    for _ in range(50):
        optimizer.apply([keras.ops.zeros((1,))], [kernel])
    assert as_array(running_mean(optimizer)[0][1].value)[0] == pytest.approx(1.0, abs=0.1)


def test_there_is_no_mean_without_ema_or_before_the_first_step():
    kernel = variable([1.0], "kernel")
    plain = build_optimizer(Settings())
    train(plain, [kernel], 1)
    assert running_mean(plain) == []
    fresh = build_optimizer(Settings(ema=0.9))
    fresh.build([kernel])
    assert running_mean(fresh) == []


def test_weight_decay_spares_biases_and_normalisations():
    variables = [variable([2.0], name) for name in ("kernel", "bias", "gamma", "beta")]
    optimizer = build_optimizer(Settings(weight_decay=0.5, learning_rate=0.1))
    optimizer.build(variables)
    optimizer.apply([keras.ops.zeros((1,)) for _ in variables], variables)
    assert [float(as_array(v.value)[0]) for v in variables] == pytest.approx([2.0 * (1 - 0.5 * 0.1), 2.0, 2.0, 2.0])
