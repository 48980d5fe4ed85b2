import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from fsanet.pose.angles import rotation_from_angles
from fsanet.profiling.relief import Relief
from fsanet.profiling.turning import Turn, draw_turned, turn_points
from tests.profiling.mannequin import SHAPE, standing


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


PIVOT, NECK = [0.0, 6.9, 0.45], [0.0, 6.35, 0.2]
SHOULDERS = [[1.5, 5.0, 0.0], [-1.5, 5.0, 0.2]]
ASIDE = rotation_from_angles([60, 15, 0])


def turned(points_dm, share, rotation=ASIDE):
    """Points of the upright mannequin, in pixels, before and after a turn."""
    head = standing()
    before = head.placement.to_picture(np.array(points_dm, float))
    return before, turn_points(before, head, Turn(rotation, share))


def test_a_head_turns_about_the_top_of_the_spine():
    before, after = turned([PIVOT], share=0.5)
    np.testing.assert_allclose(after, before, atol=1e-9)


def test_a_torso_that_does_not_follow_is_carried_along_by_the_neck_unturned():
    (neck, *before), (_, *after) = turned([NECK, *SHOULDERS], share=0.0)
    [pivot] = standing().placement.to_picture(np.array([PIVOT]))
    carried = (neck - pivot) @ ASIDE.T + pivot - neck
    np.testing.assert_allclose(np.subtract(after, before), [carried, carried], atol=1e-9)


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_a_torso_turns_by_its_share_of_the_angle(share):
    before, after = turned(SHOULDERS, share)
    part = Rotation.from_rotvec(share * Rotation.from_matrix(ASIDE).as_rotvec())
    np.testing.assert_allclose(np.diff(after, axis=0), part.apply(np.diff(before, axis=0)), atol=1e-9)


def test_chin_and_nape_turn_with_the_skull_and_a_throat_bends():
    chin = standing().placement.to_head(standing().landmarks)[8]
    assert chin[1] < 6.45  # lower than where a nape begins to bend
    before, after = turned([chin, [0.0, 6.9, -0.6], [1.0, 5.9, 0.2]], share=0.0)
    moved = after - (before - before[0]) @ ASIDE.T - after[0]
    np.testing.assert_allclose(moved[:2], 0, atol=0.2)
    assert np.linalg.norm(moved[2]) > 1.0


RED, BLUE, GREY = (0, 0, 200), (200, 0, 0), (90, 90, 90)


def card(sheets, yaw_deg):
    """A person without volume, turned: red before, blue behind; `sheets` is 2, or 1 for the hinder alone."""
    rows, columns = np.mgrid[20:120:2, 20:120:2]
    xyz = np.stack([columns.ravel(), -rows.ravel(), 0.3 * columns.ravel()], axis=1).astype(np.float32)
    number = np.arange(len(xyz)).reshape(rows.shape)
    a, b, c, d = (part.ravel() for part in (number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]))
    faces = np.concatenate([np.stack([a, b, c], axis=1), np.stack([b, d, c], axis=1)]).astype(np.int32)
    triangles = np.concatenate([faces, faces[:, ::-1] + len(xyz)][-sheets:])
    red, blue, grey = (np.full((*SHAPE, 3), colour, np.uint8) for colour in (RED, BLUE, GREY))
    front = len(faces) * (sheets - 1)
    relief = Relief(np.tile(xyz, (2, 1)), triangles, front, np.tile(xyz[:, :2] * [1, -1], (2, 1)), blue, grey)
    return draw_turned(red, relief, standing(), Turn(rotation_from_angles([yaw_deg, 0, 0])), grey)


def shows(picture, colour):
    return (picture == colour).all(axis=-1).sum()


@pytest.mark.parametrize(
    ("yaw_deg", "seen", "hidden"), [(0, RED, BLUE), (-37, RED, BLUE), (25, RED, BLUE), (180, BLUE, RED)]
)
def test_where_a_person_has_no_volume_the_sheet_that_faces_the_camera_is_seen(yaw_deg, seen, hidden):
    picture = card(2, yaw_deg)
    assert shows(picture, seen) > 2000
    assert shows(picture, hidden) == 0


def test_where_nothing_faces_the_camera_what_faces_away_closes_the_hole():
    both, alone = card(2, 25), card(1, 25)
    assert shows(alone, BLUE) == shows(both, RED) > 2000
