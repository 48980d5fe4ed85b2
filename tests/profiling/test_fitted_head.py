import numpy as np
import pytest
from scipy.spatial import cKDTree

from fsanet.pose.angles import angles_from_rotation, rotation_from_angles
from fsanet.profiling.fitted_head import fit_to_landmarks, fit_to_mesh
from fsanet.profiling.template import face_template
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.shape import mean_head
from tests.profiling.mannequin import SCALE, standing

POSE = (20.0, -10.0, 5.0)


def mesh_of(pose, turns=3, bent=0.0):
    """What a perfect Face Mesh would say: the template in a pose, y down; `bent` in the head's frame, decimetres."""
    points = 40.0 * (face_template().points + bent) @ rotation_from_angles(pose).T + [90.0, -400.0, 7.0]
    return np.repeat((points * [1.0, -1.0, 1.0])[None], turns, axis=0)


def test_a_mesh_gives_the_pose_and_a_head_that_carries_it():
    head = fit_to_mesh(mesh_of(POSE))
    np.testing.assert_allclose(angles_from_rotation(head.placement.rotation), POSE, atol=1e-6)
    expected = 40.0 * mean_head() @ rotation_from_angles(POSE).T + [90.0, -400.0, 7.0]
    np.testing.assert_allclose(head.vertices, expected, atol=1e-6)
    assert head.landmarks.shape == (68, 3)


def test_a_wider_face_gives_a_wider_head_and_the_same_skull_behind():
    turns = mesh_of((0, 0, 0))
    wide = turns.copy()
    jaw = face_template().points[:, 1] < 6.6
    wide[:, jaw, 0] += 4.0 * np.sign(face_template().points[jaw, 0])
    plain, wider = fit_to_mesh(turns), fit_to_mesh(wide)
    moved = np.abs(wider.vertices - plain.vertices)[:, 0]
    corner = head_pack().landmarks[4]
    assert moved[corner] > 2.0
    top = np.argmax(mean_head()[:, 1])
    assert moved[top] < 0.5


@pytest.mark.parametrize("spoil", ["missing", "contradicting"])
def test_a_mesh_that_is_missing_or_contradicts_itself_gives_no_head(spoil):
    turns = mesh_of(POSE)
    if spoil == "missing":
        turns[1] = np.nan
    else:
        turns[2] = mesh_of((40.0, -10.0, 5.0), turns=1)[0]
    assert fit_to_mesh(turns) is None


def test_the_pose_is_the_mean_over_the_turns():
    turns = mesh_of(POSE)
    turns[2] = mesh_of((26.0, -10.0, 5.0), turns=1)[0]
    found = angles_from_rotation(fit_to_mesh(turns).placement.rotation)
    np.testing.assert_allclose(found, [22.0, -10.0, 5.0], atol=0.05)


@pytest.mark.parametrize(("yaw", "agrees"), [(28.5, True), (29.5, False)])
def test_a_mesh_may_contradict_itself_by_six_degrees(yaw, agrees):
    """One turn of three that is off by d lies two thirds of d from their mean."""
    turns = mesh_of(POSE)
    turns[1] = mesh_of((yaw, -10.0, 5.0), turns=1)[0]
    assert (fit_to_mesh(turns) is not None) == agrees


def moved_by(change):
    """(V, 3) decimetres that the head is deformed where the points of the upright mesh move by `change` (478, 3)."""
    turns = mesh_of((0, 0, 0)) + 40.0 * change * [1.0, -1.0, 1.0]
    head = fit_to_mesh(turns)
    return head.placement.to_head(head.vertices) - mean_head()


def test_a_face_is_followed_closely_and_what_is_far_from_it_not_at_all():
    points = face_template().points
    jaw = points[:, 1] < 6.6
    moved = moved_by(0.1 * (jaw * np.sign(points[:, 0]))[:, None] * [1.0, 0.0, 0.0])
    distance, _ = cKDTree(points).query(mean_head())
    cheek = (distance < 0.1) & (mean_head()[:, 1] < 6.5) & (mean_head()[:, 0] > 0.25)
    assert cheek.sum() > 10
    np.testing.assert_allclose(moved[cheek, 0], 0.1, atol=0.02)
    assert np.abs(moved[distance > 0.6]).max() < 0.03
    assert np.abs(moved[distance > 0.9]).max() < 1e-3


def test_one_stray_point_makes_no_spike():
    stray = np.zeros((478, 3))
    stray[4, 2] = 0.5
    assert np.abs(moved_by(stray)).max() < 0.1


@pytest.mark.parametrize("pose", [POSE, (-35.0, 15.0, -10.0)])
def test_landmarks_of_the_mean_head_give_its_pose_exactly(pose):
    flat = standing(pose).landmarks[:, :2] * [1.0, -1.0]
    at = fit_to_landmarks(flat).placement
    np.testing.assert_allclose(angles_from_rotation(at.rotation), pose, atol=0.1)
    assert at.scale == pytest.approx(SCALE, rel=1e-3)


def test_a_told_pose_shifts_the_head_to_the_middle_of_its_landmarks():
    told = fit_to_landmarks(standing(POSE).landmarks[:, :2] * [1.0, -1.0], rotation_from_angles(POSE))
    np.testing.assert_allclose(told.placement.shift[:2], standing(POSE).placement.shift[:2], atol=0.02)


def test_landmarks_give_the_pose_that_is_not_told(frame):
    head = fit_to_landmarks(frame.landmarks_xy)
    assert np.abs(angles_from_rotation(head.placement.rotation) - frame.pose).max() < 8


def test_a_pose_that_is_told_is_kept(frame, head):
    np.testing.assert_allclose(angles_from_rotation(head.placement.rotation), frame.pose, atol=1e-6)
    error = np.linalg.norm(head.landmarks[:, :2] * [1.0, -1.0] - frame.landmarks_xy, axis=1)
    assert error.mean() < 1.5  # pixels of a face of 68
