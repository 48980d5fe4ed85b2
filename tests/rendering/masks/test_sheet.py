"""A mask as a sheet over a face: where it lies, how taut it is, and how it is held and coloured."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.masks import sheet as module
from fsanet.rendering.masks.chart import AXIS_Z, FaceChart, outward
from fsanet.rendering.masks.fabric import paint_sheet
from fsanet.rendering.masks.kinds import KINDS, SHIELD
from fsanet.rendering.masks.look import draw_mask
from fsanet.rendering.masks.sheet import finer, lay_straps, make_sheet, sheet_normals, unit_grid

SHAPE = (33, 45)
MIDDLE = SHAPE[1] // 2


@functools.cache
def chart():
    """The base head's, whose heights are those that a look tells."""
    return FaceChart(head_pack().vertices)


def look_of(kind="black", **changes):
    plain = draw_mask(np.random.default_rng(1), kind, "right")
    return replace(plain, **{"crumple": 0.0, "pleats": 0, "valve": False, "pattern": "plain"} | changes)


def hung(kind="black", **changes):
    return make_sheet(look_of(kind, **changes), chart(), SHAPE)


def angle_deg(points):
    return np.degrees(np.arctan2(points[..., 0], points[..., 2] - AXIS_Z))


def test_the_chart_finds_the_skin_at_an_angle_and_a_height():
    theta, y = np.meshgrid(np.linspace(-60, 60, 9), np.linspace(6.3, 7.7, 8))
    points = chart().at(theta, y)
    np.testing.assert_allclose(points[..., 1], y, atol=0.02)
    np.testing.assert_allclose(angle_deg(points), theta, atol=2.5)
    np.testing.assert_allclose(chart().at(-theta, y) * [-1, 1, 1], points, atol=0.1)
    tip = chart().at(np.zeros((1, 1)), np.full((1, 1), 6.92))[0, 0]
    np.testing.assert_allclose(tip, head_pack().vertices[head_pack().landmarks[30]], atol=0.04)
    out = outward(points)
    np.testing.assert_allclose(np.linalg.norm(out, axis=2), 1, atol=1e-5)
    assert (out[..., 1] == 0).all()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != SHIELD])
