import numpy as np
import pytest

from fsanet.pose.angles import angles_from_rotation, rotation_from_angles
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.profiling.fitted_head import fit_to_landmarks, fit_to_mesh
from fsanet.rendering.profiling.template import face_template
from fsanet.rendering.shape import mean_head

POSE = (20.0, -10.0, 5.0)


def mesh_of(pose, turns=3):
    """What a perfect Face Mesh would say: the template in a pose, y down."""
    points = 40.0 * face_template().points @ rotation_from_angles(pose).T + [90.0, -400.0, 7.0]
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


def test_landmarks_give_the_pose_that_is_not_told(frame):
    head = fit_to_landmarks(frame.landmarks_xy)
    assert np.abs(angles_from_rotation(head.placement.rotation) - frame.pose).max() < 8


def test_a_pose_that_is_told_is_kept(frame, head):
    np.testing.assert_allclose(angles_from_rotation(head.placement.rotation), frame.pose, atol=1e-6)
    error = np.linalg.norm(head.landmarks[:, :2] * [1.0, -1.0] - frame.landmarks_xy, axis=1)
    assert error.mean() < 1.5  # pixels of a face of 68
