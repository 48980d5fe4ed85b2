"""What is on a person in one picture, and which random stream decides on what."""

from dataclasses import replace

import numpy as np
import pytest

from fsanet.rendering import worn as module
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.pieces import Material, make_piece
from fsanet.rendering.strands import POINTS, join_strands, make_strands
from fsanet.rendering.worn import draw_worn
from tests.rendering.studio import sitter

LIP, BROW = 57, 19  # landmarks


@pytest.fixture(scope="module")
def person():
    """The sitter with one hair above every hat's rim and one below, one hair of a beard and one of a brow."""
    sits, pack = sitter(), head_pack()
    heights = np.array([8.2, 7.0])[:, None, None] * np.array([0, 1, 0]) + np.zeros((2, POINTS, 3))
    roots = pack.landmarks[[LIP, BROW]]
    on_face = make_strands(np.repeat(sits.shape.vertices[roots][:, None], POINTS, axis=1), 0.02, 0.1, roots)
    thickness = np.full(len(pack.vertices), 0.05)
    return replace(
        sits, hair=replace(sits.hair, strands=make_strands(heights, 0.02, 0.1), thickness=thickness), on_face=on_face
    )


def wear(person, seed=0, headwear=0.0, masked=0.0, occluded=0.0, mask_seed=1, **more):
    rng = np.random.default_rng(seed)
    worn = draw_worn(
        rng, np.random.default_rng(mask_seed), person, person.shape.vertices, headwear, masked, occluded, **more
    )
    return worn, rng


def test_a_bare_head_wears_its_clothes_and_shows_all_its_hair(person):
    lens = make_piece(np.zeros((3, 3)), [[0, 1, 2]], 0.01, Material.PLASTIC)
    worn, _ = wear(replace(person, lenses=[lens]))
    assert (worn.headwear, worn.occluder, worn.mask, worn.wires) == ("none", "none", None, [])
    assert worn.pieces == [*person.clothes, lens]
    assert worn.hair is person.hair.strands
    assert worn.on_face is person.on_face
    assert worn.shell


@pytest.mark.parametrize("chance", ["headwear", "masked", "occluded"])
def test_each_thing_is_as_likely_as_asked(person, monkeypatch, chance):
    monkeypatch.setattr(module, "draw_headwear", lambda *_: ("cap", []))
    monkeypatch.setattr(module, "draw_occluder", lambda *_: ("cup", person.clothes[0]))
    made = module.put_on(np.random.default_rng(0), person.shape.vertices)
    monkeypatch.setattr(module, "put_on", lambda *_: made)
    rng, found = np.random.default_rng(0), []
    for _ in range(300):
        chances = {"headwear": 0.0, "masked": 0.0, "occluded": 0.0} | {chance: 0.3}
        worn = draw_worn(rng, rng, person, person.shape.vertices, *chances.values())
        found.append((worn.headwear != "none", worn.mask is not None, worn.occluder != "none"))
    shares = np.mean(found, axis=0)
    expected = [0.3 * (chance == name) for name in ("headwear", "masked", "occluded")]
    np.testing.assert_allclose(shares, expected, atol=0.08)
    assert (shares[np.array(expected) == 0] == 0).all()


@pytest.mark.parametrize(("kind", "seen", "shell"), [("cap", 1, True), ("hood", 0, True), ("band", 2, True)])
@pytest.mark.parametrize("thick", [0.05, 0.3])
def test_a_hat_takes_the_hair_that_it_hides(person, monkeypatch, kind, seen, shell, thick):
    given = []
    monkeypatch.setattr(module, "draw_headwear", lambda rng, skull, off: given.append(off) or (kind, []))
    hair = replace(person.hair, thickness=np.full(len(person.beard), thick))
    worn, _ = wear(replace(person, hair=hair), headwear=1.0)
    assert worn.headwear == kind
    assert len(worn.hair) == seen
    assert worn.shell == (shell and (kind == "band" or thick < 0.12))  # thick hair would stick out of a hat
    assert given == [pytest.approx(thick)]


def test_a_mask_hides_the_beard_and_no_brow(person):
    worn, _ = wear(person, masked=1.0, mask_kind="surgical")
    assert worn.mask.look.kind == "surgical"
    assert worn.pieces[len(person.clothes) :] == worn.mask.pieces
    assert worn.wires == worn.mask.wires
    assert head_pack().landmarks[BROW] in worn.on_face.roots
    if worn.mask.look.worn != "below chin":
        assert head_pack().landmarks[LIP] not in worn.on_face.roots


def test_the_mask_has_a_stream_of_its_own(person):
    """All else in a picture is the same with a mask and without it, and whichever mask it is."""
    (bare, a), (masked, b), (other, c) = (
        wear(person, 3, 1.0, share, 1.0, mask_seed=seed) for share, seed in ((0.0, 1), (1.0, 1), (1.0, 2))
    )
    assert a.random() == b.random() == c.random()
    assert bare.headwear == masked.headwear == other.headwear
    assert bare.occluder == masked.occluder == other.occluder
    np.testing.assert_array_equal(bare.pieces[-1].vertices, masked.pieces[-1].vertices)
    assert masked.mask.look.seed != other.mask.look.seed


def test_hands_have_the_colour_of_the_person(person):
    look = replace(person.look, skin=np.array([0.0, 1.0, 0.0]))
    for seed in range(20):
        worn, _ = wear(replace(person, look=look), seed, occluded=1.0)
        if worn.occluder == "hand":
            break
    assert worn.occluder == "hand"
    assert worn.pieces[-1].material == Material.SKIN
    assert (worn.pieces[-1].colours[:, [0, 2]] == 0).all()
    assert len(join_strands(worn.wires)) == 0
