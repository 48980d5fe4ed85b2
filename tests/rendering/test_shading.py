"""Light on surfaces, against formulas worked out here."""

from dataclasses import replace

import numpy as np
import pytest

from fsanet.rendering.look import draw_look
from fsanet.rendering.shading import ShadowMap, shade_eyes, shade_hair, shade_skin, shade_solid
from fsanet.rendering.shape import draw_traits
from fsanet.rendering.strands import POINTS
from tests.rendering.studio import ball, lamp, sheet, sitter

NO_GLOSS = np.zeros(600, np.float32)
OPEN = [np.ones(600, np.float32), np.ones(600, np.float32)]
NOT_THROUGH = np.zeros(3, np.float32)


def toward(direction, vectors):
    return vectors @ (np.array(direction) / np.linalg.norm(direction))


@pytest.fixture(scope="module")
def look():
    rng = np.random.default_rng(1)
    return draw_look(rng, draw_traits(rng))


@pytest.mark.parametrize("direction", [(1, 0, 0), (-1, 0.5, 0.5), (0, 1, 1), (0, -1, 0.3)])
def test_a_dull_ball_is_as_bright_as_the_cosine_to_the_lamp(direction):
    f = ball()
    seen = shade_solid(f, lamp(direction), OPEN, NOT_THROUGH, NO_GLOSS, 20.0)
    cosine = np.clip(toward(direction, f.normal), 0, None)
    np.testing.assert_allclose(seen, np.repeat(0.5 * cosine[:, None], 3, axis=1), atol=1e-5)


@pytest.mark.parametrize("softness", [0.0, 0.5, 1.0])
def test_soft_light_reaches_round_the_edge_of_the_shadow(softness):
    f, through = ball(), np.array([0.3, 0.1, 0.0], np.float32)
    seen = shade_solid(f, lamp((1, 0, 0), softness), OPEN, through, NO_GLOSS, 20.0)
    wrap = through + 0.6 * softness
    expected = 0.5 * np.clip((f.normal[:, :1] + wrap) / (1 + wrap), 0, None)
    np.testing.assert_allclose(seen, expected, atol=1e-5)
    dusk = np.abs(f.normal[:, 0] + 0.05) < 0.04  # just beyond the edge
    assert (seen[dusk, 0] > 0).all()
    assert (seen[dusk, 0] > seen[dusk, 2]).all()  # skin lets red through, blue not


def test_the_sky_comes_from_where_its_gradient_points():
    f, lights = ball(), lamp((0, 0, 1), sky=0.4)
    lights.sky[:, 1:] = [0.0, 0.3, 0.0]
    dark = [np.zeros(600, np.float32), OPEN[1]]
    seen = shade_solid(f, lights, dark, NOT_THROUGH, NO_GLOSS, 20.0)
    np.testing.assert_allclose(seen[:, 0], 0.5 * (0.4 + 0.3 * f.normal[:, 1]), atol=1e-5)
    hollow = replace(f, occlusion=np.full(600, 0.25, np.float32))
    np.testing.assert_allclose(shade_solid(hollow, lights, dark, NOT_THROUGH, NO_GLOSS, 20.0), seen / 4, atol=1e-5)


def test_shadow_takes_the_first_lamp_and_what_covers_the_sky_the_sky():
    f, lights = ball(), lamp((0, 0, 1), sky=0.2)
    lights = replace(
        lights,
        directions=np.array([[0, 0, 1], [1, 0, 0]], np.float32),
        colours=np.array([[1, 1, 1], [0, 0, 1]], np.float32),
        softness=np.zeros(2, np.float32),
    )
    no_key = shade_solid(f, lights, [np.zeros(600), np.ones(600)], NOT_THROUGH, NO_GLOSS, 20.0)
    np.testing.assert_allclose(no_key[:, 0], 0.5 * 0.2, atol=1e-5)
    np.testing.assert_allclose(no_key[:, 2], 0.5 * (0.2 + np.clip(f.normal[:, 0], 0, None)), atol=1e-5)
    no_sky = shade_solid(f, lights, [np.ones(600), np.zeros(600)], NOT_THROUGH, NO_GLOSS, 20.0)
    np.testing.assert_allclose(no_sky[:, 0], 0.5 * f.normal[:, 2], atol=1e-5)


