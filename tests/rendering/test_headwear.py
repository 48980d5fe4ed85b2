"""Hats, hoods and glasses: where they lie on the head and what they leave free."""

from collections import Counter

import numpy as np
import pytest

from fsanet.rendering import headwear as module
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.headwear import draw_glasses, draw_headwear
from fsanet.rendering.person import skull_map
from fsanet.rendering.shape import eye_centres
from fsanet.rendering.strands import POINTS, unit

TILT, RIM_DEG, OFF = 0.2, 75.0, 0.08
AXIS = unit(np.array([0.0, 1.0, -TILT]))


@pytest.fixture(scope="module")
def skull():
    return skull_map(head_pack().vertices)


@pytest.fixture(scope="module")
def drawn(skull):
    """A few hundred things on the head: kind -> lists of pieces."""
    found = {kind: [] for kind in module.KINDS}
    rng = np.random.default_rng(0)
    for _ in range(250):
        kind, pieces = draw_headwear(rng, skull, 0.1)
        found[kind].append(pieces)
    return found


def above_head(skull, vertices):
    """How far vertices stand off the head."""
    offset = vertices - skull.centre
    radius = np.linalg.norm(offset, axis=1)
    return radius - skull.radius_at(offset / radius[:, None])


def off_axis_deg(skull, vertices, axis=AXIS):
    return np.degrees(np.arccos(np.clip(unit(vertices - skull.centre) @ axis, -1, 1)))


def test_kinds_come_with_their_shares(drawn):
    assert sum(module._SHARES) == pytest.approx(1)
    for kind, share in zip(module.KINDS, module._SHARES, strict=True):
        assert len(drawn[kind]) / 250 == pytest.approx(share, abs=0.06)


def test_nothing_cuts_into_the_head(skull, drawn):
    for kind in ("cap", "beanie", "brimmed", "band"):
        for pieces in drawn[kind]:
            assert above_head(skull, pieces[0].vertices).min() > 0.02
            assert above_head(skull, pieces[0].vertices).max() < 0.6


@pytest.mark.parametrize(("hair_off", "least", "most"), [(0.0, 0.04, 0.1), (0.08, 0.12, 0.18), (0.5, 0.16, 0.22)])
def test_a_hat_presses_thick_hair_down(skull, monkeypatch, hair_off, least, most):
    offs = []
    monkeypatch.setattr(module, "_SHARES", (1, 0, 0, 0, 0, 0))
    monkeypatch.setattr(module, "_crown", lambda skull, rng, to, off, tilt, colour: offs.append(off))
    monkeypatch.setattr(module, "_peak", lambda *_: None)
    for seed in range(60):
        draw_headwear(np.random.default_rng(seed), skull, hair_off)
    assert least <= min(offs) < least + 0.02
    assert most - 0.02 < max(offs) <= most


def test_the_peak_of_a_cap_starts_on_its_rim_and_reaches_forward(skull):
    peak = module._peak(skull, np.random.default_rng(0), RIM_DEG, OFF, TILT, np.zeros(3))
    rows = peak.vertices.reshape(5, 15, 3)
    np.testing.assert_allclose(above_head(skull, rows[0]), OFF, atol=1e-4)
    np.testing.assert_allclose(off_axis_deg(skull, rows[0]), RIM_DEG, atol=0.5)
    reach = (rows[-1] - rows[0]) @ unit(np.array([0.0, TILT, 1.0]))
    assert 0.45 < reach[7] < 0.81
    assert reach.argmax() == 7  # a tongue: longest in the middle
    assert reach[[0, -1]].max() < 0.6 * reach[7]
    mirrored = rows[:, ::-1] * [-1, 1, 1]
    np.testing.assert_allclose(np.ptp(rows[..., 0]), np.ptp(mirrored[..., 0]), rtol=1e-3)
    np.testing.assert_allclose(rows[-1, 0, 0] - rows[0, 0, 0], -(rows[-1, -1, 0] - rows[0, -1, 0]), atol=0.02)
    assert ((rows[-1] - rows[0]) @ AXIS < 0.05).all()  # never up


def test_a_brim_runs_all_around_the_head(skull):
    brim = module._brim(skull, np.random.default_rng(0), RIM_DEG, OFF, TILT, np.zeros(3))
    rows = brim.vertices.reshape(4, 40, 3)
    np.testing.assert_allclose(above_head(skull, rows[0]), OFF, atol=1e-4)
    np.testing.assert_allclose(off_axis_deg(skull, rows[0]), RIM_DEG, atol=0.5)
    out = rows[-1] - rows[0]
    across = out - (out @ AXIS)[:, None] * AXIS
    width = np.linalg.norm(across, axis=1)
    np.testing.assert_allclose(width, width[0], rtol=1e-4)
    assert 0.3 <= width[0] <= 0.9
    directions = np.sign(np.round(across[[0, 10, 20, 30]], 3))
    np.testing.assert_array_equal(directions[:, 0], [0, 1, 0, -1])
    np.testing.assert_array_equal(directions[:, 2], [1, 0, -1, 0])  # front, left, back, right
    assert Counter(brim.triangles.ravel())[0] >= 3  # closed: the first column meets the last


