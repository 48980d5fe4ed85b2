import numpy as np

from fsanet.pose.angles import angles_from_rotation, rotation_from_angles
from fsanet.rendering.expression import with_expression
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.landmarks import GLABELLA_SPOT, POGONION_SPOT, five_points
from fsanet.rendering.shape import (
    CHIN_BEFORE_BROW,
    _aligned_by,
    draw_shape,
    draw_traits,
    face_middle,
    mean_head,
    procrustes,
)

# Mean of the Basel Face Model, decimetres, person's right first (image left), made symmetric.
BASEL_FIVE_POINTS = np.array(
    [
        [-0.3106, 0.2900, 0.1328],
        [0.3106, 0.2900, 0.1328],
        [0.0, -0.0462, 0.5524],
        [-0.2503, -0.3813, 0.2232],
        [0.2503, -0.3813, 0.2232],
    ]
)


def nearest(spot):
    pack = head_pack()
    return pack.skin[np.argmin(np.linalg.norm(pack.vertices[pack.skin] - spot, axis=1))]


def people(count, seed=0):
    rng = np.random.default_rng(seed)
    return [draw_shape(rng, draw_traits(rng)) for _ in range(count)]


def test_zero_pose_is_natural_head_position():
    head = mean_head()
    assert abs(head[nearest(POGONION_SPOT), 2] - head[nearest(GLABELLA_SPOT), 2] - CHIN_BEFORE_BROW) < 1e-6


def test_ear_and_orbit_agree_with_natural_head_position():
    # The Frankfort line, from the upper edge of the ear canal to 18 mm below the middle of the eye, rises to the front
    # by few degrees in natural head position.
    head, pack = mean_head(), head_pack()
    ear = head[nearest((0.70, 7.10, 0.55))]
    eye = head[pack.eye(1)].mean(axis=0)
    rise = np.rad2deg(np.arctan2(eye[1] - 0.18 - ear[1], eye[2] + 0.1 - ear[2]))
    assert -3 < rise < 9


def test_the_mean_face_has_published_proportions():
    ours = five_points(mean_head()[head_pack().landmarks])
    ours, theirs = ours - ours.mean(axis=0), BASEL_FIVE_POINTS - BASEL_FIVE_POINTS.mean(axis=0)
    ours = ours @ procrustes(ours, theirs).T
    ours *= (ours * theirs).sum() / (ours * ours).sum()
    np.testing.assert_allclose(ours, theirs, atol=0.015)  # 1.5 mm


def test_no_identity_tilts_its_face():
    chosen = _aligned_by()
    for shape in people(5):
        turn = procrustes(shape.vertices[chosen], mean_head()[chosen])
        np.testing.assert_allclose(angles_from_rotation(turn), 0, atol=1e-3)
        np.testing.assert_allclose(shape.vertices[chosen].mean(axis=0), face_middle(), atol=1e-4)
    assert not [name for name in head_pack().targets if "head-angle" in name]


def test_morphs_that_tilt_the_face_are_turned_back():
    turned = [np.abs(angles_from_rotation(shape.turn) - [0, 4, 0]).max() for shape in people(12)]
    assert max(turned) > 1  # some identities needed it


def test_people_differ_and_repeat():
    first, second = people(2)
    assert np.abs(first.vertices - second.vertices).max() > 0.05
    np.testing.assert_array_equal(people(1)[0].vertices, first.vertices)


def test_expressions_move_the_face_but_not_the_skull():
    shape, pack = people(1)[0], head_pack()
    rng = np.random.default_rng(0)
    moved = np.max([np.abs(with_expression(shape, rng) - shape.vertices) for _ in range(12)], axis=(0, 2))
    assert moved[pack.landmarks[48:]].max() > 0.02
    assert moved[pack.vertices[:, 1] > 8.1].max() == 0
    assert moved[pack.ears > 0.6].max() < 1e-3


def test_traits_are_evenly_mixed():
    rng = np.random.default_rng(0)
    traits = [draw_traits(rng) for _ in range(2000)]
    np.testing.assert_allclose(np.mean([t.ethnicity for t in traits], axis=0), 1 / 3, atol=0.03)
    assert 0.45 < np.mean([t.male > 0.5 for t in traits]) < 0.55
    assert 0.09 < np.mean([t.child > 0 for t in traits]) < 0.15
    assert 0.2 < np.mean([t.old > 0.4 for t in traits]) < 0.45


def test_procrustes_finds_a_rotation_whatever_the_scale_and_place():
    points = np.random.default_rng(0).normal(size=(20, 3))
    turn = rotation_from_angles([30, -20, 10])
    np.testing.assert_allclose(procrustes(points, 3 * points @ turn.T + 5), turn, atol=1e-9)