@pytest.mark.parametrize("exponent", [8.0, 40.0])
def test_a_highlight_lies_halfway_and_is_as_narrow_as_its_exponent(exponent):
    f, direction = ball(4000), np.array([1.0, 0.0, 1.0])
    glossy = replace(f, albedo=np.zeros_like(f.albedo))
    every = [np.ones(4000, np.float32)] * 2
    seen = shade_solid(glossy, lamp(direction), every, NOT_THROUGH, np.ones(4000, np.float32), exponent)[:, 0]
    half = toward(direction / np.sqrt(2) + [0, 0, 1], f.normal)
    fresnel = 0.3 + 0.7 * (1 - f.normal[:, 2]) ** 3
    facing = toward(direction, f.normal)
    expected = np.where(facing > -0.1, np.clip(half, 0, None) ** exponent * fresnel, 0)
    np.testing.assert_allclose(seen, expected, atol=1e-4)
    soft = shade_solid(glossy, lamp(direction, 1.0), every, NOT_THROUGH, np.ones(4000, np.float32), exponent)[:, 0]
    assert soft.max() < 0.5 * seen.max()  # a wide lamp spreads its highlight
    assert (soft > 0.5 * soft.max()).sum() > (seen > 0.5 * seen.max()).sum()


def eye_fragments(look, gaze, up=(0.0, 1.0, 0.0)):
    f = ball(4000)
    white = replace(f, albedo=np.full_like(f.albedo, 0.8), place=0.1 * f.normal)
    every = [np.ones(4000, np.float32)] * 2
    blue = replace(look, iris=np.array([0.0, 0.0, 1.0]))
    lights = lamp((0, 0, 1), sky=0.5)
    gaze = np.array(gaze) / np.linalg.norm(gaze)
    return f.normal, shade_eyes(white, lights, every, blue, np.zeros((2, 3)), gaze, 0.2, np.array(up))


@pytest.mark.parametrize("gaze", [(0, 0, 1), (0.5, 0, 1), (0, -0.4, 1), (-0.4, 0.3, 1)])
def test_iris_and_pupil_lie_where_the_eye_looks(look, gaze):
    normal, seen = eye_fragments(look, gaze)
    angle = np.arccos(np.clip(toward(gaze, normal), -1, 1))
    blue = seen[:, 2] > 3 * seen[:, 0] + 0.05
    assert not blue[(angle < 0.19) | (angle > 0.5)].any()
    dull = (toward((0, 0, 1), normal) < 0.9) | (angle > 0.25)  # away from the wet highlight
    assert blue[(angle > 0.25) & (angle < 0.42) & dull].mean() > 0.95
    white = seen[(angle > 0.6) & (normal[:, 2] > 0.4) & (normal[:, 1] < 0)]
    assert seen[angle < 0.19].min() < 0.5 * white.min()


def test_the_upper_lid_shades_the_eye(look):
    normal, seen = eye_fragments(look, (0, 0, 1))
    above, below = (np.abs(normal[:, 1] - y) < 0.05 for y in (0.6, -0.6))
    level = normal[:, 2] > 0.7
    assert seen[above & level].mean() < 0.75 * seen[below & level].mean()


def strands_on_ball(along):
    f = ball(4000)
    flat = np.asarray(along, np.float32) - (f.normal @ np.asarray(along, np.float32))[:, None] * f.normal
    direction = flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-6)
    return f, replace(f, normal=direction.astype(np.float32), albedo=np.full_like(f.albedo, 0.1))


def test_hair_shines_across_its_strands():
    f, hair = strands_on_ball((0, 1, 0))
    every = [np.ones(4000, np.float32)] * 2
    lights = lamp((0, 1, 1))
    shine = shade_hair(hair, lights, every, 0.5) - shade_hair(hair, lights, every, 0.0)
    half = np.array([0, np.sin(np.pi / 8), np.cos(np.pi / 8)])
    expected = 0.5 * (1 - (hair.normal @ half) ** 2) ** 18
    np.testing.assert_allclose(shine[:, 0], expected, atol=1e-3)
    band = (expected > 0.4) & (f.normal[:, 2] > 0.5)  # runs across the strands, from side to side
    assert np.ptp(f.normal[band, 0]) > 1.2 > 3 * np.ptp(f.normal[band & (np.abs(f.normal[:, 0]) < 0.1), 1])