def test_a_band_is_a_ring_and_a_hood_leaves_the_face(skull, drawn):
    for pieces in drawn["band"]:
        high = unit(pieces[0].vertices - skull.centre)[:, 1]
        assert high.max() < 0.95  # the crown is free
    for kind, least_deg in (("hood", 46), ("scarf", 40)):
        for pieces in drawn[kind]:
            axis_deg = off_axis_deg(skull, pieces[0].vertices, np.array([0.0, 0.0, 1.0]))
            high = pieces[0].vertices[:, 1] > 6.6
            assert axis_deg[high].min() > least_deg - 8  # the axis leans by up to 7 degrees
            assert pieces[0].vertices[:, 1].min() < 6.2  # down over the neck


@pytest.fixture(scope="module", params=range(3))
def glasses(request):
    pack = head_pack()
    rng = np.random.default_rng(request.param)
    frame, lenses = draw_glasses(rng, pack, pack.vertices, eye_centres(pack.vertices), dark=True)
    left, right = frame.points[:4], frame.points[5:9]
    return frame, left.reshape(-1, 3), right.reshape(-1, 3), lenses


def test_glasses_are_two_rims_two_temples_and_a_bridge(glasses):
    frame, left, right, _ = glasses
    assert frame.points.shape == (11, POINTS, 3)
    assert frame.wire.all()
    np.testing.assert_allclose(np.sort(left[:, 0]), np.sort(-right[:, 0]), atol=1e-5)
    np.testing.assert_allclose(frame.points[[4, 9]] * [1, 1, 1], frame.points[[9, 4]] * [-1, 1, 1], atol=0.05)
    bridge = frame.points[10]
    np.testing.assert_allclose(bridge[::-1] * [-1, 1, 1], bridge, atol=1e-5)
    assert bridge[0, 0] == pytest.approx(right[:, 0].max(), abs=0.02)  # from rim to rim
    assert bridge[POINTS // 2, 1] > bridge[0, 1]


def test_each_rim_goes_round_its_eye(glasses):
    _, left, right, _ = glasses
    for rim, eye in zip((left, right), eye_centres(head_pack().vertices), strict=True):
        assert rim[:, 0].min() < eye[0] - 0.15 < eye[0] + 0.15 < rim[:, 0].max()
        assert rim[:, 1].min() < eye[1] - 0.05 < eye[1] + 0.05 < rim[:, 1].max()
        assert eye[0] * np.sign(eye[0]) > 0.2
        assert np.abs(rim[:, 0]).min() > 0.05  # the rims do not meet on the nose
        assert 0.24 < (rim[:, 2] - eye[2]).max() < 0.32  # before the cornea
        outer = np.abs(rim[:, 0]).argmax()
        assert rim[outer, 2] < rim[:, 2].max() - 0.01  # bent back towards the temples


def test_temples_run_back_to_the_ears_above_the_eyes(glasses):
    frame, *_ = glasses
    pack = head_pack()
    for temple, side in ((frame.points[4], 1), (frame.points[9], -1)):
        assert (np.diff(temple[:, 2]) < 0).all()
        ear = pack.vertices[(pack.ears > 0.5) & (pack.vertices[:, 0] * side > 0)]
        assert temple[-1, 0] * side == pytest.approx(np.abs(ear[:, 0].mean()) + 0.03, abs=1e-3)
        assert temple[-1, 2] == pytest.approx(ear[:, 2].mean(), abs=1e-3)
        assert temple[0, 1] > eye_centres(pack.vertices)[0, 1]


def test_dark_lenses_fill_their_rims(glasses):
    _, left, right, lenses = glasses
    for rim, lens in zip((left, right), lenses, strict=True):
        corners = lens.vertices[lens.triangles][..., :2]
        (ax, ay), (bx, by) = (corners[:, 1] - corners[:, 0]).T, (corners[:, 2] - corners[:, 0]).T
        area = np.abs(ax * by - ay * bx).sum() / 2
        x, y = rim[:, :2].T
        assert area == pytest.approx(abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2, rel=0.02)
        assert lens.colours.max() < 0.04
        np.testing.assert_allclose(lens.vertices[-1, 2] - rim[:, 2].mean(), 0.02, atol=0.02)  # slightly domed
