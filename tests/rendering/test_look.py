"""The colours of persons, and where on a head they lie."""

from dataclasses import replace

import numpy as np
import pytest

from fsanet.rendering import look as module
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.look import draw_look, linear, paint_pixels, paint_vertices, wrinkle_shade
from fsanet.rendering.shape import Traits

ADULT = Traits(np.full(3, 1 / 3), 0.0, 0.0, 0.2, 0.0, 0.0)


def looks(count=300, **traits):
    rng = np.random.default_rng(0)
    return [draw_look(rng, replace(ADULT, **traits)) for _ in range(count)]


def field(name, **traits):
    return np.array([getattr(look, name) for look in looks(**traits)])


@pytest.fixture(scope="module")
def plain():
    """A look without anything painted on the skin."""
    none = dict.fromkeys(("blotches", "redness", "eye_shadow", "lid_paint", "wrinkles", "lip_paint", "relief"), 0.0)
    return replace(looks(1)[0], skin=np.array([0.5, 0.3, 0.2]), freckles=99.0, **none)


def paint_creases(plain):
    """Albedo (V, 3) as a share of the skin's."""
    return paint_vertices(head_pack(), plain) / plain.skin


def painted(plain, **changes):
    """How a head's albedo (V,) differs from that of a plain one, as a factor."""
    pack = head_pack()
    return paint_vertices(pack, replace(plain, **changes)) / paint_vertices(pack, plain)


def test_linear_light_of_grey_levels():
    np.testing.assert_allclose(
        linear([0, 5, 10.31475, 128, 255]), [0, 5 / 255 / 12.92, 0.0031308, 0.21586, 1], atol=1e-5
    )
    assert (np.diff(linear(np.arange(256))) > 0).all()


def test_skin_is_dark_or_pale_by_ethnicity_and_varies_within_it():
    african, asian, caucasian = (field("skin", ethnicity=row) for row in np.eye(3))
    assert african.mean() < 0.5 * asian.mean() < 0.5 * caucasian.mean()
    for skin in (african, asian, caucasian):
        assert (skin[:, 0] > skin[:, 2]).all()  # never blue
        assert 0 < skin.min() < skin.max() <= 0.95
        assert skin.mean(axis=1).std() > 0.05


def test_tones_run_from_light_to_dark_and_are_colours_of_skin():
    tones = module._SKIN_TONES
    assert (np.diff(tones, axis=0) < 0).all()
    assert tones.min() > 0
    assert (np.diff(tones, axis=1) < 0).all()  # red before green before blue


def test_hair_greys_with_age_and_is_mostly_dark():
    old, young = (field("hair", old=old) for old in (0.9, 0.2))
    grey = [np.mean(np.ptp(hair, axis=1) < 0.12 * hair.mean(axis=1) + 0.01) for hair in (old, young)]
    assert grey[0] > 0.6
    assert old.mean() > 2 * young.mean()
    asian, caucasian = (field("hair", ethnicity=row).mean(axis=1) for row in np.eye(3)[1:])
    assert (asian < 0.06).mean() > 0.75
    assert (caucasian < 0.06).mean() < 0.65


def test_eyes_are_dark_but_for_some_caucasians():
    blue = [np.mean(iris[:, 2] > iris[:, 0]) for iris in (field("iris", ethnicity=row) for row in np.eye(3))]
    assert blue[0] == blue[1] == 0
    assert 0.1 < blue[2] < 0.5


def test_women_paint_their_faces_and_men_and_children_do_not():
    women, men, girls = (field("lip_paint", **who) for who in ({}, {"male": 1.0}, {"child": 1.0}))
    assert np.mean(women == 1) == pytest.approx(0.4, abs=0.08)
    assert not (men == 1).any()
    assert not (girls == 1).any()
    assert field("lid_paint").max() > 0.9
    assert field("lid_paint", male=1.0).max() <= 0.25


