"""Linear maps and NetVLAD against NumPy."""

import keras
import numpy as np
import pytest

from fsanet.layers import MatMulLayer, NetVLAD

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


def vlad_oracle(vectors, w1, b1, w2, h1):
    """NetVLAD as the literature writes it, cluster by cluster."""
    outputs = []
    for x in vectors.astype(np.float64):
        scores = np.exp(x @ w1 + b1)
        assignment = scores / scores.sum(-1, keepdims=True)
        columns = []
        for k in range(w1.shape[1]):
            residual = sum(a * (v - w2[0, :, k]) for a, v in zip(assignment[:, k], x, strict=True))
            columns.append(residual / np.linalg.norm(residual))
        flat = np.stack(columns, axis=-1).reshape(-1)
        outputs.append(flat / np.linalg.norm(flat) @ h1)
    return np.array(outputs)


def test_agrees_with_the_oracle():
    vectors = np.random.default_rng(0).standard_normal((2, 21, 64)).astype(np.float32)
    layer = NetVLAD(3, 48)
    outputs = keras.ops.convert_to_numpy(layer(vectors))
    np.testing.assert_allclose(outputs, vlad_oracle(vectors, *layer.get_weights()), atol=1e-4)


def test_variables_have_the_published_names_and_sizes():
    layer = NetVLAD(3, 48)
    layer.build((None, 21, 64))
    shapes = {variable.name: tuple(variable.shape) for variable in layer.weights}
    assert shapes == {"kernel_W1": (64, 3), "kernel_B1": (3,), "kernel_W2": (1, 64, 3), "kernel_H1": (192, 48)}


def test_start_values_spread_by_features_and_by_clusters():
    keras.utils.set_random_seed(0)
    layer = NetVLAD(3, 48)
    layer.build((None, 21, 64))
    w1, _, _, h1 = layer.get_weights()
    np.testing.assert_allclose(w1.std(), 1 / np.sqrt(64), rtol=0.2)
    np.testing.assert_allclose(h1.std(), 1 / np.sqrt(3), rtol=0.05)
