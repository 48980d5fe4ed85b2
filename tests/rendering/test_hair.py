"""How hair is combed, cut, kept off the face and drawn together."""

from dataclasses import replace

import numpy as np
import pytest

from fsanet.rendering import hair as module
from fsanet.rendering.geometry import build_geometry, under_headwear
from fsanet.rendering.hair import grow_hair, scalp_mask
from fsanet.rendering.hair_styles import HAIR_STYLES
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.person import skull_map
from fsanet.rendering.raster import vertex_normals
from fsanet.rendering.shape import Traits
from fsanet.rendering.strands import POINTS, make_strands
from tests.rendering.studio import NOTHING, sitter

WOMAN = Traits(np.array([0.0, 0.0, 1.0]), 0.0, 0.0, 0.2, 0.0, 0.0)
STYLES = {style.name: style for style in HAIR_STYLES}


def grown(name, seed=0, **changes):
    pack = head_pack()
    style = replace(STYLES[name], **changes)
    normals = vertex_normals(pack.vertices, pack.triangles)
    rng, skull = np.random.default_rng(seed), skull_map(pack.vertices)
    return grow_hair(pack, rng, WOMAN, style, pack.vertices, normals, skull, np.full(3, 0.1))


def lengths(strands):
    return np.linalg.norm(np.diff(strands.points, axis=1), axis=2).sum(axis=1)


def combed(name, place, normal, swept=1.0):
    return module._comb(STYLES[name], np.array(place, float), np.array(normal, float), np.random.default_rng(0), swept)


TOP = np.array([[-0.3, 8.4, 0.4], [0.3, 8.4, 0.4]]), np.array([[0.0, 1.0, 0.0]] * 2)


@pytest.mark.parametrize(
    ("name", "along"),
    [("slick_back", (0, 0, -1)), ("crew", (0, 0, 1)), ("tail", (0, 0, -1))],
)
def test_hair_on_top_is_combed_as_the_style_says(name, along):
    flow = combed(name, *TOP)
    assert (flow @ np.array(along) > 0.7).all()
    np.testing.assert_allclose(flow[:, 1], 0, atol=1e-6)  # along the scalp


def test_a_parting_sends_hair_to_both_sides():
    flow = combed("bob", np.array([[-0.6, 8.3, 0.3], [0.6, 8.3, 0.3]]), TOP[1])
    assert flow[0, 0] < -0.3
    assert flow[1, 0] > 0.3


def test_hair_on_the_sides_lies_down_and_back():
    flow = combed("side_part", [[0.8, 7.2, 0.0]], [[1.0, 0.0, 0.0]])[0]
    assert flow[1] < -0.5
    assert flow[2] < 0


def test_a_fringe_is_combed_forward_and_cut_over_the_brows():
    style = STYLES["fringe_long"]
    place = np.array([[0.1, 8.1, 1.0], [0.0, 8.2, -0.5]])
    assert combed("fringe_long", place, [[0.0, 0.6, 0.8], [0, 1, 0]])[0, 2] > 0.5
    cut = module._lengths(style, place, np.random.default_rng(0), 1.0)
    assert cut[0] < 0.8 < cut[1]
    reach = place[0, 1] - cut[0]
    assert 7.3 < reach + 0.15 < 7.85  # hangs to the brows, not over the eyes
    bare = module._lengths(replace(style, front=""), place, np.random.default_rng(0), 1.0)
    assert bare[0] > 1.5


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_a_fringe_is_swept_to_one_side_as_far_as_beside_the_eye(side):
    place, normal = np.array([[-0.3, 8.1, 1.0], [0.3, 8.1, 1.0]]), np.array([[0.0, 0.6, 0.8]] * 2)
    flow = combed("swept_long", place, normal, side)
    assert (side * flow[:, 0] > 0.4).all()
    lengths = module._lengths(STYLES["swept_long"], place, np.random.default_rng(0), side)
    ends = place + lengths[:, None] * flow
    far = ends[int(side < 0)]  # of what starts on the other side
    assert side * far[0] > 0.1
    assert lengths[int(side < 0)] > lengths[int(side > 0)]


def before_the_face(name, seed):
    """How much of the hair's points lie over brows, eyes and cheeks, by side."""
    points = grown(name, seed).strands.points
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    there = (np.abs(x) < 0.68) & (y < 7.5) & (y > 6.4) & (z > 0.7)
    return (there & (x < 0)).mean(), (there & (x > 0)).mean()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_curtains_and_swept_fringes_fall_over_the_face_and_other_hair_does_not(seed):
    assert min(before_the_face("curtain", seed)) > 2e-3
    assert max(before_the_face("swept_long", seed)) > 2e-3 > 4 * min(before_the_face("swept_long", seed))
    assert max(before_the_face("long_straight", seed)) == 0
    middle = grown("curtain", seed).strands.points
    over_nose = (np.abs(middle[..., 0]) < 0.2) & (middle[..., 1] < 7.4) & (middle[..., 2] > 0.7)
    assert over_nose.mean() < 1e-3


@pytest.mark.parametrize("name", ["crew", "bob", "long_straight"])
def test_strands_are_about_as_long_as_the_style_says(name):
    style, hair = STYLES[name], grown(name)
    low, high = style.length
    found = np.median(lengths(hair.strands)[: style.strands])
    assert low * min(style.sides, 1) * 0.6 < found < high * 1.3


