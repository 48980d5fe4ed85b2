import numpy as np
import pytest

from fsanet.rendering.raster import (
    NOTHING,
    draw_depth,
    draw_triangles,
    gather,
    lit_share,
    ribbon_screen,
    ribbon_triangles,
    vertex_normals,
)


def draw(screen, triangles, closed=0, side=8):
    depth = np.zeros((side, side), np.float32)
    ids = np.full((side, side), NOTHING, np.int32)
    weights = np.zeros((side, side, 2), np.float32)
    draw_triangles(np.array(screen, np.float32), np.array(triangles, np.int32), closed, 0, depth, ids, weights)
    return depth, ids, weights


def test_the_nearer_triangle_wins_whatever_the_order():
    near = [(0, 0, 1.0), (8, 0, 1.0), (0, 8, 1.0)]
    far = [(0, 0, 0.5), (8, 0, 0.5), (8, 8, 0.5), (0, 8, 0.5)]
    for triangles in ([[0, 1, 2], [3, 4, 5], [3, 5, 6]], [[3, 4, 5], [3, 5, 6], [0, 1, 2]]):
        _, ids, _ = draw(near + far, triangles)
        near_id = triangles.index([0, 1, 2])
        inside = np.add.outer(np.arange(8), np.arange(8)) < 7
        assert (ids[inside] == near_id).all()
        assert (ids[~inside & (np.add.outer(np.arange(8), np.arange(8)) > 7)] != near_id).all()


def test_weights_are_right_in_perspective():
    # A strip from distance 1 (left) to distance 4 (right): halfway on the screen lies one fifth of the way in space.
    screen = [(0, 0, 1.0), (8, 0, 0.25), (0, 8, 1.0), (8, 8, 0.25)]
    depth, ids, weights = draw(screen, [[0, 1, 2], [1, 3, 2]])
    assert (ids >= 0).all()
    values = np.array([[1.0], [4.0], [1.0], [4.0]], np.float32)  # distance itself must come out as 1 / depth
    triangles = np.array([[0, 1, 2], [1, 3, 2]], np.int32)
    seen = gather(ids, weights, np.arange(64), triangles, values)
    np.testing.assert_allclose(seen[:, 0], 1 / depth.ravel(), rtol=1e-5)


def test_closed_bodies_show_their_front_only():
    screen = [(0, 0, 1.0), (8, 0, 1.0), (0, 8, 1.0)]
    seen = [(draw(screen, [corners], closed)[1] >= 0).any() for corners in ([0, 1, 2], [0, 2, 1]) for closed in (0, 1)]
    assert seen == [True, False, True, True]


@pytest.mark.parametrize("screen", [[(-9, -9, 1), (-8, -9, 1), (-9, -8, 1)], [(0, 0, 0), (8, 0, 0), (0, 8, 0)]])
def test_nothing_is_drawn_beyond_the_picture_or_behind_the_camera(screen):
    assert (draw(screen, [[0, 1, 2]])[1] == NOTHING).all()


def test_normals_of_a_square_and_a_roof():
    flat = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], np.float32)
    np.testing.assert_allclose(vertex_normals(flat, np.array([[0, 1, 2], [0, 2, 3]], np.int32)), [[0, 0, 1]] * 4)
    roof = np.array([(0, 0, 0), (0, 1, 0), (1, 0, -1), (-1, 0, -1)], np.float32)
    ridge = vertex_normals(roof, np.array([[0, 2, 1], [0, 1, 3]], np.int32))[0]
    np.testing.assert_allclose(ridge, [0, 0, 1], atol=1e-6)


def test_ribbons_are_as_wide_as_asked_and_never_thinner_than_the_least():
    strand = np.array([[(0, 0, 1), (0, 4, 1), (0, 8, 1)]], np.float32)
    edges = ribbon_screen(strand, np.array([[2.0, 2.0, 0.0]], np.float32), 0.5).reshape(3, 2, 3)
    np.testing.assert_allclose(np.linalg.norm(edges[:, 0, :2] - edges[:, 1, :2], axis=1), [4, 4, 1], rtol=1e-5)
    triangles = ribbon_triangles(1, 3)
    assert triangles.shape == (4, 3)
    assert triangles.max() == 5


def test_shadow_of_a_plate():
    depth = np.zeros((16, 16), np.float32)
    plate = np.array([(4, 4, 5), (12, 4, 5), (12, 12, 5), (4, 12, 5)], np.float32)
    draw_depth(plate, np.array([[0, 1, 2], [0, 2, 3]], np.int32), depth)
    xy = np.array([(8, 8), (1, 1), (4, 8)], np.float32)
    np.testing.assert_allclose(lit_share(depth, xy, np.full(3, 2, np.float32), 0.1), [0, 1, 1 / 3], atol=1e-6)
    np.testing.assert_allclose(lit_share(depth, xy, np.full(3, 5, np.float32), 0.1), 1)
