import keras
import numpy as np
import pytest

from fsanet.tensors import layers_in, narrow, widen


def dtype_of(x) -> str:
    return keras.backend.standardize_dtype(x.dtype)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_widened_to_float32(dtype):
    assert dtype_of(widen(keras.ops.ones(2, dtype=dtype))) == "float32"


def test_float64_is_not_narrowed():
    if keras.backend.backend() == "jax":
        pytest.skip("JAX has no float64 unless a flag turns it on")
    assert dtype_of(widen(keras.ops.ones(2, dtype="float64"))) == "float64"


@pytest.mark.parametrize(("dtype", "largest"), [("float16", 65504.0), ("float32", 1e30)])
def test_narrowed_without_infinity(dtype, largest):
    x = keras.ops.convert_to_tensor(np.array([-1e30, 0.5, 1e30], np.float32))
    y = narrow(x, dtype)
    assert dtype_of(y) == dtype
    np.testing.assert_allclose(keras.ops.convert_to_numpy(keras.ops.cast(y, "float32")), [-largest, 0.5, largest])


def test_layers_are_of_a_precision_within_it_alone_though_it_ends_in_an_error():
    before, built = keras.config.dtype_policy().name, []

    def build():
        with layers_in("mixed_bfloat16"):
            built.append(keras.layers.Dense(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        build()
    assert built[0].compute_dtype == "bfloat16"
    assert keras.config.dtype_policy().name == before


def test_inputs_are_of_that_precision_too():
    """Where a person's keras.json says float16, for one."""
    keras.config.set_floatx("float16")
    try:
        with layers_in("float32"):
            assert keras.Input((1,)).dtype == "float32"
        assert keras.config.floatx() == "float16"
    finally:
        keras.config.set_floatx("float32")
