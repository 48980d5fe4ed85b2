import keras
import numpy as np
import pytest

from fsanet.weights.assign import assign, named_variables


@pytest.fixture
def model():
    inner_input = keras.Input((2,))
    inner = keras.Model(inner_input, keras.layers.Dense(3, name="dense")(inner_input), name="inner")
    outer_input = keras.Input((2,))
    normalised = keras.layers.BatchNormalization(name="bn")(inner(outer_input))
    return keras.Model(outer_input, normalised, name="outer")


@pytest.fixture
def arrays(model):
    return {name: np.full(v.shape, n + 1.0) for n, (name, v) in enumerate(named_variables(model).items())}


def test_names_lead_through_sub_models(model):
    expected = ["inner/dense/kernel", "inner/dense/bias", *(f"bn/{n}" for n in ("gamma", "beta"))]
    assert list(named_variables(model)) == [*expected, "bn/moving_mean", "bn/moving_variance"]


def test_all_arrays_go_where_they_belong(model, arrays):
    assign(model, dict(reversed(arrays.items())), "A file")
    assert [weight.flat[0] for weight in model.get_weights()] == [1, 2, 3, 4, 5, 6]


def test_one_error_lists_everything(model, arrays):
    del arrays["inner/dense/bias"], arrays["bn/beta"]
    arrays["lstm/kernel"] = np.ones(2)
    arrays["inner/dense/kernel"] = np.ones((3, 2))
    arrays["bn/gamma"][1] = np.nan
    arrays["bn/moving_mean"][0] = -np.inf
    with pytest.raises(ValueError) as error:
        assign(model, arrays, "The file 'x.h5'")
    assert str(error.value) == (
        "The file 'x.h5' cannot be loaded into the model 'outer'. Missing: inner/dense/bias, bn/beta. "
        "Unexpected: lstm/kernel. Of another shape: inner/dense/kernel (3, 2) instead of (2, 3). "
        "The file itself holds NaN or infinite values in: bn/gamma, bn/moving_mean."
    )


def test_nothing_changes_when_something_does_not_fit(model, arrays):
    before = model.get_weights()
    arrays["bn/gamma"] = np.ones(4)
    with pytest.raises(ValueError, match="Of another shape"):
        assign(model, arrays, "A file")
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
