import numpy as np
import pytest

from fsanet.pose.angles import (
    Pose,
    angles_from_rotation,
    angles_near,
    angles_of_facing,
    elevation_deg,
    lean_deg,
    mirror,
    rotate_in_plane,
    rotation_between,
    rotation_from_angles,
)

RIGHT, UP, FRONT = np.eye(3)


def elementary(yaw, pitch, roll):
    """R = Rx Ry Rz from the three matrices as the conventions write them."""
    (cy, sy), (cp, sp), (cr, sr) = ((np.cos(np.radians(a)), np.sin(np.radians(a))) for a in (yaw, pitch, roll))
    rx = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    ry = np.array([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    rz = np.array([[cr, sr, 0], [-sr, cr, 0], [0, 0, 1]])
    return rx @ ry @ rz


def random_poses(count=200, seed=0):
    return np.random.default_rng(seed).uniform([-89, -179, -179], [89, 179, 179], (count, 3))


def test_rotation_is_the_product_of_the_three_matrices():
    for pose in random_poses(50):
        np.testing.assert_allclose(rotation_from_angles(pose), elementary(*pose), atol=1e-12)


@pytest.mark.parametrize(
    ("pose", "axis", "component", "sign"),
    [
        ((30, 0, 0), FRONT, 0, -1),  # yaw > 0: the face turns to the image's left
        ((0, 30, 0), FRONT, 1, +1),  # pitch > 0: up
        ((0, 0, 30), UP, 0, +1),  # roll > 0: clockwise, the top of the head goes to the image's right
    ],
)
def test_signs(pose, axis, component, sign):
    assert np.sign((rotation_from_angles(pose) @ axis)[component]) == sign


def test_angles_survive_the_round_trip():
    poses = random_poses()
    np.testing.assert_allclose(angles_from_rotation(rotation_from_angles(poses)), poses, atol=1e-9)


def test_leading_axes_are_kept():
    poses = random_poses(6).reshape(2, 3, 3)
    assert rotation_from_angles(poses).shape == (2, 3, 3, 3)
    np.testing.assert_allclose(angles_from_rotation(rotation_from_angles(poses)), poses, atol=1e-9)


@pytest.mark.parametrize("yaw", [-90.0, 90.0])
def test_gimbal_lock_keeps_the_rotation(yaw):
    rotation = rotation_from_angles((yaw, 20.0, 35.0))
    angles = angles_from_rotation(rotation)
    assert angles[2] == 0.0
    np.testing.assert_allclose(rotation_from_angles(angles), rotation, atol=1e-9)


def test_beyond_profile_the_triple_is_that_of_the_known_pose():
    poses = np.array([(95.0, 3, 2), (-99, -20, 10), (120, 40, -60), (85, 177, -178), (30, 10, 5)])
    np.testing.assert_allclose(angles_near(rotation_from_angles(poses), poses), poses, atol=1e-9)
    assert angles_near(rotation_from_angles(poses), poses + 8).shape == (5, 3)
    np.testing.assert_allclose(angles_near(rotation_from_angles((95, 3, 2)), (88, 0, 0)), (95, 3, 2), atol=1e-9)
    np.testing.assert_allclose(
        angles_near(rotation_from_angles((95, 3, 2)), (85, 180, 180)), (85, -177, -178), atol=1e-9
    )


def test_both_triples_are_one_rotation_and_usual_answers_stay_to_the_bit():
    known, turned = random_poses(500), rotation_from_angles(random_poses(500, seed=1))
    near, plain = angles_near(turned, known), angles_from_rotation(turned)
    np.testing.assert_allclose(rotation_from_angles(near), turned, atol=1e-9)
    changed = (near != plain).any(axis=1)
    assert 0 < changed.sum() < 250
    assert (np.abs(plain[changed, 1]) > 90).all()
    assert (np.abs(near) <= 180).all()
    distances = [np.square((triple - known + 180) % 360 - 180).sum(axis=1) for triple in (near, plain)]
    assert (distances[0] <= distances[1] + 1e-9).all()


def test_turning_the_image_turns_a_frontal_head_by_roll_alone():
    np.testing.assert_allclose(rotate_in_plane((0, 0, 10), 25), (0, 0, 35), atol=1e-9)


def test_turning_the_image_is_a_rotation_about_the_camera_axis():
    pose, turn = (40, -20, 10), 30
    want = elementary(0, 0, turn) @ elementary(*pose)
    np.testing.assert_allclose(rotation_from_angles(rotate_in_plane(pose, turn)), want, atol=1e-12)


def test_elevation_is_where_a_face_looks_whatever_its_roll():
    poses = [(0, 20, 0), (60, 20, 0), (-40, -10, 30)]
    np.testing.assert_allclose(elevation_deg(poses), [Pose(*pose).facing.elevation for pose in poses], atol=1e-9)
    np.testing.assert_allclose(elevation_deg(angles_of_facing([(0, 12), (70, 12)])), [12, 12], atol=1e-9)


def test_the_lean_is_the_roll_of_a_face_that_looks_ahead():
    np.testing.assert_allclose(lean_deg([[0, 0, 30], [0, 0, -120]]), [30, -120], atol=1e-9)
    assert abs(lean_deg((80, 30, 20))) < 5  # a profile's roll is mostly a nod


def test_turning_the_image_adds_to_the_lean():
    pose = np.array([40.0, 25.0, 10.0])
    np.testing.assert_allclose(lean_deg(rotate_in_plane(pose, 33.0)), lean_deg(pose) + 33.0, atol=1e-9)


def test_the_way_between_rotations():
    first, second = rotation_from_angles([[0, 0, 0], [10, 20, 30]]), rotation_from_angles([[0, 0, 40], [10, 20, 30]])
    np.testing.assert_allclose(rotation_between(first, second, [0, 0]), first, atol=1e-12)
    np.testing.assert_allclose(rotation_between(first, second, [1, 1]), second, atol=1e-12)
    half = angles_from_rotation(rotation_between(first, second, 0.5))
    np.testing.assert_allclose(half, [[0, 0, 20], [10, 20, 30]], atol=1e-9)


def test_mirror_is_the_reflection_of_the_rotation():
    pose = (40.0, -20.0, 10.0)
    flip = np.diag([-1.0, 1.0, 1.0])
    np.testing.assert_allclose(rotation_from_angles(mirror(pose)), flip @ rotation_from_angles(pose) @ flip, atol=1e-12)


def landmark_spread(labels_and_landmarks, order):
    """How far 3D landmarks, each turned back by its label, are from agreeing, in units of their size."""
    shapes = []
    for pose, points in labels_and_landmarks:
        shape = points @ order(pose)  # row vectors: this is R^T applied
        shape = shape - shape.mean(axis=0)
        shapes.append(shape / np.sqrt((shape**2).mean()))
    shapes = np.array(shapes)
    return np.sqrt(((shapes - shapes.mean(axis=0)) ** 2).mean())


@pytest.mark.mirror
def test_aflw2000_labels_agree_best_with_this_order(mirror):
    """The convention is measured: 3D landmarks turned back by R^T agree better than with any other order of factors."""
    from itertools import permutations

    from scipy.io import loadmat

    samples = []
    for file in sorted((mirror / "faces" / "AFLW2000").glob("*.mat")):
        mat = loadmat(file)
        pitch, yaw, roll = np.degrees(mat["Pose_Para"][0, :3])
        if max(abs(yaw), abs(pitch), abs(roll)) <= 99:
            points = mat["pt3d_68"].T * [1, -1, 1]  # y up
            samples.append(((yaw, pitch, roll), points))
    assert len(samples) == 38

    def product(names):
        def rotation(pose):
            yaw, pitch, roll = pose
            factors = {"x": elementary(0, pitch, 0), "y": elementary(yaw, 0, 0), "z": elementary(0, 0, roll)}
            return factors[names[0]] @ factors[names[1]] @ factors[names[2]]

        return rotation

    spreads = {"".join(names): landmark_spread(samples, product(names)) for names in permutations("xyz")}
    assert min(spreads, key=spreads.get) == "xyz", spreads
    assert landmark_spread(samples, rotation_from_angles) == pytest.approx(spreads["xyz"])


def rotated_by_quaternion(quaternion, vector):
    """q v q* by Hamilton's products."""

    def product(a, b):
        (aw, *av), (bw, *bv) = a, b
        av, bv = np.array(av), np.array(bv)
        return (aw * bw - av @ bv, *(aw * bv + bw * av + np.cross(av, bv)))

    w, x, y, z = quaternion
    return np.array(product(product(quaternion, (0.0, *vector)), (w, -x, -y, -z))[1:])


@pytest.mark.parametrize(
    "pose", [(0, 0, 0), (35, 0, 0), (0, -25, 0), (0, 0, 170), (75, -58, -75), (-89, 120, 179), (180, 0, 0)]
)
def test_the_quaternion_turns_as_the_matrix_does(pose):
    pose = Pose(*pose)
    assert pose.quaternion[0] >= 0
    for vector in np.eye(3):
        np.testing.assert_allclose(rotated_by_quaternion(pose.quaternion, vector), pose.rotation @ vector, atol=1e-12)


@pytest.mark.parametrize(
    ("pose", "facing"),
    [
        ((30, 0, 0), (30, 0)),
        ((0, 20, 70), (0, 20)),
        ((-90, 0, 10), (-90, 0)),
        ((75, -58, -75), (81.9, -12.7)),
        ((10, 180, 0), (170, 0)),
    ],
)
def test_facing_says_where_the_face_looks(pose, facing):
    np.testing.assert_allclose(Pose(*pose).facing, facing, atol=0.05)


def test_a_direction_gives_an_upright_head_that_looks_there():
    directions = np.array([(a, e) for a in (-90, -60, 0, 30, 75) for e in (-60, -15, 0, 30)], float)
    poses = angles_of_facing(directions)
    np.testing.assert_allclose([Pose(*pose).facing for pose in poses], directions, atol=1e-4)
    np.testing.assert_allclose(rotation_from_angles(poses)[:, 1, 0], 0, atol=1e-12)  # its ears are level
    np.testing.assert_allclose(angles_of_facing([0, 20]), [0, 20, 0], atol=1e-12)
    assert angles_of_facing([60, 30])[2] > 20  # not (60, 30, 0)


def test_what_is_no_pose_looks_nowhere():
    assert np.isnan(Pose(np.nan, 0, 0).facing).all()
