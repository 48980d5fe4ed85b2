import numpy as np
import pytest

from fsanet.inference.video.smoothing import OneEuroRotationFilter, relative_to
from fsanet.pose.angles import Pose, rotation_from_angles
from fsanet.pose.errors import geodesic_errors

FPS = 30
NAN, INF = float("nan"), float("inf")


def filtered(poses, **settings):
    smooth = OneEuroRotationFilter(**settings)
    return np.array([smooth(Pose(*pose), i / FPS) for i, pose in enumerate(poses)])


def test_a_resting_head_keeps_its_pose():
    poses = np.tile([20.0, -10.0, 5.0], (30, 1))
    np.testing.assert_allclose(filtered(poses), poses, atol=1e-9)


def test_jitter_of_a_resting_head_shrinks():
    poses = np.random.default_rng(0).normal([10, 5, 0], 1.5, (300, 3))
    assert filtered(poses)[60:].std(axis=0).max() < 0.45 * poses[60:].std(axis=0).min()


@pytest.mark.parametrize("speed_deg_s", [30, 90, 180])
def test_a_turning_head_lags_by_no_more_than_the_cutoff_says(speed_deg_s):
    min_cutoff, beta = 0.5, 0.05
    time = np.arange(int(160 / speed_deg_s * FPS)) / FPS
    poses = np.stack([-80 + speed_deg_s * time, 0 * time, 0 * time], axis=1)
    late = time > 0.6 * time[-1]
    lag_s = (poses - filtered(poses, min_cutoff_hz=min_cutoff, beta=beta))[late, 0].max() / speed_deg_s
    # The speed estimate has a low-pass of its own (1 Hz), which has not come all the way by then.
    reached = 1 - np.exp(-2 * np.pi * 0.6 * time[-1])
    expected_s = 1 / (2 * np.pi * (min_cutoff + beta * reached * speed_deg_s))
    assert 0.5 * expected_s < lag_s <= expected_s + 0.01


def test_it_works_across_gimbal_lock():
    pitch = np.linspace(-5, 5, 60)
    poses = np.stack([np.full(60, 89.0), pitch, np.zeros(60)], axis=1)
    assert geodesic_errors(filtered(poses), poses).max() < 3


def test_time_that_runs_back_starts_anew():
    smooth = OneEuroRotationFilter()
    smooth(Pose(0, 0, 0), 5.0)
    np.testing.assert_allclose(smooth(Pose(40, 0, 0), 0.0), (40, 0, 0), atol=1e-9)


def test_neutral_becomes_zero_and_a_turned_camera_is_taken_out():
    neutral, turn = Pose(25, -10, 5), rotation_from_angles((15, 20, -10))
    np.testing.assert_allclose(relative_to(neutral, neutral), (0, 0, 0), atol=1e-9)
    seen = rotation_from_angles(neutral) @ turn
    from fsanet.pose.angles import angles_from_rotation

    np.testing.assert_allclose(relative_to(Pose(*angles_from_rotation(seen)), neutral), (15, 20, -10), atol=1e-9)


@pytest.mark.parametrize("side", [1, -1])
def test_beyond_profile_the_columns_go_on(side):
    yaw = side * np.linspace(60, 120, 61)
    poses = np.stack([yaw, np.full(61, 3.0), np.full(61, 2.0)], axis=1)
    smooth = filtered(poses)
    assert (side * np.diff(smooth[:, 0])).min() >= -1e-9
    assert abs(smooth[-1, 0]) > 110
    np.testing.assert_allclose(smooth[:, 1:], poses[:, 1:], atol=1)


def test_a_head_that_turns_on_from_a_neutral_pose_at_the_side_goes_on_in_yaw():
    neutral = Pose(-45, 0, 0)
    columns = np.array([relative_to(Pose(yaw, 2, 1), neutral) for yaw in range(-45, 100, 5)])
    np.testing.assert_allclose(columns[:, 0], range(0, 145, 5), atol=3)
    assert np.abs(columns[np.abs(columns[:, 0] - 90) > 10, 1:]).max() < 10
    np.testing.assert_allclose(columns[19], (95.2, -14.4, -14.9), atol=0.1)


def test_a_time_that_is_no_number_starts_anew():
    smooth = OneEuroRotationFilter()
    for yaw, time_s in ((0, 0.0), (20, NAN), (40, 0.1)):
        np.testing.assert_allclose(smooth(Pose(yaw, 0, 0), time_s), (yaw, 0, 0), atol=1e-9)
    assert 40 < smooth(Pose(60, 0, 0), 0.2).yaw < 60


@pytest.mark.parametrize("broken", [NAN, INF])
def test_a_pose_that_is_no_numbers_leaves_no_trace(broken):
    poses = [Pose(yaw, 0, 0) for yaw in range(6)]
    smooth, undisturbed = OneEuroRotationFilter(), OneEuroRotationFilter()
    for i, pose in enumerate(poses):
        if i in (0, 3):
            assert smooth(Pose(1.0, broken, 2.0), i / FPS - 0.01).pitch is broken
        assert smooth(pose, i / FPS) == undisturbed(pose, i / FPS)


@pytest.mark.parametrize(
    "settings",
    [
        {"min_cutoff_hz": 0},
        {"min_cutoff_hz": NAN},
        {"beta": -1},
        {"beta": NAN},
        {"beta": INF},
        {"speed_cutoff_hz": -2},
        {"speed_cutoff_hz": NAN},
    ],
)
def test_impossible_settings(settings):
    with pytest.raises(ValueError, match="needs cutoffs above 0 Hz and a finite beta of 0 or more"):
        OneEuroRotationFilter(**settings)
