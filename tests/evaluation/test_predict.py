import numpy as np
import pytest

from fsanet.evaluation import predict as module
from fsanet.evaluation.predict import predict


class FirstPixels:
    """Answers with the first pixel's blue, green and red."""

    def __init__(self):
        self.sizes = []

    def predict(self, crops_bgr):
        self.sizes.append(len(crops_bgr))
        return crops_bgr[:, 0, 0].astype(np.float32)


@pytest.mark.parametrize("count", [0, 1, 4, 11])
def test_any_number_of_crops_keep_their_order(count, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 4)
    images = np.random.default_rng(0).integers(0, 256, (count, 8, 8, 3), np.uint8)
    engine = FirstPixels()
    predicted = predict(engine, images)
    assert predicted.dtype == np.float64
    np.testing.assert_array_equal(predicted, images[:, 0, 0])
    assert sum(engine.sizes) == count
    assert max(engine.sizes, default=0) <= 4
