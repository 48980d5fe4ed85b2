import numpy as np
import pytest

from fsanet.pose.angles import rotation_from_angles
from fsanet.rendering.profiling.turning import Turn, draw_turned, turn_points


def drawn(subject, turn):
    return draw_turned(subject.image_bgr, subject.relief, subject.head, turn, subject.relief.background)


def test_without_a_turn_the_person_is_the_photograph(subject):
    picture = drawn(subject, Turn(np.eye(3)))
    x1, y1 = np.int32((subject.head.landmarks[:, :2] * [1.0, -1.0]).min(axis=0))
    x2, y2 = np.int32((subject.head.landmarks[:, :2] * [1.0, -1.0]).max(axis=0))
    face = (slice(y1, y2), slice(x1, x2))
    difference = np.abs(picture[face].astype(int) - subject.image_bgr[face])
    assert difference.mean() < 4


@pytest.mark.parametrize(("pose", "axis", "sign"), [((30, 0, 0), 0, -1), ((0, 25, 0), 1, 1)])
def test_the_nose_goes_where_the_angle_says(subject, pose, axis, sign):
    """Yaw > 0 turns the face to the image's left, pitch > 0 up."""
    turned = turn_points(subject.head.landmarks, subject.head, Turn(rotation_from_angles(pose)))
    before, after = (points[30] - points[[36, 45]].mean(axis=0) for points in (subject.head.landmarks, turned))
    assert sign * (after[axis] - before[axis]) > 0.2 * subject.head.placement.scale
    assert (drawn(subject, Turn(rotation_from_angles(pose))) != drawn(subject, Turn(np.eye(3)))).any()


def test_a_skull_turns_rigidly_and_a_torso_by_its_share(subject):
    head, turn = subject.head, Turn(rotation_from_angles([60, 0, 0]), torso_share=0.0)
    eyes = head.landmarks[36:48]
    turned = turn_points(eyes, head, turn)
    np.testing.assert_allclose(turned - turned[0], (eyes - eyes[0]) @ turn.rotation.T, atol=1e-6)
    shoulder = head.placement.to_picture(np.array([[1.5, 5.0, 0.0]]))
    stays = turn_points(shoulder, head, turn)
    moves = turn_points(shoulder, head, Turn(turn.rotation, torso_share=1.0))
    assert np.linalg.norm(stays - shoulder) < 0.5 * np.linalg.norm(moves - shoulder)