def test_a_mask_lies_outside_of_the_face_and_close_to_it(kind):
    sheet = hung(kind)
    theta = sheet.across * look_of(kind).half_width_deg
    skin = chart().at(theta, sheet.points[..., 1])
    gap = ((sheet.points - skin) * outward(skin)).sum(axis=-1)
    assert gap.min() > -0.01
    assert gap.max() < 1.0
    edge = np.concatenate([gap[0], gap[-1], gap[:, 0], gap[:, -1]])
    assert np.median(edge) < 0.15
    assert gap[SHAPE[0] // 2, MIDDLE] >= 0.02


def test_edges_run_where_the_look_says():
    look = look_of(top=7.1, side_top=6.85, bottom=6.1, side_bottom=6.5, half_width_deg=55.0)
    points = make_sheet(look, chart(), SHAPE).coarse
    middle, sides = points[:, 8], points[:, [0, -1]]
    np.testing.assert_allclose(middle[[0, -1], 1], [7.1, 6.1], atol=0.06)
    np.testing.assert_allclose(sides[0, :, 1], 6.85, atol=0.06)
    np.testing.assert_allclose(sides[-1, :, 1], 6.5, atol=0.06)
    assert (angle_deg(points[5, [0, -1]]) * [-1, 1] > 45).all()  # columns run to the person's left
    np.testing.assert_allclose(points[:, ::-1] * [-1, 1, 1], points, atol=0.1)


def test_a_loose_and_a_pointed_mask_stand_off_in_the_middle():
    def depth(**changes):
        return hung(**changes).coarse[5, :, 2]

    flat = depth(off=0.0, ridge=0.0)
    loose, pointed = depth(off=0.3, ridge=0.0) - flat, depth(off=0.3, ridge=1.0) - flat
    assert loose[8] == pytest.approx(pointed[8], abs=1e-3)
    assert 0.2 < loose[8] <= 0.3
    np.testing.assert_allclose(loose[[0, -1]], 0, atol=1e-6)
    assert (pointed[2:6] < 0.75 * loose[2:6]).all()


def test_a_taut_line_is_the_upper_hull():
    x = np.linspace(0, 1, 7)[None]
    r = np.array([[0.0, 1.0, 0.2, 0.1, 0.9, 0.0, 0.0]])
    hull = module._taut(x, r)[0]
    np.testing.assert_allclose(hull, [0, 1, 2.9 / 3, 2.8 / 3, 0.9, 0.45, 0])
    np.testing.assert_allclose(module._taut(x[:, ::-1].copy(), r[:, ::-1].copy())[0][::-1], hull)


def test_pleats_lift_the_cloth_as_often_as_they_are_many():
    flat = hung("surgical").points
    for pleats in (2, 4):
        lift = np.linalg.norm(hung("surgical", pleats=pleats).points - flat, axis=2)
        assert lift[:3].max() < 1e-6  # the hem is flat
        assert 0.004 < lift[:, MIDDLE].max() < 0.03
    creased = np.linalg.norm(hung(crumple=0.012).points - hung().points, axis=2)
    assert 0.002 < creased.max() < 0.06
    np.testing.assert_allclose(creased[[0, -1]], 0, atol=1e-6)


def test_a_finer_grid_keeps_the_corners_and_the_planes():
    across, down = unit_grid((11, 17))
    coarse = np.stack([across, down, 2 * across - down], axis=-1)
    fine = finer(coarse, SHAPE)
    np.testing.assert_allclose(fine[[0, 0, -1, -1], [0, -1, 0, -1]], coarse[[0, 0, -1, -1], [0, -1, 0, -1]], atol=1e-5)
    across, down = unit_grid(SHAPE)
    np.testing.assert_allclose(fine[3:-3, 3:-3, 2], (2 * across - down)[3:-3, 3:-3], atol=0.02)
    assert (across[0, 0], across[0, -1], down[0, 0], down[-1, 0]) == (-1, 1, 0, 1)


def test_normals_point_away_from_the_face():
    for kind in ("black", SHIELD):
        points = hung(kind).points
        facing = (sheet_normals(points) * outward(points)).sum(axis=-1)
        assert (facing > 0).mean() > 0.97


def test_a_shield_is_a_plate_before_nose_and_chin():
    points = hung(SHIELD, off=0.1).points
    tip = head_pack().vertices[head_pack().landmarks[30], 2]
    assert (points[:, MIDDLE, 2] > tip + 0.05).all()
    assert np.abs(points[..., 0]).max() == pytest.approx(0.98, abs=0.03)
    assert (np.diff(points[:, MIDDLE, 2]) > 0).all()  # it leans away below
    further = hung(SHIELD, off=0.2).points
    np.testing.assert_allclose(further[:, MIDDLE, 2] - points[:, MIDDLE, 2], 0.1, atol=1e-3)


@pytest.mark.parametrize("on_head", [False, True])
def test_straps_run_from_the_corners_to_ears_or_round_the_head(on_head):
    look = look_of(on_head=on_head, reach=1.0)
    sheet = make_sheet(look, chart(), SHAPE)
    lines = lay_straps(look, sheet, chart())
    assert lines.shape == (4, 9, 3)
    rows = [round(0.12 * 32), round(0.88 * 32)]
    np.testing.assert_allclose(lines[:2, 0], sheet.points[rows, -1], atol=1e-6)
    np.testing.assert_allclose(lines[2:, 0], sheet.points[rows, 0], atol=1e-6)
    np.testing.assert_allclose(lines[:2] * [-1, 1, 1], lines[2:], atol=0.08)
    end = np.abs(angle_deg(lines[:, -1]))
    assert end.min() > (98 if on_head else 80)
    heights = lines[:2, -1, 1]
    np.testing.assert_allclose(heights, (7.62, 6.55) if on_head else (7.22, 6.92), atol=0.12)
    short = lay_straps(replace(look, reach=0.25), sheet, chart())
    assert np.abs(angle_deg(short[:, -1])).max() < end.min() - 10
    assert lay_straps(look_of(SHIELD), sheet, chart()).shape == (0, 9, 3)


WHITE, BLACK = np.ones(3), np.zeros(3)


def cloth(**changes):
    look = look_of("cloth", ridge=0.0, **{"colour": WHITE, "other": BLACK, "tilt_deg": 0.0, "pitch": 0.3} | changes)
    colour, opacity = paint_sheet(look, make_sheet(look, chart(), SHAPE))
    assert (opacity == 1).all()
    return colour[5:-5, 7:-7].mean(axis=2)  # within the hems


def steps(grey, axis):
    return np.abs(np.diff(grey, axis=axis)).mean()


def test_patterns_look_like_their_names():
    assert np.ptp(cloth()) < 0.2
    upright, level = cloth(pattern="stripes"), cloth(pattern="stripes", tilt_deg=90.0)
    assert steps(upright, 1) > 4 * steps(upright, 0)
    assert steps(level, 0) > 4 * steps(level, 1)
    checks = cloth(pattern="checks")
    assert 0.3 < steps(checks, 1) / steps(checks, 0) < 3
    assert {round(v) for v in np.quantile(2 * checks, (0.05, 0.5, 0.95))} == {0, 1, 2}  # light, dark, and both
    dots = cloth(pattern="dots")
    assert 0.02 < (dots < 0.5).mean() < 0.4
    halves = cloth(pattern="halves")
    assert halves[:, :12].mean() > 0.9
    assert halves[:, -12:].mean() < 0.1
    prints = [cloth(pattern="print", seed=seed) for seed in (1.0, 9.0)]
    assert (prints[0] != prints[1]).mean() > 0.1
    wide, narrow = (cloth(pattern="stripes", pitch=pitch) for pitch in (0.4, 0.1))
    assert steps(narrow, 1) > 1.5 * steps(wide, 1)


def test_hems_seams_and_pleats_are_darker_than_the_cloth():
    def shade(kind, **changes):
        look = look_of(kind, **{"colour": WHITE, "ridge": 0.0} | changes)
        return paint_sheet(look, make_sheet(look, chart(), SHAPE))[0].mean(axis=2)

    plain = shade("surgical")
    assert plain[16, MIDDLE] > 0.99
    assert 1 - 0.18 * 0.8 <= plain.min() < 0.89
    hem = np.abs(np.linspace(0, 1, SHAPE[0]) - 0.07).argmin()
    assert plain[hem, MIDDLE] < 0.9
    assert plain[-1 - hem, MIDDLE] < 0.9
    folded = shade("ffp2", ridge=1.0)
    assert folded[16, MIDDLE] < 0.83 < 0.95 < folded[16, MIDDLE + 4]
    lines = shade("surgical", pleats=3)[6:-6, MIDDLE]
    assert 2 <= (np.diff((lines < 0.95).astype(int)) == 1).sum() <= 4


def test_a_valve_sits_beside_the_middle_and_a_shield_has_a_band_and_a_rim():
    look = look_of("ffp2", colour=WHITE, other=BLACK, seed=5.0, valve=True)
    sheet = make_sheet(look, chart(), SHAPE)
    dark = paint_sheet(look, sheet)[0].mean(axis=2) < 0.3
    rows, columns = np.nonzero(dark)
    assert 5 < dark.sum() < 200
    assert rows.mean() / 32 == pytest.approx(0.52, abs=0.06)
    assert (columns.mean() - MIDDLE) / MIDDLE == pytest.approx(0.38, abs=0.08)
    shield = look_of(SHIELD, other=BLACK, clear=0.9)
    colour, opacity = paint_sheet(shield, make_sheet(shield, chart(), SHAPE))
    np.testing.assert_allclose(opacity[:3], 1)  # the band along the forehead
    np.testing.assert_allclose(colour[:3], 0, atol=1e-6)
    clear = opacity[8:-4, 4:-4]
    assert 0.09 < clear.min() < 0.12
    assert clear.max() <= 0.9
    assert opacity[10:, 0].min() > opacity[10:, 6].min() + 0.1
    assert colour[10:, 4:-4].min() > 0.7
