import keras
import numpy as np
import pytest

from fsanet.layers import MatrixNormLayer, PrimCapsLayer

RNG = np.random.default_rng(0)
STRUCTURE = RNG.random((2, 7, 192)).astype(np.float32)
FEATURES = RNG.standard_normal((2, 192, 64)).astype(np.float32)


def capsules(structure, features, **settings):
    norm = MatrixNormLayer(**settings)(structure)
    outputs = PrimCapsLayer(**settings)([structure, features, norm])
    return keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32"))


def test_weighted_mean_of_features():
    expected = [np.average(f, axis=0, weights=row) for s, f in zip(STRUCTURE, FEATURES, strict=True) for row in s]
    np.testing.assert_allclose(capsules(STRUCTURE, FEATURES).reshape(14, 64), expected, atol=1e-5)


def test_large_features_stay_in_the_range_of_float16():
    """192 positions times a score of 5 times a feature of 300 would be 288,000."""
    outputs = capsules(5 * np.ones((1, 7, 192)), 300 * np.ones((1, 192, 64)), dtype="mixed_float16")
    np.testing.assert_allclose(outputs, 300, rtol=0.01)


@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_a_structure_of_zeros_takes_no_feature(policy):
    np.testing.assert_array_equal(capsules(0 * STRUCTURE, FEATURES, dtype=policy), np.zeros((2, 7, 64)))
