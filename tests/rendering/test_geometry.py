"""A picture's geometry as one list: what each triangle is made of and what each vertex is painted with."""

from dataclasses import replace

import numpy as np
import pytest

from fsanet.rendering.geometry import build_geometry, under_headwear
from fsanet.rendering.head_pack import Part, head_pack
from fsanet.rendering.pieces import Material, make_piece
from fsanet.rendering.strands import POINTS, make_strands
from tests.rendering.studio import NOTHING, bundle, sitter

ALBEDO, PLACE, OCCLUSION, SCALP, BEARD = slice(0, 3), slice(3, 6), 6, 7, 8


def triangle(material, colour=(0.1, 0.2, 0.3), weave=0.0, shift=0.0):
    return make_piece(np.eye(3) + shift, [[0, 1, 2]], colour, material, weave)


def build(person=None, pieces=(), wires=(), hair=NOTHING, on_face=NOTHING, shell=True):
    person = person or sitter()
    return build_geometry(person, person.shape.vertices, list(pieces), list(wires), hair, on_face, shell)


@pytest.fixture(scope="module")
def bare():
    return build()


def vertices_of(part):
    pack = head_pack()
    return np.unique(pack.triangles[pack.parts == part])


def test_every_part_of_the_head_is_made_of_its_own_stuff(bare):
    pack = head_pack()
    stuff = {part: set(bare.materials[pack.parts == part]) for part in Part}
    assert stuff[Part.LEFT_EYE] == stuff[Part.RIGHT_EYE] == {Material.EYE}
    others = [stuff[part] for part in (Part.SKIN, Part.TEETH, Part.TONGUE, Part.LASHES)]
    assert others == [{Material.SKIN}, {Material.TOOTH}, {Material.FLESH}, {Material.LASH}]
    np.testing.assert_array_equal(bare.triangles, pack.triangles)
    assert not bare.weave.any()
    assert bare.head_vertices == len(pack.vertices)


def test_teeth_are_pale_the_tongue_is_red_and_eyes_are_white(bare):
    teeth, tongue, eye = (
        bare.paint[vertices_of(p), ALBEDO].mean(axis=0) for p in (Part.TEETH, Part.TONGUE, Part.LEFT_EYE)
    )
    assert teeth.min() > 0.5
    assert teeth[0] > teeth[2]  # a little yellow
    assert tongue[0] > 2 * tongue[1]
    assert eye.min() > 0.5
    np.testing.assert_array_equal(bare.paint[vertices_of(Part.RIGHT_EYE), ALBEDO].mean(axis=0), eye)
    skin = np.setdiff1d(vertices_of(Part.SKIN), np.concatenate([vertices_of(p) for p in list(Part)[1:]]))
    np.testing.assert_array_equal(bare.paint[skin, ALBEDO], sitter().paint[skin])


@pytest.mark.parametrize("lid_paint", [0.0, 1.0])
def test_upper_lashes_are_dark_and_darker_when_painted(lid_paint):
    person = sitter()
    look = replace(person.look, skin=np.ones(3), lid_paint=lid_paint)
    lashes = vertices_of(Part.LASHES)
    tone = build(replace(person, look=look)).paint[lashes, 0]
    upper = head_pack().vertices[lashes, 1] > 7.278
    assert 0.2 < upper.mean() < 0.8
    np.testing.assert_allclose(tone[upper], 0.2 - 0.15 * lid_paint, rtol=1e-5)
    np.testing.assert_allclose(tone[~upper], 0.85, rtol=1e-5)


def test_paint_knows_the_place_on_the_base_head_and_its_stains(bare):
    pack, person = head_pack(), sitter()
    np.testing.assert_array_equal(bare.paint[:, PLACE], pack.vertices)
    np.testing.assert_allclose(bare.paint[:, OCCLUSION].max(), 1)
    assert bare.paint[:, OCCLUSION].min() >= 0.25
    order = np.argsort(pack.occlusion)
    assert (np.diff(bare.paint[order, OCCLUSION]) >= 0).all()
    stained = replace(
        person,
        beard=np.linspace(0, 1, len(pack.vertices), dtype=np.float32),
        hair=replace(person.hair, scalp=np.full(len(pack.vertices), 0.5, np.float32), stain=0.6),
    )
    paint = build(stained).paint
    np.testing.assert_array_equal(paint[:, BEARD], stained.beard)
    np.testing.assert_allclose(paint[:, SCALP], 0.3, rtol=1e-5)
    assert not bare.paint[:, [SCALP, BEARD]].any()


