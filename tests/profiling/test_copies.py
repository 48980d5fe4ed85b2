from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial import cKDTree

from fsanet.pose.angles import angles_from_rotation, rotation_from_angles
from fsanet.profiling import copies
from fsanet.profiling.copies import (
    LEVEL,
    STEEP,
    Copy,
    can_keep_to,
    draw_near,
    draw_target,
    make_copies,
    mirrored,
    turned_copy,
    yaw_reach,
)
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.landmarks import MIRRORED_LANDMARKS
from fsanet.rendering.shape import mean_head


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


@pytest.mark.parametrize(("yaw", "limit", "reach"), [(70, 60, (62, 70)), (-70, 60, (-70, -62)), (0, 5, (-5, 5))])
def test_a_limit_cuts_the_hidden_side_but_never_the_photographed_pose(yaw, limit, reach):
    assert yaw_reach(yaw, limit) == pytest.approx(reach)


@pytest.mark.parametrize(("yaw", "limit"), [(37.0, 30.0), (-37.0, 30.0), (28.0, 30.0), (85.0, 90.0), (-85.0, 80.0)])
def test_no_copy_looks_further_aside_than_the_limit_whatever_the_photograph(yaw, limit):
    rng, pose = np.random.default_rng(0), np.array([yaw, 4.0, 2.0])
    drawn = [draw_near(pose, rng, limit) for _ in range(200)]
    drawn += [draw_target(pose, rng, limit, pitches) for _ in range(200) for pitches in (LEVEL, STEEP)]
    assert np.abs(np.array(drawn)[:, 0]).max() <= limit
    assert (np.array(drawn)[:, 1:] != pose[1:]).all()


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(
    ("yaw", "limit", "kept"),
    [(67.9, 60.0, True), (68.1, 60.0, False), (75.0, 30.0, False), (20.0, 60.0, True), (90.0, 90.0, True)],
)
def test_who_looks_too_far_aside_for_a_limit_cannot_keep_to_it(yaw, limit, kept, side):
    assert can_keep_to(limit, side * yaw) == kept


def test_the_limit_of_yaw_is_that_of_all_copies(subject, asked):
    """Of a subject at 6 degrees of yaw: those near it, those that are turned, and the steep ones."""
    list(make_copies(subject, 100, np.random.default_rng(0), 3.0))
    assert np.abs([pose[0] for pose, _ in asked]).max() == 3.0


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


@pytest.fixture
def asked(monkeypatch):
    """(pose, share of the torso) of the copies that would have been made."""
    seen = []
    monkeypatch.setattr(copies, "turned_copy", lambda subject, pose, share: seen.append((pose, share)))
    return seen


def test_copies_near_the_photograph_differ_from_it_by_little(subject, asked):
    list(make_copies(subject, 2000, np.random.default_rng(0), 90.0))
    poses = np.array([pose for pose, _ in asked])
    near, others = np.split(poses, [300])  # 15 %
    np.testing.assert_allclose(near.mean(axis=0), [6.0, -4.0, 3.0], atol=1.5)
    np.testing.assert_allclose(near.std(axis=0), [8.0, 5.0, 3.0], rtol=0.15)
    assert others[:, 0].std() > 30


def test_torsos_follow_a_turn_by_shares_of_their_own(subject, asked):
    list(make_copies(subject, 100, np.random.default_rng(0), 90.0))
    shares = np.array([share for _, share in asked])
    assert 0.3 <= shares.min() < 0.35
    assert 0.95 < shares.max() <= 1.0


@pytest.fixture
def turns(monkeypatch):
    """Turns that would have been drawn; every copy shows the background."""
    seen = []
    monkeypatch.setattr(copies, "draw_turned", lambda image, relief, head, turn, behind: seen.append(turn) or behind)
    return seen


def test_a_copy_is_drawn_with_its_share_of_the_torso(subject, turns):
    turned_copy(subject, np.zeros(3), torso_share=0.4)
    assert [turn.torso_share for turn in turns] == [0.4]


def test_the_background_is_pulled_along_a_little(subject, turns):
    """Yaw > 0 turns the face to the image's left, pitch > 0 up: what lies behind follows, a quarter pixel a degree."""
    height, width = subject.image_bgr.shape[:2]
    rows, columns = np.mgrid[:height, :width] // 2
    places = np.dstack([columns, rows, rows]).astype(np.uint8)
    behind = replace(subject, relief=replace(subject.relief, background=places))
    turn = rotation_from_angles([48.0, 24.0, 0.0])
    copy = turned_copy(behind, angles_from_rotation(turn @ subject.head.placement.rotation))
    inner = (slice(10, -20), slice(10, -20))
    moved = copy.image_bgr[inner].astype(int) - places[inner]
    np.testing.assert_array_equal(moved, np.broadcast_to([6, 3, 3], moved.shape))


def test_targets_spread_as_people_are_photographed():
    rng = np.random.default_rng(0)
    targets = np.array([draw_target(np.zeros(3), rng) for _ in range(2000)])
    np.testing.assert_allclose(targets.mean(axis=0), 0, atol=2.5)
    np.testing.assert_allclose(targets.std(axis=0), [52.0, 12.2, 6.0], rtol=0.06)  # yaw evenly, pitch cut at 30


def test_mirrored_landmarks_swap_with_the_nearest_of_the_mirrored_head():
    """Each among its like: jaw, brows, nose, eyes, outer lips, inner upper and lower lip."""
    flat = mean_head()[head_pack().landmarks]
    for first, last in pairwise([0, 17, 27, 36, 48, 60, 65, 68]):
        part = flat[first:last]
        partner = first + cKDTree(part * [-1.0, 1.0, 1.0]).query(part)[1]
        np.testing.assert_array_equal(MIRRORED_LANDMARKS[first:last], partner)


def test_mirrored_landmarks_lie_on_what_they_lay_on():
    image = np.zeros((20, 40, 3), np.uint8)
    image[5, 9] = 255
    landmarks = np.zeros((68, 3)) + [9.5, 5.5, 7.0]  # the middle of a pixel
    landmarks[:, 2] = np.arange(68)
    flipped = mirrored(Copy(image, np.array([10.0, 20.0, 30.0]), landmarks))
    np.testing.assert_array_equal(flipped.landmarks[:, :2], np.zeros((68, 2)) + [30.5, 5.5])
    np.testing.assert_array_equal(flipped.landmarks[:, 2], MIRRORED_LANDMARKS)
    assert (flipped.image_bgr[5, 30] == 255).all()
    np.testing.assert_array_equal(flipped.yaw_pitch_roll_deg, [-10.0, 20.0, -30.0])
