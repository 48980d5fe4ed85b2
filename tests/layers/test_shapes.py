import keras
import numpy as np
import pytest

from fsanet.layers import ReshapeLayer, SplitLayer, UnstackLayer


def test_samples_are_reshaped_row_by_row():
    x = np.arange(24, dtype=np.float32).reshape(2, 12)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(ReshapeLayer((3, 4))(x)), x.reshape(2, 3, 4))


def test_batch_stays_unknown_and_the_rest_known():
    assert ReshapeLayer((3, 4))(keras.Input((12,))).shape == (None, 3, 4)


def test_parts_follow_one_another():
    x = np.arange(32, dtype=np.float32).reshape(2, 16)
    parts = [keras.ops.convert_to_numpy(part) for part in SplitLayer([4, 4, 8])(x)]
    for part, expected in zip(parts, (x[:, :4], x[:, 4:8], x[:, 8:]), strict=True):
        np.testing.assert_array_equal(part, expected)


def test_rows_one_by_one():
    x = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    rows = [keras.ops.convert_to_numpy(row) for row in UnstackLayer()(x)]
    np.testing.assert_array_equal(np.stack(rows, axis=1), x)


def test_sizes_that_do_not_add_up_are_an_error():
    with pytest.raises(ValueError, match=r"sizes \[4, 4, 8\] takes 16 features, got shape \(2, 15\)"):
        SplitLayer([4, 4, 8])(np.zeros((2, 15), np.float32))
