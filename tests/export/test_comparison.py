"""The comparison that every export passes before it takes its name."""

import numpy as np
import pytest

from fsanet.export.comparison import check_same_angles


@pytest.fixture(scope="module")
def model(stirred):
    return stirred("noS_metric")


def test_a_differing_export_is_refused(model):
    def off(crops_bgr):
        return np.asarray(model.predict_on_batch(crops_bgr)) + 0.002

    with pytest.raises(ValueError, match=r"'off.onnx' differs from its Keras model by up to 0.002 degrees"):
        check_same_angles(model, off, "off.onnx")


def test_angles_that_are_no_numbers_are_refused(model):
    with pytest.raises(ValueError, match="differs from its Keras model by up to nan degrees"):
        check_same_angles(model, lambda crops: np.full((len(crops), 3), np.nan), "nan.onnx")
