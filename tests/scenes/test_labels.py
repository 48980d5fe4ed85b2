import numpy as np
import pytest

from fsanet.pose.angles import angles_from_rotation, mirror, rotate_in_plane, rotation_from_angles
from fsanet.rendering.landmarks import LANDMARK_SPOTS, five_points
from fsanet.scenes.cutout import Cutout
from fsanet.scenes.labels import CutoutPlacement, face_box, faces_of, no_faces


@pytest.fixture
def upright():
    """Landmarks of the mean head as a camera in front of it sees them, y down."""
    points = (LANDMARK_SPOTS - [0, 7, 1]) * [40, -40, 40] + [128, 128, 0]
    return points.astype(np.float32)


def cutout_of(points, pose=(20.0, 10.0, 5.0)):
    rotation = rotation_from_angles(pose).astype(np.float32)
    return Cutout(np.zeros((256, 256, 4), np.uint8), points, np.array([1, 0, 1, 1, 0], bool), rotation, True, True)


def test_a_turn_moves_points_and_pose_alike():
    placement = CutoutPlacement(2.0, 90.0, False, (50.0, 60.0), (10.0, 10.0))
    matrix = placement.matrix()
    np.testing.assert_allclose(matrix @ [10, 10, 1], [50, 60])
    np.testing.assert_allclose(matrix @ [11, 10, 1], [50, 62], atol=1e-6)  # right becomes down: clockwise
    turned = angles_from_rotation(placement.rotation(rotation_from_angles([20, 10, 5])))
    np.testing.assert_allclose(turned, rotate_in_plane([20, 10, 5], 90.0), atol=1e-3)


def test_mirroring_agrees_with_angles_and_landmarks(upright):
    placement = CutoutPlacement(1.0, 0.0, True, (128.0, 128.0), (128.0, 128.0))
    turned = angles_from_rotation(placement.rotation(rotation_from_angles([20, 10, 5])))
    np.testing.assert_allclose(turned, mirror([20, 10, 5]), atol=1e-3)
    # The mean head is symmetric: mirrored about its middle it is itself, landmark for landmark.
    np.testing.assert_allclose(placement.points(upright), upright, atol=0.02)
    assert placement.visible(np.array([1, 0, 1, 1, 0], bool)).tolist() == [False, True, True, False, True]


def test_the_box_holds_the_landmarks_and_some_forehead(upright):
    box = face_box(upright)
    assert box[0] == upright[:, 0].min()
    assert box[3] == upright[:, 1].max()
    brow, chin, bridge = upright[17:27, 1].mean(), upright[8, 1], upright[27, 1]
    assert box[1] == pytest.approx(brow - 0.33 * (chin - bridge), abs=1e-3)


def test_labels_of_pasted_faces(upright):
    placement = CutoutPlacement(0.5, 0.0, False, (64.0, 64.0), (128.0, 128.0))
    seen = np.array([1, 1, 1, 0, 0], bool)
    faces = faces_of([cutout_of(upright)], [placement], [0.7], [seen])
    np.testing.assert_allclose(faces.mesh_xyz[0, :, :2], (upright[:, :2] - 128) / 2 + 64, atol=1e-4)
    np.testing.assert_allclose(faces.mesh_xyz[0, :, 2], upright[:, 2] / 2, atol=1e-4)
    np.testing.assert_allclose(faces.points_xy[0], five_points(faces.mesh_xyz[0])[:, :2])
    assert faces.visible[0].tolist() == [True, False, True, False, False]
    assert faces.mask.tolist() == [1]
    assert faces.shown[0] == pytest.approx(0.7)


def test_no_face_has_the_shapes_of_some():
    some, none = (
        faces_of([cutout_of(np.ones((68, 3)))], [CutoutPlacement(1, 0, False, (0, 0), (0, 0))], [1], [True]),
        no_faces(),
    )
    for one, other in zip(some, none, strict=True):
        assert other.shape == (0, *one.shape[1:])
        assert other.dtype == one.dtype
    assert faces_of([], [], [], []).shown.shape == (0,)
