import numpy as np
import pytest

from fsanet.pose.angles import rotation_from_angles
from fsanet.rendering.profiling import copies
from fsanet.rendering.profiling.copies import (
    LEVEL,
    MIRRORED_LANDMARKS,
    STEEP,
    draw_target,
    make_copies,
    mirrored,
    turned_copy,
    yaw_reach,
)


def test_a_copy_has_the_pose_that_it_says(subject):
    pose = np.array([50.0, -12.0, 4.0])
    copy = turned_copy(subject, pose)
    np.testing.assert_array_equal(copy.yaw_pitch_roll_deg, pose)
    centred = (copy.landmarks - copy.landmarks.mean(axis=0)) * [1.0, -1.0, 1.0]
    before = subject.head.landmarks - subject.head.landmarks.mean(axis=0)
    turn = rotation_from_angles(pose) @ subject.head.placement.rotation.T
    np.testing.assert_allclose(centred[17:], (before @ turn.T)[17:], atol=1.0)  # jaw and neck bend a little


def test_equal_generators_give_equal_copies_and_some_stay_near_the_photograph(subject):
    first, second = (list(make_copies(subject, 5, np.random.default_rng(3), 90.0)) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.image_bgr, b.image_bgr)
        np.testing.assert_array_equal(a.yaw_pitch_roll_deg, b.yaw_pitch_roll_deg)
    assert abs(first[0].yaw_pitch_roll_deg[0] - 6.0) < 30


def test_mirroring_twice_gives_the_copy_back(subject):
    copy = turned_copy(subject, np.array([-30.0, 10.0, 5.0]))
    once, twice = mirrored(copy), mirrored(mirrored(copy))
    np.testing.assert_array_equal(once.yaw_pitch_roll_deg, [30.0, 10.0, -5.0])
    np.testing.assert_array_equal(twice.image_bgr, copy.image_bgr)
    np.testing.assert_allclose(twice.landmarks, copy.landmarks)


def test_mirrored_landmarks_change_sides(head):
    order = MIRRORED_LANDMARKS
    np.testing.assert_array_equal(order[order], np.arange(68))
    flat = head.placement.to_head(head.landmarks)
    np.testing.assert_allclose(flat[order] * [-1.0, 1.0, 1.0], flat, atol=0.15)


@pytest.mark.parametrize(("yaw", "reach"), [(0, (-90, 90)), (13, (-15, 90)), (-13, (-90, 15)), (60, (52, 90))])
def test_what_a_photograph_hides_is_not_turned_into_view(yaw, reach):
    assert yaw_reach(yaw, 90.0) == pytest.approx(reach)


def test_targets_keep_to_the_limits():
    rng = np.random.default_rng(0)
    targets = np.array([draw_target(np.zeros(3), rng, 60.0) for _ in range(300)])
    assert np.abs(targets[:, 0]).max() <= 60
    assert np.abs(targets[:, 0]).max() > 50
    assert np.abs(targets[:, 1]).max() <= 30


def test_steep_targets_look_further_up_and_down_and_less_aside():
    rng = np.random.default_rng(0)
    targets = np.array([draw_target(np.zeros(3), rng, 90.0, STEEP) for _ in range(300)])
    assert 45 < np.abs(targets[:, 1]).max() <= 50
    assert targets[:, 1].std() > 20
    assert 60 < np.abs(targets[:, 0]).max() <= 70


def test_the_last_third_of_the_copies_is_steep(subject, monkeypatch):
    drawn = []
    monkeypatch.setattr(copies, "draw_target", lambda pose, rng, yaw, pitches: drawn.append(pitches) or pose)
    list(make_copies(subject, 10, np.random.default_rng(0), 90.0))
    assert drawn == [LEVEL] * 5 + [STEEP] * 3
