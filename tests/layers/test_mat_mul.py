import keras
import numpy as np
import pytest

from fsanet.layers import MatMulLayer

CAPSULES = np.random.default_rng(0).standard_normal((2, 21, 64)).astype(np.float32)


@pytest.mark.parametrize(
    ("along", "units", "formula", "name"),
    [("features", 16, "bcf,fu->bcu", "kernel_type1"), ("capsules", 3, "bcf,cu->buf", "kernel_type2")],
)
def test_maps_one_axis(along, units, formula, name):
    layer = MatMulLayer(units, along=along)
    outputs = keras.ops.convert_to_numpy(layer(CAPSULES))
    np.testing.assert_allclose(outputs, np.einsum(formula, CAPSULES, layer.get_weights()[0]), atol=1e-4)
    assert layer.kernel.name == name


def test_another_axis_is_an_error():
    with pytest.raises(ValueError, match=r"one of \['capsules', 'features'\], got along='rows'"):
        MatMulLayer(3, along="rows")
