import keras
import numpy as np

from fsanet.layers import MomentsLayer


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
