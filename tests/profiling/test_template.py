import itertools
from dataclasses import replace

import numpy as np
import pytest

from fsanet.pose.angles import rotation_from_angles
from fsanet.pose.errors import rotation_distances_deg
from fsanet.profiling.template import Placement, face_template, mean_rotation, place


def test_place_finds_rotation_scale_and_shift():
    template, rotation = face_template().points, rotation_from_angles([40, -20, 10])
    seen = 37.0 * template @ rotation.T + [5.0, -300.0, 2.0]
    found = place(template, seen, face_template().weights)
    np.testing.assert_allclose(found.rotation, rotation, atol=1e-9)
    assert found.scale == pytest.approx(37.0)
    np.testing.assert_allclose(found.shift, [5.0, -300.0, 2.0], atol=1e-6)
    np.testing.assert_allclose(found.to_head(found.to_picture(template)), template, atol=1e-9)


def test_points_of_no_weight_do_not_count():
    template, weights = face_template().points, face_template().weights.copy()
    seen = template.copy()
    seen[:50] += 3.0
    weights[:50] = 0.0
    np.testing.assert_allclose(place(template, seen, weights).rotation, np.eye(3), atol=1e-9)


def test_place_never_mirrors():
    template = face_template().points
    found = place(template, template * [-1.0, 1.0, 1.0], np.ones(len(template)))
    assert np.linalg.det(found.rotation) == pytest.approx(1.0)


def test_template_is_a_face_at_zero_pose():
    points = face_template().points
    assert points.shape == (478, 3)
    assert abs(points[:, 0].mean()) < 0.01  # left and right alike
    tip, chin, forehead = points[4], points[152], points[10]
    assert tip[2] > chin[2]
    assert forehead[1] > tip[1] > chin[1]
    assert face_template().weights.sum() == pytest.approx(1.0, abs=1e-5)


def test_mean_rotation_lies_between():
    a, b = rotation_from_angles([10, 0, 0]), rotation_from_angles([20, 0, 0])
    middle = mean_rotation(np.stack([a, b]))
    assert rotation_distances_deg(middle, rotation_from_angles([15, 0, 0])) < 1e-9


def test_a_mean_of_rotations_is_a_rotation_even_where_they_point_all_ways():
    half_turns = np.stack([np.diag(signs) for signs in ([1.0, -1, -1], [-1, 1.0, -1], [-1, -1, 1.0])])
    assert np.linalg.det(mean_rotation(half_turns)) == pytest.approx(1.0)


@pytest.mark.parametrize("mirror", [1.0, -1.0])
def test_no_placement_near_by_fits_better(mirror):
    template, weights = face_template().points, face_template().weights
    seen = 30.0 * template @ rotation_from_angles([25, -15, 5]).T * [mirror, 1.0, 1.0]
    seen += np.random.default_rng(0).normal(0, 2.0, seen.shape) * (weights[:, None] < np.median(weights))

    def left(at: Placement) -> float:
        return float((weights[:, None] * np.square(at.to_picture(template) - seen)).sum())

    found = place(template, seen, weights)
    middle = weights @ template / weights.sum()
    for step, axis in itertools.product([-0.01, 0.01], np.eye(3)):
        assert left(about(found, middle, found.rotation, found.scale * (1 + step))) > left(found)
        assert left(replace(found, shift=found.shift + step * axis)) > left(found)
        turn = rotation_from_angles(100 * step * axis)
        assert left(about(found, middle, turn @ found.rotation, found.scale)) > left(found)


def about(at: Placement, middle, rotation, scale) -> Placement:
    """Another rotation and scale, with the middle of the points where it was."""
    return Placement(rotation, scale, at.to_picture(middle[None])[0] - scale * rotation @ middle)