@pytest.mark.parametrize("seed", [1, 2])
def test_long_hair_hangs_beside_the_face_and_not_before_it(seed):
    points = grown("long_straight", seed).strands.points
    below_cheeks = (points[..., 1] < 7.0) & (points[..., 1] > 6.4)
    assert points[below_cheeks][:, 2].max() < 0.55  # the face reaches to 1.7
    assert (points[..., 1].min(axis=1) < 6.3).mean() > 0.5


def test_hair_that_would_fall_before_the_face_is_pushed_beside_it():
    points = np.array([[0.3, 7.2, 1.3], [-0.3, 7.2, 1.3], [0.2, 8.2, 1.0], [0.9, 7.0, 0.1]])
    pushed = module._off_the_face(points, 0.2)
    np.testing.assert_allclose(pushed[:2, 0], [0.74, -0.74])
    assert (pushed[:2, 2] < 0.5).all()
    np.testing.assert_array_equal(pushed[2:], points[2:])  # what lies on top or beside stays


def test_gravity_pulls_and_curls_turn():
    straight, curled = grown("long_straight", curl=0.0, clump=0.0), grown("long_straight", curl=0.8, clump=0.0)

    def bend(hair):
        steps = np.diff(hair.strands.points, axis=1)
        steps = steps / (np.linalg.norm(steps, axis=2, keepdims=True) + 1e-9)
        return 1 - np.einsum("nki,nki->nk", steps[:, 1:], steps[:, :-1]).mean()

    assert bend(curled) > 1.5 * bend(straight)
    ends = [grown("bob", gravity=g).strands.points[:, -1, 1].mean() for g in (0.0, 0.8)]
    assert ends[1] < ends[0] - 0.1


def test_locks_draw_tips_together_and_leave_roots():
    loose, drawn = (grown("long_wavy", clump=c, curl=0.0).strands.points for c in (0.0, 0.95))
    np.testing.assert_allclose(loose[:, 0], drawn[:, 0], atol=0.05)

    def spread(points):
        tips = points[:, -1]
        return np.sort(np.linalg.norm(tips[:, None] - tips[None, :400], axis=2), axis=1)[:, 3].mean()

    assert spread(drawn) < 0.8 * spread(loose)


@pytest.mark.parametrize("knot", ["bun", "tail"])
def test_a_knot_lies_behind_the_head(knot):
    hair = grown(knot)
    tied = hair.strands.points[STYLES[knot].strands :]
    assert len(tied) == 500
    assert tied[..., 2].mean() < -0.2
    assert abs(tied[..., 0].mean()) < 0.1
    assert (tied[..., 1].min() < 6.8) == (knot == "tail")


def test_the_hairline_leaves_face_and_ears_free_and_recedes():
    pack = head_pack()
    young, old = (
        np.mean([scalp_mask(pack, np.random.default_rng(s), of, STYLES["crew"]) for s in range(12)], axis=0)
        for of in (WOMAN, Traits(np.full(3, 1 / 3), 1.0, 0.0, 0.9, 0.0, 0.0))
    )
    temple = (np.abs(np.abs(pack.vertices[:, 0]) - 0.45) < 0.12) & (np.abs(pack.vertices[:, 1] - 8.1) < 0.12)
    assert old[temple].mean() < young[temple].mean()
    assert young[pack.ears > 0.5].max() == 0
    assert young[pack.vertices[:, 1] > 8.4].min() > 0.9
    horseshoe = scalp_mask(pack, np.random.default_rng(0), WOMAN, STYLES["horseshoe"])
    assert horseshoe[pack.vertices[:, 1] > 8.3].max() == 0
    assert horseshoe.max() > 0.5


def test_a_hat_hides_what_grows_above_its_rim():
    low, high = np.linspace(7.5, 6.5, POINTS), np.linspace(8.2, 7.0, POINTS)
    points = np.stack([np.stack([0 * y, y, 0 * y], axis=1) for y in (low, high)])
    strands = make_strands(points, 0.02, 0.1)
    assert len(under_headwear(strands, "cap", 7.75)) == 1
    assert len(under_headwear(strands, "hood", 7.75)) == 0
    assert len(under_headwear(strands, "scarf", 7.75)) == 0
    assert len(under_headwear(strands, "band", 7.75)) == 2


def test_what_rides_on_the_skin_moves_with_it():
    person = sitter()
    root = int(head_pack().landmarks[57])  # the lower lip
    hairs = make_strands(np.tile(person.shape.vertices[root], (1, POINTS, 1)), 0.02, 0.1, roots=[root])
    skin = person.shape.vertices.copy()
    skin[root] += [0.0, -0.3, 0.05]
    geometry = build_geometry(person, skin, [], [], NOTHING, hairs)
    np.testing.assert_allclose(geometry.strands.points[0], np.tile(skin[root], (POINTS, 1)), atol=1e-5)
    np.testing.assert_array_equal(geometry.vertices[: geometry.head_vertices], skin)


def test_the_shell_stands_off_by_the_hairs_thickness():
    hair = grown("bob")
    person = replace(sitter(), hair=hair)
    geometry = build_geometry(person, person.shape.vertices, [], [], hair.strands, NOTHING)
    bare = build_geometry(person, person.shape.vertices, [], [], hair.strands, NOTHING, shell=False)
    extra = len(geometry.vertices) - len(bare.vertices)
    used = np.flatnonzero(hair.thickness > 0)
    assert 0 < extra <= len(used)
    shell = geometry.vertices[len(person.shape.vertices) : len(person.shape.vertices) + extra]
    middle = np.array([0, 7.3, 0.4])
    assert (
        np.linalg.norm(shell - middle, axis=1).mean()
        > np.linalg.norm(person.shape.vertices[used] - middle, axis=1).mean()
    )
