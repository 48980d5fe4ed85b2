"""Where brows and beards lie, and how their hairs grow."""

from dataclasses import replace

import numpy as np
import pytest

from fsanet.rendering import facial_hair as module
from fsanet.rendering.facial_hair import Brow, beard_mask, beard_strands, brow_strands, draw_brow
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.look import draw_look
from fsanet.rendering.raster import vertex_normals
from fsanet.rendering.shape import Traits

BROW = Brow(inner=0.1, outer=0.6, height=7.45, arch=0.04, thickness=0.04, fall=0.06, density=1.0)
MAN = Traits(np.full(3, 1 / 3), 1.0, 0.0, 0.2, 0.0, 0.0)
SHORT, LONG = ((1.0, 1.0), (0.0, 0.0)), ((1.0, 1.0), (0.3, 0.3))


@pytest.fixture(scope="module")
def face():
    pack = head_pack()
    return pack.vertices, vertex_normals(pack.vertices, pack.triangles)


def only(monkeypatch, kind, ranges=SHORT):
    """Let men wear nothing but one kind of beard; returns where it grows."""
    monkeypatch.setattr(module, "_BEARDS", {kind: (1.0, *ranges)})
    return beard_mask(head_pack(), np.random.default_rng(0), MAN)[0]


def line_of(brow, along):
    """Height and half thickness of a brow at a share of its length, read off what it covers."""
    x = brow.inner + along * (brow.outer - brow.inner)
    y = np.linspace(7.3, 7.6, 1201)
    cover = brow.cover(np.column_stack([np.full_like(y, x), y, np.ones_like(y)]))
    return y[cover > 0.5 * cover.max()].mean(), np.ptp(y[cover > 0.5 * cover.max()]) / 2


def test_a_brow_rises_to_its_arch_and_falls_to_its_outer_end():
    inner, arch, outer = (line_of(BROW, along)[0] for along in (0.05, 0.625, 0.95))
    assert arch == pytest.approx(7.45 + 0.04 - 0.06 * 0.625, abs=1e-3)
    assert inner < arch
    assert arch - outer == pytest.approx(0.04 * (2 * 0.95 - 1.25) ** 2 + 0.06 * (0.95 - 0.625), abs=1e-3)
    flat = replace(BROW, arch=0.0, fall=0.0)
    assert line_of(flat, 0.1)[0] == pytest.approx(line_of(flat, 0.9)[0], abs=1e-3)


def test_a_brow_is_fullest_inside_and_thins_out():
    thick = [line_of(BROW, along)[1] for along in (0.2, 0.6, 0.95)]
    assert thick[0] > 1.1 * thick[1] > 2 * thick[2]
    assert thick[0] == pytest.approx(0.85 * BROW.thickness, rel=0.05)


def test_brows_are_alike_on_both_sides_and_nowhere_else():
    place = np.random.default_rng(0).uniform([0, 7.3, 0.8], [0.8, 7.6, 1.6], (500, 3))
    cover = BROW.cover(place)
    assert 0.05 < (cover > 0.5).mean() < 0.3
    np.testing.assert_array_equal(cover, BROW.cover(place * [-1, 1, 1]))
    assert not BROW.cover(place * [1, 1, 0.4]).any()  # not on the back of the head
    assert not cover[(place[:, 0] < 0.05) | (place[:, 0] > 0.66)].any()
    assert (BROW.cover(place, 0.4) <= cover).all()  # a frayed edge takes away


def test_brows_are_thicker_for_men_and_fainter_for_children():
    def mean(field, **traits):
        rng = np.random.default_rng(0)
        return np.mean([getattr(draw_brow(rng, replace(MAN, **traits)), field) for _ in range(50)])

    assert mean("thickness") / mean("thickness", male=0.0) == pytest.approx(1.15 / 0.8, rel=1e-3)
    assert mean("density", child=1.0) / mean("density") == pytest.approx(0.7, rel=1e-3)


def test_hairs_of_the_brows_stand_on_them_and_point_outwards(face):
    skin, normals = face
    hairs = brow_strands(head_pack(), np.random.default_rng(0), BROW, skin, normals, np.full(3, 0.1))
    root, tip = hairs.points[:, 0], hairs.points[:, -1]
    assert 30 < len(hairs) < 90
    assert 0.3 < (root[:, 0] > 0).mean() < 0.7
    assert (np.sign(root[:, 0]) * (tip - root)[:, 0] > 0).all()
    assert np.median((tip - root)[:, 1]) > 0
    length = np.linalg.norm(tip - root, axis=1)
    assert length.min() > 0.029
    assert length.max() < 0.056
    off = np.linalg.norm(root[:, None] - skin[None, head_pack().skin], axis=2).min(axis=1)
    assert off.max() < 0.1
    assert np.linalg.norm(skin[hairs.roots] - root, axis=1).max() < 0.15  # carried by a corner of their triangle
    few = brow_strands(head_pack(), np.random.default_rng(0), replace(BROW, density=0.3), skin, normals, np.zeros(3))
    assert len(few) < 0.5 * len(hairs)


