import numpy as np
import pytest

from fsanet.pose.angles import angles_from_rotation, rotation_from_angles, turn_in_plane, wrapped_deg
from fsanet.pose.turned_errors import turned_errors


@pytest.mark.parametrize(("turn", "expected"), [(90, (1, 5, 2)), (180, (5, 1, 2)), (-90, (1, 5, 2)), (0, (5, 1, 2))])
def test_a_quarter_turn_exchanges_yaw_and_pitch_of_a_face_that_looks_ahead(turn, expected):
    np.testing.assert_allclose(turned_errors((0, 0, 0), (5, 1, 2), turn_in_plane(turn)), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("pose", "turn"), [((30, 10, 5), (0, 0, 40)), ((60, -20, 0), (0, 0, 90)), ((10, 5, 0), (25, 9, 0))]
)
def test_they_are_those_of_many_poses_that_are_a_little_off(pose, turn):
    error, small = np.array([3.0, 2.0, 1.0]), 0.1
    off = pose + np.random.default_rng(0).normal(0, 1, (20000, 3)) * error * small
    turn = rotation_from_angles(turn)
    moved = angles_from_rotation(turn @ rotation_from_angles(off))
    found = wrapped_deg(moved - angles_from_rotation(turn @ rotation_from_angles(pose))).std(axis=0) / small
    np.testing.assert_allclose(turned_errors(pose, error, turn), found, rtol=0.03)


def test_near_profile_none_is_more_than_all_before_together():
    assert turned_errors((88, 0, 0), (3, 3, 3), turn_in_plane(3)).max() == pytest.approx(27**0.5)


@pytest.mark.parametrize("yaw", [-90, -89.995, 89.995, 90])
def test_the_error_of_yaw_stays_at_profile_where_nothing_is_turned(yaw):
    assert turned_errors((yaw, 0, 0), (5, 1, 1), np.eye(3)) == pytest.approx([5, 27**0.5, 27**0.5])


def test_several_at_once_and_unknown_ones():
    errors = turned_errors(np.zeros((2, 3)), [(5, 1, 2), (np.nan,) * 3], turn_in_plane([90.0, 45.0]))
    np.testing.assert_allclose(errors, [(1, 5, 2), (np.nan,) * 3], atol=1e-6)
