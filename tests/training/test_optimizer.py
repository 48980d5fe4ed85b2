import keras
import numpy as np
import pytest

from fsanet.models.build import build_model
from fsanet.training.checkpoint import restore, snapshot
from fsanet.training.optimizer import build_optimizer
from fsanet.training.plan import Plan


def variable(values, name: str) -> keras.Variable:
    return keras.Variable(np.asarray(values, np.float32), name=name)


def as_array(value) -> np.ndarray:
    return np.array(keras.ops.convert_to_numpy(value))


def train(optimizer, variables, steps: int) -> list[np.ndarray]:
    """Constant gradients; returns the first variable's value after each step."""
    values = []
    for _ in range(steps):
        optimizer.apply([keras.ops.ones(v.shape) for v in variables], variables)
        values.append(as_array(variables[0].value))
    return values


def test_running_mean_follows_its_definition():
    kernel = variable([5.0, -3.0], "kernel")
    optimizer = build_optimizer(Plan(ema=0.8, learning_rate=0.1), [kernel])
    values = train(optimizer, [kernel], 60)
    expected = values[0]
    for step, value in enumerate(values):
        decay = min(0.8, step / (9 + step))  # 0.8 from step 36 on
        expected = decay * expected + (1 - decay) * value
    with optimizer.averaged():
        np.testing.assert_allclose(as_array(kernel.value), expected, rtol=1e-5)


def test_the_first_mean_is_the_first_value():
    kernel = variable([5.0, -3.0], "kernel")
    optimizer = build_optimizer(Plan(ema=0.999, learning_rate=0.1), [kernel])
    [value] = train(optimizer, [kernel], 1)
    with optimizer.averaged():
        np.testing.assert_allclose(as_array(kernel.value), value, rtol=1e-6)


def test_the_mean_of_what_stays_is_what_stays():
    kernel = variable([5.0], "kernel")
    optimizer = build_optimizer(Plan(ema=0.999, learning_rate=0.1), [kernel])
    for _ in range(4):
        optimizer.apply([keras.ops.zeros((1,))], [kernel])
        with optimizer.averaged():
            assert as_array(kernel.value)[0] == pytest.approx(5.0, rel=1e-6)


def test_a_mean_that_goes_on_from_saved_variables_is_that_of_one_run():
    runs = {}
    for name, stops in {"whole": (), "resumed": (7,)}.items():
        kernel = variable([5.0, -3.0], "kernel")
        optimizer = build_optimizer(Plan(ema=0.8, learning_rate=0.1), [kernel])
        for step in range(20):
            if step in stops:
                kept = snapshot([kernel, *optimizer.variables])
                kernel = variable([0.0, 0.0], "kernel")
                optimizer = build_optimizer(Plan(ema=0.8, learning_rate=0.1), [kernel])
                restore([kernel, *optimizer.variables], kept)
            train(optimizer, [kernel], 1)
        with optimizer.averaged():
            runs[name] = as_array(kernel.value)
    np.testing.assert_array_equal(runs["resumed"], runs["whole"])


def test_the_random_start_is_soon_forgotten():
    kernel = variable([1000.0], "kernel")
    optimizer = build_optimizer(Plan(ema=0.9999, learning_rate=0.1), [kernel])
    kernel.assign([1.0])
    for _ in range(50):
        optimizer.apply([keras.ops.zeros((1,))], [kernel])
    with optimizer.averaged():
        assert as_array(kernel.value)[0] == pytest.approx(1.0, abs=0.1)


def test_the_mean_is_put_in_and_taken_out():
    kernel = variable([1.0, 2.0], "kernel")
    optimizer = build_optimizer(Plan(ema=0.9, learning_rate=0.1), [kernel])
    with optimizer.averaged():  # before the first step there is none
        np.testing.assert_array_equal(as_array(kernel.value), [1.0, 2.0])
    last = train(optimizer, [kernel], 3)[-1]
    with optimizer.averaged():
        assert (as_array(kernel.value) != last).all()
    np.testing.assert_array_equal(as_array(kernel.value), last)


def test_without_a_decay_the_weights_stay():
    kernel = variable([1.0], "kernel")
    optimizer = build_optimizer(Plan(), [kernel])
    [last] = train(optimizer, [kernel], 1)
    with optimizer.averaged():
        np.testing.assert_array_equal(as_array(kernel.value), last)


def test_the_mean_is_a_variable_of_the_optimizer_so_that_it_is_saved():
    kernel = variable([1.0], "kernel")
    without, with_mean = (build_optimizer(Plan(ema=ema), [kernel]).variables for ema in (0.0, 0.9))
    assert len(with_mean) == len(without) + 1
    assert all(slot is not kernel for slot in with_mean)


def test_weight_decay_spares_biases_and_normalisations():
    variables = [variable([2.0], name) for name in ("kernel", "bias", "gamma", "beta")]
    optimizer = build_optimizer(Plan(weight_decay=0.5, learning_rate=0.1), variables)
    optimizer.apply([keras.ops.zeros((1,)) for _ in variables], variables)
    assert [float(as_array(v.value)[0]) for v in variables] == pytest.approx([2.0 * (1 - 0.5 * 0.1), 2.0, 2.0, 2.0])


def test_of_netvlad_no_bias_is_decayed_and_every_kernel_is():
    variables = build_model("netvlad").trainable_variables
    for v in variables:
        v.assign(np.ones(v.shape))
    optimizer = build_optimizer(Plan(weight_decay=0.5, learning_rate=0.1), variables)
    optimizer.apply([keras.ops.zeros(v.shape) for v in variables], variables)
    for v in variables:
        np.testing.assert_allclose(as_array(v.value), 1.0 if len(v.shape) < 2 else 0.95, rtol=1e-6, err_msg=v.path)


def test_gradients_are_scaled_down_together():
    variables = [variable([0.0], "kernel"), variable([0.0], "other")]
    optimizer = build_optimizer(Plan(clip_norm=5.0, learning_rate=1.0), variables)
    optimizer.apply([keras.ops.convert_to_tensor([30.0]), keras.ops.convert_to_tensor([40.0])], variables)
    first_moments = [v for v in optimizer.variables if v.path.endswith("momentum")]
    assert [float(as_array(v.value)[0]) for v in first_moments] == pytest.approx([0.3, 0.4], rel=1e-3)