def test_lips_are_redder_than_the_skin():
    skin, lips = field("skin", male=1.0), field("lips", male=1.0)
    assert ((lips[:, 0] / lips[:, 1]) > 0.99 * (skin[:, 0] / skin[:, 1])).all()
    painted_lips = field("lips")[field("lip_paint") == 1]
    assert (painted_lips[:, 0] > 1.5 * painted_lips[:, 1:].max(axis=1)).all()
    assert (field("lips", male=1.0) < 1.02 * field("skin", male=1.0)).all()


def test_wrinkles_come_with_age_and_freckles_to_one_in_five():
    assert field("wrinkles", old=0.0).max() == 0
    assert 0.2 * 0.9 < field("wrinkles", old=0.9).mean() < 0.8 * 0.9
    assert np.mean(field("freckles") < 99) == pytest.approx(0.2, abs=0.06)
    dark, pale = (field("redness", ethnicity=row).mean() for row in np.eye(3)[[0, 2]])
    assert dark < 0.6 * pale


def test_lips_take_their_colour_and_nothing_else_does(plain):
    pack = head_pack()
    albedo = paint_vertices(pack, replace(plain, lips=np.array([0.0, 0.0, 1.0]), lip_paint=1.0))
    np.testing.assert_allclose(albedo[pack.lips > 0.8], [[0, 0, 1]] * (pack.lips > 0.8).sum(), atol=1e-6)
    np.testing.assert_array_equal(albedo[pack.lips < 0.3], paint_vertices(pack, plain)[pack.lips < 0.3])


def test_cheeks_nose_and_ears_blush(plain):
    red = painted(plain, redness=1.0)
    points = head_pack().vertices[head_pack().landmarks]
    ears = head_pack().ears > 0.9
    cheek = np.argmin(np.linalg.norm(head_pack().vertices - [0.42, 6.93, 1.35], axis=1))
    tip = head_pack().landmarks[30]
    chin = np.argmin(np.linalg.norm(head_pack().vertices - points[8], axis=1))
    for vertex in (cheek, tip):
        assert red[vertex, 0] > 1.02
        assert red[vertex, 1] < 0.98
    assert red[ears, 0].mean() > 1.02
    assert abs(red[chin, 0] - 1) < 0.06  # noise alone
    back = head_pack().vertices[:, 2] < -0.3
    assert red[back, 0].mean() == pytest.approx(1, abs=0.02)


def test_rings_lie_under_the_eyes_and_paint_on_the_lids(plain):
    pack = head_pack()
    x, y, _ = pack.vertices.T
    rings = painted(plain, eye_shadow=0.3)[:, 0]
    darkest = pack.vertices[rings.argmin()]
    assert 0.2 < abs(darkest[0]) < 0.4
    assert 7.05 < darkest[1] < 7.22
    assert rings.min() < 0.75
    assert rings[(y > 7.35) | (y < 6.9)].min() > 0.99
    left, right = (np.min(rings[side]) for side in (x > 0, x < 0))
    assert left == pytest.approx(right, abs=0.02)
    lids = painted(plain, lid_paint=1.0)
    np.testing.assert_allclose(lids[:, 0], 1 - 0.4 * pack.eyelids, atol=1e-5)
    assert (lids[pack.eyelids > 0.5, 1] < lids[pack.eyelids > 0.5, 0]).all()


def test_creases_darken_by_their_relief_and_bumps_hardly_light_up(plain):
    pack = head_pack()
    shade = painted(plain, relief=2.0)[:, 0]
    skin = pack.inside_mouth < 0.4
    deep, raised = (pack.cavity > 0.2) & skin, (pack.cavity < -0.2) & skin
    assert shade[deep].max() < 0.75
    assert shade.min() >= 0.25 - 1e-6
    assert (shade[raised] > 1).all()
    assert shade[raised].max() < 1.35
    tint = paint_creases(plain)[deep]
    np.testing.assert_allclose(np.median(tint / tint[:, :1], axis=0), [1, 0.94, 0.91], atol=1e-4)  # creases are redder


