import keras
import numpy as np

from fsanet.layers import MatrixNormLayer


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
