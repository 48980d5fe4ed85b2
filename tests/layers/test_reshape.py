import keras
import numpy as np

from fsanet.layers import ReshapeLayer


def test_samples_are_reshaped_row_by_row():
    x = np.arange(24, dtype=np.float32).reshape(2, 12)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(ReshapeLayer((3, 4))(x)), x.reshape(2, 3, 4))


def test_batch_stays_unknown_and_the_rest_known():
    assert ReshapeLayer((3, 4))(keras.Input((12,))).shape == (None, 3, 4)
