"""How far the torso follows the head, and the neck between them."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from fsanet.pose.angles import angles_from_rotation, rotation_from_angles
from fsanet.rendering.posing import Posing, draw_posing
from fsanet.rendering.shape import face_middle


def torsos(pose, count=200):
    """Yaw, pitch and roll (N, 3) of drawn torsos under a head in a pose."""
    rng = np.random.default_rng(0)
    drawn = [draw_posing(rng, np.array(pose, float)) for _ in range(count)]
    return np.array([angles_from_rotation(Rotation.from_rotvec(p.torso).as_matrix() @ p.head) for p in drawn])


@pytest.mark.parametrize("yaw", [-60.0, 30.0, 60.0])
def test_a_torso_follows_by_a_tenth_to_nine_tenths_of_the_yaw(yaw):
    share = torsos((yaw, 0, 0))[:, 0] / yaw
    assert 0.1 <= share.min() < 0.15
    assert 0.85 < share.max() <= 0.9
    assert np.median(share) == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("yaw", [-90.0, 90.0])
def test_no_neck_twists_further_than_necks_do(yaw):
    twist = np.abs(yaw - torsos((yaw, 0, 0))[:, 0])
    assert twist.max() == pytest.approx(65.0)
    assert (np.sign(torsos((yaw, 0, 0))[:, 0]) == np.sign(yaw)).all()
    np.testing.assert_allclose(torsos((yaw, 0, 0))[:, 1:], 0, atol=1e-6)  # nobody looks over the back


def test_a_torso_nods_and_leans_less_than_it_turns():
    follow = torsos((40, 0, 0))[:, 0] / 40
    np.testing.assert_allclose(torsos((0, 40, 0))[:, 1] / 40, 0.25 * follow, atol=1e-6)
    np.testing.assert_allclose(torsos((0, 0, 40))[:, 2] / 40, 0.4 * follow, atol=1e-6)


def test_the_chest_turns_by_the_torso_and_the_skull_by_the_label():
    torso = rotation_from_angles([15.0, 5.0, -3.0])
    head = rotation_from_angles([50.0, 10.0, -20.0])
    posing = Posing(head, Rotation.from_matrix(torso @ head.T).as_rotvec())
    chest = np.array([[-1.0, 5.0, 0.0], [1.0, 5.2, -0.4], [0.3, 4.8, 0.1]])
    skull = np.array([[-0.7, 7.0, 0.2], [0.5, 8.0, 0.4], [0.0, 6.9, 1.5]])
    for points, turn in ((chest, torso), (skull, head)):
        placed = posing.place(points)
        np.testing.assert_allclose(placed[1:] - placed[0], (points[1:] - points[0]) @ turn.T, atol=1e-5)
    np.testing.assert_allclose(posing.place(face_middle()), 0, atol=1e-6)


def test_the_neck_bends_without_a_jump():
    posing = draw_posing(np.random.default_rng(0), np.array([85.0, -30.0, 20.0]))
    line = np.column_stack([np.full(400, 0.4), np.linspace(4.8, 7.6, 400), np.full(400, 0.1)])
    step = np.linalg.norm(np.diff(posing.place(line), axis=0), axis=1)
    assert step.max() < 4 * (2.8 / 399)
    assert posing.place(line.reshape(20, 20, 3)).shape == (20, 20, 3)
    assert posing.place(line).dtype == np.float32


def test_a_head_straight_ahead_is_only_moved():
    posing = draw_posing(np.random.default_rng(0), np.zeros(3))
    points = np.random.default_rng(1).uniform([-2, 4.5, -1], [2, 8.5, 1.5], (50, 3))
    np.testing.assert_allclose(posing.place(points), points - face_middle(), atol=1e-5)
