"""Strands, the skull they lie on, and where on a mesh they start."""

import numpy as np
import pytest

from fsanet.rendering.pieces import grid_triangles, spun_shell
from fsanet.rendering.strands import (
    POINTS,
    SkullMap,
    at_samples,
    join_strands,
    make_strands,
    surface_samples,
    unit,
)

CENTRE = np.array([0.1, 7.0, -0.2])
AXES = np.array([0.8, 1.1, 1.0])


def directions(count=4000, seed=0):
    return unit(np.random.default_rng(seed).normal(size=(count, 3)))


def radius_of_ellipsoid(direction):
    return 1 / np.sqrt(np.square(direction / AXES).sum(axis=-1))


@pytest.fixture(scope="module")
def egg():
    d = directions(40_000)
    return SkullMap(CENTRE + d * radius_of_ellipsoid(d)[:, None], CENTRE)


def test_a_skull_is_as_far_as_its_points_in_every_direction(egg):
    d = directions(500, seed=1)
    d = d[np.abs(d[:, 1]) < 0.95]  # at the poles the cells are thin
    np.testing.assert_allclose(egg.radius_at(d), radius_of_ellipsoid(d), rtol=0.06)
    assert np.abs(egg.radius_at(d) / radius_of_ellipsoid(d) - 1).mean() < 0.006  # a cell beside would be 2 % off


def test_a_skull_has_no_seam_at_the_back(egg):
    beside = np.array([[s * 1e-3, 0.2, -1.0] for s in (-1, 1)])
    left, right = egg.radius_at(unit(beside))
    assert left == pytest.approx(right, rel=1e-2)


def test_a_hole_in_the_points_is_filled_from_around_it():
    d = directions(20_000)
    d = d[d[:, 1] > -0.6]  # the neck is open
    open_below = SkullMap(CENTRE + d, CENTRE)
    np.testing.assert_allclose(open_below.radius_at(np.array([[0.0, -1.0, 0.0]])), 1, rtol=0.05)


def test_strands_of_one_colour_and_width_are_broadcast_and_joined():
    one = make_strands(np.zeros((2, POINTS, 3)), 0.03, (0.1, 0.2, 0.3))
    two = make_strands(np.ones((1, POINTS, 3)), np.full((1, POINTS), 0.05), np.ones((1, 3)), roots=[7], wire=True)
    both = join_strands([one, two])
    assert len(both) == 3
    assert both.roots.tolist() == [-1, -1, 7]
    assert both.wire.tolist() == [False, False, True]
    np.testing.assert_allclose(both.widths[:, 0], [0.03, 0.03, 0.05])
    np.testing.assert_allclose(both.colours[0], [0.1, 0.2, 0.3])
    assert len(join_strands([])) == 0
    assert join_strands([]).points.shape == (0, POINTS, 3)


def test_unit_vectors():
    vectors = np.random.default_rng(0).normal(0, 5, (3, 7, 3))
    np.testing.assert_allclose(np.linalg.norm(unit(vectors), axis=-1), 1, atol=1e-6)
    np.testing.assert_allclose(np.cross(unit(vectors), vectors), 0, atol=1e-9)
    assert np.isfinite(unit(np.zeros(3))).all()


def test_places_on_a_mesh_are_as_dense_as_asked_per_area():
    """Columns of a plane of growing width; the right half twice as dense."""
    x = np.cumsum(np.linspace(0.1, 0.5, 11))
    vertices = np.stack([*np.meshgrid(x, [0.0, 1.0]), np.zeros((2, 11))], axis=-1).reshape(-1, 3)
    density = np.where(vertices[:, 0] > 1.6, 2.0, 1.0)
    corners, weights = surface_samples(np.random.default_rng(0), vertices, grid_triangles(2, 11), density, 20_000)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    places = at_samples(vertices, corners, weights)
    left, right = np.histogram(places[:, 0], [0.4, 1.2, 2.0, 2.8])[0][[0, 2]]
    assert right / left == pytest.approx(2, rel=0.1)
    assert places[:, 1].mean() == pytest.approx(0.5, abs=0.01)
    assert abs(np.corrcoef(places[:, 0], places[:, 1])[0, 1]) < 0.03


def test_values_at_places_are_those_of_the_corners_mixed():
    corners, weights = np.array([[0, 1, 2]]), np.array([[0.5, 0.25, 0.25]])
    values = np.array([[4.0, 0.0], [0.0, 8.0], [0.0, 4.0]])
    np.testing.assert_allclose(at_samples(values, corners, weights), [[2.0, 3.0]])


@pytest.mark.parametrize("off", [0.05, 0.3])
def test_a_shell_lies_off_the_head_between_its_angles(egg, off):
    axis = unit(np.array([0.0, 1.0, -0.3]))
    vertices, triangles = spun_shell(egg, axis, (10, 80), off, 0.0, 0.0)
    offset = vertices - egg.centre
    radius = np.linalg.norm(offset, axis=1)
    np.testing.assert_allclose(radius, egg.radius_at(offset / radius[:, None]) + off, atol=1e-3)
    angle = np.degrees(np.arccos(offset @ axis / radius))
    assert angle.min() == pytest.approx(10, abs=0.1)
    assert angle.max() == pytest.approx(80, abs=0.1)
    assert triangles.max() == len(vertices) - 1
    folded, _ = spun_shell(egg, axis, (10, 80), off, 0.5, 3.0)
    assert np.ptp(np.linalg.norm(folded - egg.centre, axis=1) - radius) > 0.3 * off