@pytest.mark.parametrize("kind", ["shadow", "goatee", "moustache"])
def test_beards_are_alike_on_both_sides(monkeypatch, kind):
    x = head_pack().vertices[:, 0]
    where = only(monkeypatch, kind)
    left, right = where[x > 0.02].sum(), where[x < -0.02].sum()
    assert left == pytest.approx(right, rel=0.2)  # noise frays the edges


def test_each_beard_covers_its_own_part_of_the_face(monkeypatch):
    pack = head_pack()
    x, y, z = np.abs(pack.vertices[:, 0]), pack.vertices[:, 1], pack.vertices[:, 2]
    lip = (x < 0.15) & (np.abs(y - 6.74) < 0.03) & (z > 1.2) & (pack.lips < 0.1)
    chin = (x < 0.2) & (y > 6.2) & (y < 6.35) & (z > 1.2)
    jaw = (x > 0.5) & (x < 0.62) & (y > 6.4) & (y < 6.6) & (z > 0.75)
    full, goatee, moustache = (only(monkeypatch, kind) for kind in ("full", "goatee", "moustache"))
    for where, covered, free in (
        (full, (lip, chin, jaw), ()),
        (goatee, (lip, chin), (jaw,)),
        (moustache, (lip,), (chin, jaw)),
    ):
        assert all(where[part].mean() > 0.45 for part in covered)
        assert all(where[part].max() < 1e-6 for part in free)
        assert not where[(y > 7.3) | (z < 0)].any()  # never above the ear or on the nape
        assert not where[(x < 0.3) & (y > 6.9)].any()  # nor on nose and cheeks
    assert full[chin].mean() > full[jaw].mean()


def test_men_wear_each_beard_with_its_share_and_its_ranges():
    rng = np.random.default_rng(0)
    drawn = [beard_mask(head_pack(), rng, MAN)[1:] for _ in range(400)]
    dark, length = np.transpose(drawn)
    shares = {kind: row[0] for kind, row in module._BEARDS.items()}
    assert sum(shares.values()) == pytest.approx(1)
    assert (dark == 0).mean() == pytest.approx(shares["shaven"], abs=0.06)
    assert ((dark > 0.24) & (dark < 0.56)).mean() == pytest.approx(shares["stubble"], abs=0.06)
    assert (length > 0.25).mean() == pytest.approx(shares["long"], abs=0.02)
    assert dark.max() <= 1
    assert not (length[dark < 0.8] > 0).any()  # no long hair over a pale stain


@pytest.fixture
def bearded(monkeypatch, face):
    """A full beard of 3 cm: the look, the hairs, and where on the base head they start."""
    skin, normals = face
    where = only(monkeypatch, "full", LONG)
    look = replace(draw_look(np.random.default_rng(0), MAN), skin=np.full(3, 0.5), beard=np.full(3, 0.1))
    hairs = beard_strands(head_pack(), np.random.default_rng(1), where, 0.3, skin, normals, look)
    return look, hairs, skin[hairs.roots]


def test_a_beard_grows_down_from_the_skin_and_stays_out_of_the_mouth(bearded, face):
    _, hairs, root = bearded
    root, tip = hairs.points[:, 0], hairs.points[:, -1]
    chin = (root[:, 1] < 6.35) & (root[:, 2] > 0.9)
    assert (tip - root)[chin, 1].mean() < -0.15
    length = np.linalg.norm(np.diff(hairs.points, axis=1), axis=2).sum(axis=1)
    assert 0.25 < np.quantile(length[chin], 0.9) < 0.5
    lip = (root[:, 1] > 6.7) & (np.abs(root[:, 0]) < 0.25) & (root[:, 2] > 1.15)
    assert lip.sum() > 20
    assert length[lip].max() < 0.5 * np.quantile(length[chin], 0.9)
    outwards = (tip - root)[lip, 0] * np.sign(root[lip, 0])
    assert outwards[np.abs(root[lip, 0]) > 0.1].mean() > 0.01  # a moustache is combed to its sides


def test_a_beard_takes_its_colour_from_skin_at_its_edge_and_gets_thin_at_the_tips(bearded):
    look, hairs, _ = bearded
    assert (hairs.widths[:, 0] > hairs.widths[:, -1]).all()
    np.testing.assert_allclose(hairs.widths[:, -1], 0.6 * hairs.widths[:, 0], rtol=1e-5)
    assert hairs.colours.min() > 0.1
    assert hairs.colours.max() <= look.skin.max()
    assert np.quantile(hairs.colours, 0.3) < 1.2 * 1.08 * 0.1 + 1e-6  # most hairs are of the beard's own colour
