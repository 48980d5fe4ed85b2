"""What is random about a mask, kind by kind."""

import functools

import numpy as np
import pytest

from fsanet.rendering.masks import look as module
from fsanet.rendering.masks.kinds import KINDS, SHIELD, WORN
from fsanet.rendering.masks.look import draw_mask


@functools.cache
def drawn(kind, worn="right", count=200):
    rng = np.random.default_rng(0)
    return [draw_mask(rng, kind, worn) for _ in range(count)]


def field(name, kind, worn="right", count=200):
    return np.array([getattr(look, name) for look in drawn(kind, worn, count)])


def test_shares_add_up():
    assert sum(kind.share for kind in KINDS.values()) == pytest.approx(1)
    assert sum(WORN.values()) == pytest.approx(1)
    rng = np.random.default_rng(0)
    kinds, worn = zip(*((look.kind, look.worn) for look in (draw_mask(rng) for _ in range(800))), strict=True)
    for name, kind in KINDS.items():
        assert kinds.count(name) / 800 == pytest.approx(kind.share, abs=0.05)
    assert worn.count("below nose") / 800 == pytest.approx(WORN["below nose"] * (1 - KINDS[SHIELD].share), abs=0.04)


def test_asking_for_a_kind_changes_nothing_that_is_drawn_after_it():
    free = draw_mask(np.random.default_rng(5))
    asked = draw_mask(np.random.default_rng(5), free.kind, free.worn)
    np.testing.assert_equal(vars(asked), vars(free))


@pytest.mark.parametrize("kind", KINDS)
def test_a_mask_keeps_to_the_ranges_of_its_kind(kind):
    row = KINDS[kind]
    for name, (low, high) in (("half_width_deg", row.half_width_deg), ("off", row.off), ("pleats", row.pleats)):
        values = field(name, kind)
        assert low <= values.min() <= low + 0.1 * (high - low)
        assert high - 0.1 * (high - low) <= values.max() <= high
    ridge = field("ridge", kind)
    assert 0.6 * row.ridge <= ridge.min() <= ridge.max() <= row.ridge
    assert field("valve", kind).mean() == pytest.approx(row.valve, abs=0.08)
    assert field("on_head", kind).mean() == pytest.approx(row.on_head, abs=0.08)
    assert (field("pattern", kind) != "plain").mean() == pytest.approx(row.pattern, abs=0.1)
    clear = field("clear", kind)
    assert (clear.min() >= 0.7) if kind == SHIELD else not clear.any()


@pytest.mark.parametrize("worn", WORN)
def test_edges_lie_where_the_way_of_wearing_says(worn):
    top, side_top, bottom, side_bottom = (
        field(name, "black", worn) for name in ("top", "side_top", "bottom", "side_bottom")
    )
    assert (top > bottom + 0.2).all()
    assert (side_top >= side_bottom - 0.25).all()
    nose, mouth, chin = 6.92, 6.61, 6.165  # heights on the base head
    if worn == "right":
        assert top.min() > nose
        assert bottom.max() < chin + 0.01
    elif worn == "below nose":
        assert mouth < top.min() < top.max() < nose
        assert bottom.max() < chin
    else:
        assert chin < top.max() < mouth
    assert field("worn", SHIELD, worn)[0] == "right"  # a shield cannot hang below the nose
    assert field("top", SHIELD, worn).min() > 7.5


def test_below_the_chin_a_mask_hangs_flat_and_crumpled():
    right, low = (field("off", "ffp2", worn).mean() for worn in ("right", "below chin"))
    assert low == pytest.approx(right / 2, rel=0.05)
    right, low = (field("crumple", "ffp2", worn).mean() for worn in ("right", "below chin"))
    assert low == pytest.approx(2 * right, rel=0.05)


@pytest.mark.parametrize("kind", [name for name, row in KINDS.items() if row.colours])
def test_colours_are_those_of_the_kind_a_little_off(kind):
    colours = field("colour", kind, count=300)
    usual = np.array([colour for colour, _ in KINDS[kind].colours])
    ratio = np.log(colours[:, None] / usual)
    nearest = np.abs(ratio).max(axis=2).argmin(axis=1)
    assert np.abs(ratio).max(axis=2).min(axis=1).max() < 0.35
    shares = np.bincount(nearest, minlength=len(usual)) / 300
    expected = np.array([share for _, share in KINDS[kind].colours])
    np.testing.assert_allclose(shares, expected / expected.sum(), atol=0.08)


def test_a_cloth_mask_has_any_colour_and_repeats_of_any_length():
    colours, pitch = field("colour", "cloth"), field("pitch", "cloth")
    assert np.ptp(colours) > 0.6
    assert (np.ptp(colours, axis=1) > 0.15).mean() > 0.2
    assert 0.08 <= pitch.min() < 0.1
    assert 0.35 < pitch.max() <= 0.4
    assert np.median(pitch) == pytest.approx(np.sqrt(0.08 * 0.4), rel=0.15)  # evenly on a log scale
    tilt = field("tilt_deg", "cloth")
    assert np.mean(tilt == 0) == pytest.approx(1 / 3, abs=0.1)
    assert np.mean(tilt == 90) == pytest.approx(1 / 3, abs=0.1)
    assert set(field("pattern", "cloth")) == {"plain", *module.PATTERNS}
