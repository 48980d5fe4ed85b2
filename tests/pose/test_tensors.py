import keras
import numpy as np
from keras import ops

from fsanet.pose import angles, errors, tensors


def some_poses(count: int = 200) -> np.ndarray:
    random = np.random.default_rng(0)
    return random.uniform((-80, -60, -60), (80, 60, 60), (count, 3)).astype(np.float32)


def as_array(tensor) -> np.ndarray:
    return keras.ops.convert_to_numpy(tensor)


def test_rotations_and_angles_agree_with_numpy():
    poses = some_poses()
    rotations = tensors.rotation_from_angles(ops.convert_to_tensor(poses))
    np.testing.assert_allclose(as_array(rotations), angles.rotation_from_angles(poses), atol=1e-5)
    np.testing.assert_allclose(as_array(tensors.angles_from_rotation(rotations)), poses, atol=1e-2)


def test_turns_and_mirrors_agree_with_numpy():
    poses = some_poses()
    turn = np.linspace(-45, 45, len(poses)).astype(np.float32)
    turned = tensors.rotate_in_plane(ops.convert_to_tensor(poses), ops.convert_to_tensor(turn))
    np.testing.assert_allclose(as_array(turned), angles.rotate_in_plane(poses, turn), atol=2e-2)
    np.testing.assert_allclose(as_array(tensors.mirror(ops.convert_to_tensor(poses))), angles.mirror(poses), atol=1e-5)


def test_chord_follows_the_geodesic_error():
    first, second = some_poses(), some_poses()[::-1].copy()
    exact = errors.geodesic_errors(first, second)
    chord = as_array(tensors.chord_deg(ops.convert_to_tensor(first), ops.convert_to_tensor(second)))
    np.testing.assert_allclose(chord, np.rad2deg(2 * np.sin(np.deg2rad(exact) / 2)), rtol=1e-3, atol=0.05)


def test_chord_of_equal_poses_is_almost_nothing():
    poses = ops.convert_to_tensor(some_poses(3))
    assert as_array(tensors.chord_deg(poses, poses)).max() < 0.05