def test_hair_is_lit_from_the_side_of_the_lamp_and_never_black():
    f, hair = strands_on_ball((0, 1, 0))
    every = [np.ones(4000, np.float32)] * 2
    left, right = f.normal[:, 0] < -0.5, f.normal[:, 0] > 0.5
    seen = shade_hair(hair, lamp((1, 0, 0.3), sky=0.1), every, 0.0)[:, 0]
    assert seen[right].mean() > 1.5 * seen[left].mean()
    assert seen.min() > 0.004
    shaded = shade_hair(hair, lamp((0, 0, 1)), [np.zeros(4000, np.float32), every[1]], 0.0)
    np.testing.assert_allclose(shaded, 0.3 * shade_hair(hair, lamp((0, 0, 1)), every, 0.0), atol=1e-5)


def test_lips_shine_and_bristles_darken_the_skin(look):
    f = replace(ball(), albedo=np.full((600, 3), 0.4, np.float32), place=np.full((600, 3), (0.3, 6.6, 1.2), np.float32))
    lights, none, brow = lamp((0, 0, 1)), np.zeros((600, 2)), sitter().brow
    dull = shade_skin(f, lights, OPEN, look, brow, none, NO_GLOSS)
    assert shade_skin(f, lights, OPEN, look, brow, none, NO_GLOSS + 1).max() > dull.max() * 1.02
    beard = shade_skin(f, lights, OPEN, replace(look, beard=np.zeros(3)), brow, none + [0, 1], NO_GLOSS)
    scalp = shade_skin(f, lights, OPEN, replace(look, hair=np.zeros(3)), brow, none + [1, 0], NO_GLOSS)
    assert beard.mean() < 0.5 * dull.mean()
    assert scalp.mean() < 0.6 * dull.mean()


def shadow_map(piece, direction=(0, 0, 1), strands=None):
    strands = np.zeros((0, POINTS, 3), np.float32) if strands is None else strands
    widths = np.full(strands.shape[:2], 0.05, np.float32)
    towards = np.array(direction, float) / np.linalg.norm(direction)
    return ShadowMap(piece.vertices, piece.triangles, strands, widths, towards, 128)


@pytest.mark.parametrize("direction", [(0, 0, 1), (0, 1, 0.2), (1, 0.5, 0.5), (0, -1, 0)])
def test_a_plate_shades_what_lies_behind_it_as_the_lamp_sees_it(direction):
    towards = np.array(direction) / np.linalg.norm(direction)
    across = np.cross(towards, [0.3, 0.4, 0.86])
    across /= np.linalg.norm(across)
    up = np.cross(towards, across)
    shadows = shadow_map(sheet((0, 0, 0), 0.5 * across, 0.5 * up), direction)
    places = np.array([-1.0, -0.2, 0.2, 1.0])[:, None] * towards  # behind the plate, close behind it, before it
    still = np.zeros((4, 3))
    np.testing.assert_allclose(shadows.light_at(places, still), [0, 0, 1, 1])
    np.testing.assert_allclose(shadows.light_at(places + 0.8 * up, still), 1)


def test_a_surface_does_not_shade_itself():
    for lean in (0.0, 0.5, 0.8):
        up = np.array([0.0, 1.0, lean]) / np.hypot(1, lean)
        piece = sheet((0, 0, 0), (1, 0, 0), up)
        normals = np.broadcast_to(np.cross([1, 0, 0], up), piece.vertices.shape)
        inner = np.abs(piece.vertices).max(axis=1) < 0.7
        assert shadow_map(piece).light_at(piece.vertices[inner], normals[inner]).min() == 1


def test_strands_cast_shadows():
    line = np.stack([np.linspace(-1, 1, POINTS), np.zeros(POINTS), np.full(POINTS, 0.5)], axis=1)[None]
    away = sheet((0, 0, -3), (0.1, 0, 0), (0, 0.1, 0))
    shadows = shadow_map(away, strands=line.astype(np.float32))
    below = shadows.light_at(np.array([[0.3, 0, 0], [0.3, 0.4, 0]]), np.zeros((2, 3)))
    assert below[0] < 0.7
    assert below[1] == 1
