import keras
import numpy as np

from fsanet.layers import MatrixMultiplyLayer


def test_product_of_each_sample():
    rng = np.random.default_rng(0)
    left, right = rng.random((3, 7, 5)).astype("float32"), rng.random((3, 5, 192)).astype("float32")
    outputs = keras.ops.convert_to_numpy(MatrixMultiplyLayer()([left, right]))
    np.testing.assert_allclose(outputs, np.stack([a @ b for a, b in zip(left, right, strict=True)]), rtol=1e-5)
