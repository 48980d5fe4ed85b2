import numpy as np
import pytest

from fsanet.pose.angles import rotation_from_angles
from fsanet.rendering.poses import POSES, draw_pose


def draws(name, count=3000):
    rng = np.random.default_rng(0)
    return np.array([draw_pose(rng, name) for _ in range(count)])


@pytest.mark.parametrize("name", POSES)
def test_poses_stay_within_the_limits_and_lean_to_no_side(name):
    poses = draws(name)
    assert (np.abs(poses) <= [90, 60, 60]).all()
    assert np.abs(poses[:, [0, 2]].mean(axis=0)).max() < 3.5


def test_uniform_reaches_everything_evenly():
    for values, limit in zip(draws("uniform").T, (90, 60, 60), strict=True):
        shares = np.histogram(values, bins=6, range=(-limit, limit))[0] / len(values)
        np.testing.assert_allclose(shares, 1 / 6, atol=0.03)


def test_300w_lp_spreads_yaw_and_keeps_pitch_and_roll_near_zero_but_in_profile():
    poses = draws("300W_LP")
    in_profile = np.abs(poses[:, 0]) > 60
    assert 0.25 < in_profile.mean() < 0.33
    assert ((np.abs(poses[~in_profile, 1:]) < 30).mean(axis=0) > 0.93).all()
    assert ((np.abs(poses[:, 1:]) > 30).mean(axis=0) > 0.004).all()
    assert (poses[in_profile, 1:].std(axis=0) > 1.8 * poses[~in_profile, 1:].std(axis=0)).all()


def test_300w_lp_nods_in_profile():
    """Drawn angle by angle, a head at a yaw of 90 could only lean towards the camera, never within the picture."""
    poses = draws("300W_LP")
    in_profile = poses[np.abs(poses[:, 0]) > 70]
    within_picture = np.rad2deg(np.arcsin(rotation_from_angles(in_profile)[:, 0, 1]))  # of the head's vertical axis
    assert within_picture.std() > 4


def test_frontal_is_the_narrowest():
    assert (draws("frontal").std(axis=0) < draws("300W_LP").std(axis=0)).all()


def test_equal_generators_give_equal_poses():
    np.testing.assert_array_equal(draws("mixed", 5), draws("mixed", 5))


def test_unknown_distribution():
    with pytest.raises(ValueError, match="no pose distribution 'BIWI': choose one of uniform, frontal, 300W_LP, mixed"):
        draw_pose(np.random.default_rng(0), "BIWI")
