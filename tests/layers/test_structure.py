"""Scores, structure and primary capsules against NumPy."""

import keras
import numpy as np
import pytest

from fsanet.layers import MatrixMultiplyLayer, MatrixNormLayer, MomentsLayer, PrimCapsLayer


def test_product_of_each_sample():
    rng = np.random.default_rng(0)
    left, right = rng.random((3, 7, 5)).astype("float32"), rng.random((3, 5, 192)).astype("float32")
    outputs = keras.ops.convert_to_numpy(MatrixMultiplyLayer()([left, right]))
    np.testing.assert_allclose(outputs, np.stack([a @ b for a, b in zip(left, right, strict=True)]), rtol=1e-5)


def norm(matrix, **settings):
    return keras.ops.convert_to_numpy(keras.ops.cast(MatrixNormLayer(**settings)(matrix), "float32"))


def test_sum_of_each_row():
    matrix = np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    np.testing.assert_array_equal(norm(matrix), [[[6], [22], [38]]])


def test_sums_in_float32_under_half_precision():
    """bfloat16 counts 256 + 1 as 256, and would stay there; 256 + 191 is 447, which it stores as 448."""
    matrix = np.ones((1, 1, 192), np.float32)
    matrix[..., 0] = 256
    np.testing.assert_array_equal(norm(matrix, dtype="mixed_bfloat16"), [[[448]]])


def test_population_variance_over_the_channels():
    maps = np.random.default_rng(0).normal(5, 3, (2, 8, 8, 64)).astype(np.float32)
    outputs = keras.ops.convert_to_numpy(MomentsLayer()(maps))
    np.testing.assert_allclose(outputs, maps.astype(np.float64).var(-1), rtol=1e-4)


def test_by_hand():
    outputs = keras.ops.convert_to_numpy(MomentsLayer()(np.array([[[[1.0, 3.0]]]], np.float32)))
    np.testing.assert_allclose(outputs, [[[1.0]]])


def test_what_float16_cannot_hold_becomes_its_largest_value():
    maps = np.array([[[[-1000.0, 1000.0]]]], np.float32)
    outputs = MomentsLayer(dtype="mixed_float16")(maps)
    assert float(keras.ops.cast(outputs, "float32")[0, 0, 0]) == 65504.0


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


@pytest.mark.parametrize("scale", [1.0, 1e-4, 1e-7])
def test_faint_structure_is_weighed_as_a_strong_one(scale):
    """Rows of sigmoids far below a half still sum to more than the smallest divisor: their mean is a mean."""
    faint = capsules(scale * STRUCTURE, FEATURES)
    np.testing.assert_allclose(faint, capsules(STRUCTURE, FEATURES), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_a_structure_of_zeros_takes_no_feature(policy):
    np.testing.assert_array_equal(capsules(0 * STRUCTURE, FEATURES, dtype=policy), np.zeros((2, 7, 64)))
