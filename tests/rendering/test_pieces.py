"""Meshes that a person wears: grids, smoothing, cutting, shells spun round a head."""

import numpy as np
import pytest

from fsanet.rendering.pieces import Material, cut_along, grid_triangles, make_piece, smooth, spun_shell
from fsanet.rendering.strands import SkullMap, unit

CENTRE = np.array([0.0, 7.0, 0.2])


@pytest.fixture(scope="module")
def ball():
    return SkullMap(CENTRE + unit(np.random.default_rng(0).normal(size=(20_000, 3))), CENTRE)


def normals_of(vertices, triangles):
    a, b, c = np.moveaxis(vertices[triangles], 1, 0)
    return np.cross(b - a, c - a)


def test_a_piece_has_one_colour_or_one_per_vertex():
    corners = np.eye(3)
    plain = make_piece(corners, [[0, 1, 2]], (0.1, 0.2, 0.3), Material.CLOTH)
    np.testing.assert_allclose(plain.colours, [[0.1, 0.2, 0.3]] * 3)
    own = make_piece(corners, [[0, 1, 2]], corners, Material.SKIN, 0.5)
    np.testing.assert_array_equal(own.colours, corners)
    assert (own.weave, plain.weave) == (0.5, 0.0)
    assert (plain.vertices.dtype, plain.triangles.dtype, plain.colours.dtype) == (np.float32, np.int32, np.float32)
    plain.colours[0] = 9.0  # its own to write to
    assert plain.colours[1, 0] == pytest.approx(0.1)


@pytest.mark.parametrize("closed", [False, True])
def test_a_grid_is_tiled_once_and_one_way_round(closed):
    rows, columns = 4, 5
    triangles = grid_triangles(rows, columns, closed)
    y, x = np.divmod(np.arange(rows * columns), columns)
    if closed:  # rolled up: a tube around y, seen from outside
        angle = 2 * np.pi * x / columns
        vertices = np.column_stack([np.sin(angle), -y, np.cos(angle)])
        outwards = (vertices[triangles].mean(axis=1) * [1, 0, 1] * normals_of(vertices, triangles)).sum(axis=1)
        assert (outwards > 0).all()
    else:
        vertices = np.column_stack([x, -y, 0 * x])
        np.testing.assert_array_equal(normals_of(vertices, triangles), [[0, 0, 1]] * len(triangles))
    wide = columns if closed else columns - 1
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    _, count = np.unique(edges, axis=0, return_counts=True)
    assert len(triangles) == 2 * wide * (rows - 1)
    assert count.max() == 2
    assert (count == 1).sum() == 2 * wide + (0 if closed else 2 * (rows - 1))  # the rims


def test_smoothing_keeps_the_level_and_takes_the_spikes():
    triangles = grid_triangles(9, 9)
    level = np.full((81, 2), 3.0)
    np.testing.assert_allclose(smooth(level, triangles, 5), 3.0)
    spike = np.zeros((81, 2))
    spike[40] = [1.0, -2.0]
    once, often = (smooth(spike, triangles, rounds) for rounds in (1, 6))
    np.testing.assert_allclose(once[40], [0.5, -1.0])  # half itself, half its neighbours
    np.testing.assert_allclose(once[41, 0], 0.5 / 6)  # inside a grid each vertex has six
    np.testing.assert_allclose(often[:, 1], -2 * often[:, 0])
    assert 0 < often[40, 0] < 0.2
    np.testing.assert_array_equal(smooth(spike, triangles, 0), spike)


def test_a_vertex_without_triangles_stays_finite():
    lonely = smooth(np.array([[1.0], [2.0], [3.0], [8.0]]), np.array([[0, 1, 2]]), 1)
    np.testing.assert_allclose(lonely[:3, 0], [0.5 + 1.25, 1 + 1, 1.5 + 0.75])
    assert lonely[3, 0] == 4.0


def test_a_cut_lies_where_the_field_is_zero():
    triangles = np.array([[0, 1, 2]])
    field = np.array([1.0, -3.0, -1.0])
    cut = cut_along(triangles, field)
    places = np.sort(cut.at(np.array([[0.0, 0], [4, 0], [0, 2]])), axis=0)
    np.testing.assert_allclose(places, np.sort([[0, 0], [1, 0], [0, 1]], axis=0))
    np.testing.assert_allclose(np.sort(cut.at(field)), [0, 0, 1], atol=1e-12)


@pytest.mark.parametrize("axis", [(0.0, 1.0, -0.3), (0.0, 0.1, 1.0)])
def test_a_shell_wraps_all_around_its_axis_and_faces_outwards(ball, axis):
    vertices, triangles = spun_shell(ball, np.array(axis), (20, 100), 0.1, 0.0, 0.0)
    assert vertices.shape == (18 * 40, 3)
    middle = vertices[triangles].mean(axis=1) - CENTRE
    facing = (normals_of(vertices, triangles) * middle).sum(axis=1)
    assert len(set(np.sign(facing))) == 1  # no triangle is turned over
    rings = vertices.reshape(18, 40, 3) - CENTRE
    np.testing.assert_allclose(np.linalg.norm(rings, axis=2), 1.1, atol=0.02)
    np.testing.assert_allclose(unit(rings.mean(axis=1)[0]), unit(np.array(axis)), atol=0.03)
    angle = np.degrees(np.arccos(np.clip(unit(rings) @ unit(np.array(axis)), -1, 1)))
    np.testing.assert_allclose(angle, np.linspace(20, 100, 18)[:, None] * np.ones(40), atol=1e-3)
    gaps = np.linalg.norm(rings - np.roll(rings, 1, axis=1), axis=2)
    np.testing.assert_allclose(gaps, gaps[:, :1] * np.ones(40), rtol=0.15)  # even, also where it closes


def test_folds_are_a_share_of_what_a_shell_stands_off(ball):
    near, far = (spun_shell(ball, np.array([0, 1.0, 0]), (20, 100), off, 0.3, 2.0)[0] for off in (0.05, 0.2))
    folds = [np.std(np.linalg.norm(v - CENTRE, axis=1)) for v in (near, far)]
    assert folds[1] == pytest.approx(4 * folds[0], rel=0.25)
    other = spun_shell(ball, np.array([0, 1.0, 0]), (20, 100), 0.2, 0.3, 9.0)[0]
    assert np.abs(other - far).max() > 0.03