def test_nostrils_and_the_inside_of_the_mouth_are_dark(plain):
    pack = head_pack()
    albedo = paint_vertices(pack, plain)
    inside = (pack.inside_mouth > 0.95) & (pack.lips < 0.4)
    np.testing.assert_allclose(albedo[inside], [[0.20, 0.05, 0.05]] * inside.sum(), atol=1e-6)
    for side in (1, -1):
        nostril = np.argmin(np.linalg.norm(pack.vertices - [0.094 * side, 6.875, 1.563], axis=1))
        assert albedo[nostril, 0] < 0.4 * plain.skin[0]
    np.testing.assert_allclose(albedo[pack.landmarks[[0, 8, 16, 27]]], [plain.skin] * 4, rtol=0.1)


def test_wrinkles_lie_on_the_forehead_beside_nose_and_eyes_on_both_sides(plain):
    old, rng = replace(plain, wrinkles=1.0), np.random.default_rng(0)
    regions = {
        "forehead": ([0, 7.6, 1.1], [0.5, 7.9, 1.5]),
        "fold": ([0.25, 6.55, 1.25], [0.45, 6.85, 1.5]),
        "eye corner": ([0.5, 7.2, 0.9], [0.62, 7.35, 1.2]),
        "cheek": ([0.48, 6.6, 1.0], [0.6, 6.9, 1.2]),
        "chin": ([0.0, 6.2, 1.3], [0.3, 6.4, 1.5]),
        "scalp": ([0.0, 8.1, 0.0], [0.6, 8.5, 1.0]),
    }
    lines = {}
    for name, (low, high) in regions.items():
        place = rng.uniform(low, high, (800, 3))
        shade = wrinkle_shade(place, old, np.zeros(800))
        lines[name] = 1 - shade.min()
        assert shade.max() <= 1
        np.testing.assert_array_equal(shade, wrinkle_shade(place * [-1, 1, 1], old, np.zeros(800)))
        np.testing.assert_array_equal(wrinkle_shade(place, plain, np.zeros(800)), 1)
    assert all(lines[name] > 0.1 for name in ("forehead", "fold", "eye corner"))
    assert lines["fold"] > 0.3
    assert all(lines[name] < 0.03 for name in ("cheek", "chin", "scalp"))


def test_pixels_get_blotches_and_freckles_of_the_persons_own(plain):
    place = np.random.default_rng(0).uniform([-0.7, 6.3, 0.5], [0.7, 8.0, 1.6], (4000, 3))
    albedo = np.full((4000, 3), 0.5)
    np.testing.assert_array_equal(paint_pixels(albedo, place, plain), np.float32(0.5))
    blotched = paint_pixels(albedo, place, replace(plain, blotches=0.04)) / 0.5
    assert 0.03 < blotched.std() < 0.08
    assert blotched.mean() == pytest.approx(1, abs=0.01)
    other = paint_pixels(albedo, place, replace(plain, blotches=0.04, seed=plain.seed + 7)) / 0.5
    assert abs(np.corrcoef(blotched[:, 0], other[:, 0])[0, 1]) < 0.2
    freckled = paint_pixels(albedo, place, replace(plain, freckles=1.0)) / 0.5
    spots = freckled[:, 0] < 1
    assert 0.02 < spots.mean() < 0.25
    np.testing.assert_allclose(freckled[spots], [[0.85, 0.75, 0.7]] * spots.sum(), rtol=1e-5)
    few = paint_pixels(albedo, place, replace(plain, freckles=2.5))[:, 0] < 0.5
    assert few.sum() < 0.5 * spots.sum()
    assert not (few & ~spots).any()


def test_lines_at_the_eyes_run_out_and_up_from_their_corners(plain):
    """Crow's feet are lines of equal y - 0.4 |x|."""
    old = replace(plain, wrinkles=1.0)
    x, ptp = np.linspace(0.53, 0.59, 40), {}
    for slope in (0.4, -0.4, 0.0):
        lines = [np.column_stack([x, y + slope * (x - 0.56), np.ones(40)]) for y in np.linspace(7.2, 7.3, 12)]
        ptp[slope] = np.mean([np.ptp(wrinkle_shade(line, old, np.zeros(40))) for line in lines])
    assert ptp[0.4] < 0.5 * min(ptp[-0.4], ptp[0.0])
