import numpy as np
import pytest

from fsanet.pose.angles import rotate_in_plane, rotation_from_angles
from fsanet.pose.errors import (
    axis_errors,
    euler_errors,
    geodesic_errors,
    rotation_distances_deg,
    summarize,
    within_limit,
    yaw_bins,
)


def random_pairs(count=100, seed=1):
    rng = np.random.default_rng(seed)
    true = rng.uniform(-80, 80, (count, 3))
    return true + rng.normal(0, 8, (count, 3)), true


def test_euler_errors_do_not_wrap():
    np.testing.assert_array_equal(euler_errors([[170, 0, -10]], [[-170, 5, 10]]), [[340, 5, 20]])


def test_geodesic_error_is_the_angle_of_the_relative_rotation():
    predicted, true = random_pairs()
    relative = rotation_from_angles(predicted) @ np.swapaxes(rotation_from_angles(true), -1, -2)
    oracle = np.degrees(np.arccos((np.trace(relative, axis1=-2, axis2=-1) - 1) / 2))
    np.testing.assert_allclose(geodesic_errors(predicted, true), oracle, atol=1e-6)


def test_distances_of_one_rotation_to_many_and_of_near_ones():
    turns = rotation_from_angles([[0, 0, 0], [0, 0, 90], [180, 0, 0], [0, 1e-6, 0]])
    np.testing.assert_allclose(rotation_distances_deg(np.eye(3), turns), [0, 90, 180, 1e-6], rtol=1e-9, atol=1e-12)
    assert rotation_distances_deg(np.eye(3, dtype=np.float32), turns[1]) == pytest.approx(90)


def test_geodesic_error_of_a_turned_image_is_the_turn():
    _, true = random_pairs()
    np.testing.assert_allclose(geodesic_errors(rotate_in_plane(true, 12.5), true), 12.5, atol=1e-9)


def test_axis_errors_are_angles_between_columns():
    predicted, true = random_pairs(20)
    a, b = rotation_from_angles(predicted), rotation_from_angles(true)
    oracle = np.degrees(np.arccos((a * b).sum(axis=-2)))
    np.testing.assert_allclose(axis_errors(predicted, true), oracle, atol=1e-6)


def test_errors_of_a_half_turn_are_180():
    assert geodesic_errors([[0, 180, 0]], [[0, 0, 0]])[0] == pytest.approx(180)


def test_within_limit_keeps_the_limit_itself_and_drops_nan():
    labels = [[99, 0, 0], [0, -99.1, 0], [0, 0, np.nan]]
    assert within_limit(labels).tolist() == [True, False, False]


def test_summary_by_hand():
    true = np.array([[0, 0, 0], [40, 0, 0], [95, 0, 0]], dtype=float)
    predicted = true + np.array([[3, 0, 0], [0, -6, 0], [12, 12, 12]])
    summary = summarize(predicted, true)
    assert summary.samples == 3
    assert (summary.yaw, summary.pitch, summary.roll) == (5, 6, 4)
    assert summary.mae == pytest.approx(5)
    assert summary.geodesic == pytest.approx((3 + 6 + geodesic_errors(predicted[2:], true[2:])[0]) / 3)
    assert summary.maev == pytest.approx(axis_errors(predicted, true).mean())
    assert summary.bias == pytest.approx((5, 2, 4))
    assert summary.shares == pytest.approx({5: 2 / 3, 10: 2 / 3, 15: 1})
    assert summary.by_yaw == pytest.approx({"0-30": 1, "30-60": 2, "60-90": 12})
    assert summary.samples_by_yaw == {"0-30": 1, "30-60": 1, "60-90": 1}


def test_a_turn_about_one_axis_moves_the_two_others():
    summary = summarize([[12, 0, 0], [0, 0, 0]], np.zeros((2, 3)))
    assert (summary.geodesic, summary.maev) == pytest.approx((6, 4))


def test_without_a_roll_in_the_labels_yaw_and_pitch_alone_count():
    true = np.array([[0, 0, 0], [40, 0, 0], [95, 0, 0]], dtype=float)
    predicted = true + np.array([[3, 1, 50], [0, -6, 50], [12, 12, 50]])
    summary = summarize(predicted, true, roll_labelled=False)
    assert (summary.yaw, summary.mae) == (5, pytest.approx((2 + 3 + 12) / 3))
    assert np.isnan([summary.roll, summary.geodesic, summary.maev, summary.bias[2]]).all()
    assert summary.bias[:2] == pytest.approx((5, 7 / 3))
    assert summary.shares == pytest.approx({5: 2 / 3, 10: 2 / 3, 15: 1})
    assert summary.by_yaw == pytest.approx({"0-30": 2, "30-60": 3, "60-90": 12})


def test_yaw_bins_are_closed_below_and_lose_no_sample():
    bins = yaw_bins([-30.0, 29.9, 60.0, -120.0])
    assert {name: chosen.tolist() for name, chosen in bins.items()} == {
        "0-30": [False, True, False, False],
        "30-60": [True, False, False, False],
        "60-90": [False, False, True, True],
    }


def test_an_empty_yaw_bin_is_nan():
    assert np.isnan(summarize([[0, 0, 0]], [[1, 0, 0]]).by_yaw["60-90"])


@pytest.mark.parametrize("shape", [(0, 3), (4, 2), (3,)])
def test_wrong_shapes_are_named(shape):
    with pytest.raises(ValueError, match=r"two equal \(N, 3\) arrays, N > 0; got predictions"):
        summarize(np.zeros(shape), np.zeros(shape))
