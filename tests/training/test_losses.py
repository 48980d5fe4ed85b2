import keras
import numpy as np
import pytest
from keras import ops

from fsanet.pose.errors import geodesic_errors
from fsanet.training.losses import mean_absolute_error_deg, mixed_loss, pack, rotation_distance_deg

PREDICTED = np.array([[10.0, 0.0, 0.0], [0.0, 20.0, -6.0]], np.float32)
TRUE = np.array([[4.0, 0.0, 3.0], [0.0, 0.0, 0.0]], np.float32)
ONES = np.ones((2, 3), np.float32)


def packed(weight=ONES, predicted=PREDICTED):
    return pack(*(ops.convert_to_tensor(array) for array in (predicted, TRUE, weight)))


def value(tensor) -> float:
    return float(keras.ops.convert_to_numpy(tensor))


def test_the_papers_loss_is_the_mean_absolute_error():
    assert value(mean_absolute_error_deg(None, packed())) == pytest.approx((6 + 0 + 3 + 0 + 20 + 6) / 6)


def test_labels_without_weight_do_not_count():
    weight = np.array([[1, 1, 0], [1, 1, 0]], np.float32)
    assert value(mean_absolute_error_deg(None, packed(weight))) == pytest.approx((6 + 0 + 0 + 20) / 4)


def test_a_batch_without_any_label_is_no_nan():
    assert value(mean_absolute_error_deg(None, packed(0 * ONES))) == 0
    assert value(rotation_distance_deg(None, packed(0 * ONES))) == 0


def test_rotation_distance_is_near_the_geodesic_error():
    exact = geodesic_errors(PREDICTED, TRUE)
    expected = np.rad2deg(2 * np.sin(np.deg2rad(exact) / 2)).mean()
    assert value(rotation_distance_deg(None, packed())) == pytest.approx(expected, abs=0.02)


def test_rotation_distance_needs_all_three_labels():
    weight = np.array([[1, 1, 0], [1, 1, 1]], np.float32)
    second = np.rad2deg(2 * np.sin(np.deg2rad(geodesic_errors(PREDICTED[1:], TRUE[1:])) / 2))[0]
    assert value(rotation_distance_deg(None, packed(weight))) == pytest.approx(second, abs=0.02)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_mixture_is_linear(share):
    parts = value(mean_absolute_error_deg(None, packed())), value(rotation_distance_deg(None, packed()))
    assert value(mixed_loss(share)(None, packed())) == pytest.approx((1 - share) * parts[0] + share * parts[1])