def test_pieces_follow_the_head_in_order_with_their_own_stuff():
    cup, cloth = triangle(Material.PLASTIC), triangle(Material.CLOTH, (0.4, 0.5, 0.6), 0.2, shift=5.0)
    geometry, head = build(pieces=[cup, cloth]), head_pack()
    first, second = geometry.triangles[-2:]
    np.testing.assert_allclose(geometry.vertices[first], cup.vertices)
    np.testing.assert_allclose(geometry.vertices[second], cloth.vertices)
    assert geometry.materials[-2:].tolist() == [Material.PLASTIC, Material.CLOTH]
    np.testing.assert_allclose(geometry.weave[-2:], [0.0, 0.2])
    np.testing.assert_allclose(geometry.paint[first, ALBEDO], [[0.1, 0.2, 0.3]] * 3)
    np.testing.assert_allclose(geometry.paint[second, ALBEDO], [[0.4, 0.5, 0.6]] * 3)
    np.testing.assert_allclose(geometry.paint[second, PLACE], cloth.vertices)
    np.testing.assert_allclose(geometry.paint[second, OCCLUSION], 0.9)
    assert not geometry.paint[second, SCALP:].any()
    assert len(geometry.vertices) == len(geometry.paint) == len(head.vertices) + 6


def test_strands_are_hair_brows_glasses_and_wires():
    pack = head_pack()
    hair, wire = bundle((0, 8, 0), (0, 7, 0), 0.1, count=3), make_strands(np.ones((2, POINTS, 3)), 0.02, 0.5, wire=True)
    brow = make_strands(np.zeros((1, POINTS, 3)), 0.02, 0.2, roots=[int(pack.landmarks[19])])
    glasses = make_strands(np.full((1, POINTS, 3), 2.0), 0.02, 0.9, wire=True)
    strands = build(replace(sitter(), glasses=glasses), hair=hair, on_face=brow, wires=[wire]).strands
    assert len(strands) == 3 + 1 + 1 + 2
    assert strands.wire.tolist() == [False] * 4 + [True] * 3
    np.testing.assert_array_equal(strands.points[:3], hair.points)
    np.testing.assert_array_equal(strands.points[3], brow.points[0])  # the face did not move
    np.testing.assert_array_equal(strands.points[4], glasses.points[0])


@pytest.mark.parametrize("thick", [0.003, 0.2])
def test_the_shell_of_hair_lies_over_the_scalp_alone_where_it_has_volume(thick):
    person, pack = sitter(), head_pack()
    thickness = np.where(pack.vertices[:, 1] > 8.0, thick, 0.0).astype(np.float32)
    hairy = replace(person, hair=replace(person.hair, thickness=thickness, openness=0.7))
    geometry = build(hairy)
    extra = geometry.vertices[geometry.head_vertices : geometry.head_vertices + (thickness > 0).sum()]
    if thick < 0.004:
        assert not (geometry.materials == Material.HAIR).any()
        return
    hair = geometry.triangles[geometry.materials == Material.HAIR]
    assert len(hair) > 100
    assert hair.min() >= geometry.head_vertices
    paint = geometry.paint[np.unique(hair)]
    np.testing.assert_allclose(paint[:, ALBEDO], np.tile(0.85 * person.look.hair, (len(paint), 1)), rtol=1e-5)
    np.testing.assert_allclose(paint[:, OCCLUSION], 0.7)
    assert (paint[:, PLACE.start + 1] > 8.0).all()
    top = person.shape.vertices[pack.skin, 1].max()
    assert extra[:, 1].max() == pytest.approx(top + thick, abs=0.03)
    assert not (build(hairy, shell=False).materials == Material.HAIR).any()


def test_hair_that_rises_through_a_hat_is_hidden():
    heights = np.linspace(7.0, [7.4, 7.9, 8.3], POINTS).T  # tips below, just above, and far above a rim of 7.75
    points = np.stack([0 * heights, heights, 0 * heights], axis=-1)
    strands = make_strands(points, np.arange(3)[:, None] * 0.01, np.arange(3)[:, None] * 0.1)
    kept = under_headwear(strands, "beanie", 7.75)
    np.testing.assert_allclose(kept.points, strands.points[:2])
    np.testing.assert_allclose(kept.widths, strands.widths[:2])
    np.testing.assert_allclose(kept.colours, strands.colours[:2])
    assert len(under_headwear(strands, "beanie", 6.9)) == 0
