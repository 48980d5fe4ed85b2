"""The template made of meshes whose pose is known."""

import numpy as np
import pytest

from fsanet.pose.angles import rotation_from_angles
from fsanet.profiling.make_template import in_head_frame, known_renders, make_template
from fsanet.profiling.template import face_template, place
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.shape import mean_head

POSES = [(0, 0, 0), (20, -10, 5), (-25, 15, -10), (10, 20, 15)]
SCALE, SHIFT = 37.0, np.array([180.0, -200.0, 12.0])


def seen(points, pose):
    return SCALE * points @ rotation_from_angles(pose).T + SHIFT


@pytest.fixture(scope="module")
def renders():
    """Meshes that fit perfectly, the landmarks of the same heads, and their rotations."""
    landmarks = mean_head()[head_pack().landmarks]
    rotations = [rotation_from_angles(pose) for pose in POSES]
    return np.array([seen(face_template().points, p) for p in POSES]), [seen(landmarks, p) for p in POSES], rotations


def test_a_mesh_comes_back_to_the_frame_of_the_head_but_for_its_depth(renders):
    for mesh, landmarks, rotation in zip(*renders, strict=True):
        points = in_head_frame(mesh, landmarks, rotation)
        np.testing.assert_allclose(points[:, :2], face_template().points[:, :2], atol=1e-6)
        shift = points[:, 2] - face_template().points[:, 2]
        np.testing.assert_allclose(shift, shift[0], atol=1e-6)
        assert points[:, 2].mean() == pytest.approx(0, abs=1e-9)


def test_the_template_is_the_mean_mesh_on_the_face_and_trusts_what_is_steady(renders):
    meshes, landmarks, rotations = renders
    shaken, rng = meshes.copy(), np.random.default_rng(0)
    shaken[:, :100] += rng.normal(0, 3.0, (len(meshes), 100, 3))
    made = make_template(shaken, landmarks, rotations)
    np.testing.assert_allclose(made.points[100:], face_template().points[100:], atol=0.06)
    assert made.weights.sum() == pytest.approx(1)
    assert made.weights[:100].mean() < 0.3 * made.weights[100:].mean()
    found = place(made.points, meshes[1], made.weights)
    np.testing.assert_allclose(found.rotation, rotations[1], atol=0.02)
    assert found.scale == pytest.approx(SCALE, rel=0.02)


def test_renders_are_written_with_what_is_known_of_them(tmp_path):
    files, landmarks, rotations = known_renders(tmp_path, 1)
    assert [file.name for file in files] == ["0000.png"]
    assert files[0].stat().st_size > 10_000
    at = place(mean_head()[head_pack().landmarks], landmarks[0], np.ones(68))
    agreement = np.trace(at.rotation.T @ rotations[0])
    assert np.degrees(np.arccos((agreement - 1) / 2)) < 8  # y up, z to the camera
    assert (landmarks[0][:, 1] < 0).all()
