import keras
import numpy as np
import pytest


@pytest.fixture(scope="module")
def small_finder():
    """A stand-in for a finder: rows of six numbers, of which the first is large where the picture is bright."""
    keras.utils.set_random_seed(2)
    image = keras.Input((None, None, 3), name="image")
    x = keras.layers.Rescaling(1 / 64, -2.0)(image)
    x = keras.layers.ReLU()(keras.layers.Conv2D(8, 3, 2, "same")(x))
    x = keras.layers.UpSampling2D()(keras.layers.Conv2D(8, 1)(keras.layers.AveragePooling2D(2)(x)))
    return keras.Model(image, keras.layers.Reshape((-1, 6))(keras.layers.Conv2D(6, 1)(x)), name="small")


@pytest.fixture(scope="module")
def noise_pictures():
    return list(np.random.default_rng(5).integers(0, 256, (4, 90, 70, 3)).astype(np.uint8))
