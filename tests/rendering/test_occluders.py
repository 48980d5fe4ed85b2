"""What is held before the face: hands, and solid things of known form."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from fsanet.rendering import occluders as module
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.occluders import draw_occluder
from fsanet.rendering.pieces import Material

SKIN_RGB = np.array([0.5, 0.3, 0.2])


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(0)
    return [draw_occluder(rng, head_pack(), SKIN_RGB) for _ in range(400)]


def of(drawn, kind):
    return [piece for found, piece in drawn if found == kind]


def test_kinds_come_with_their_shares(drawn):
    assert sum(module._SHARES) == pytest.approx(1)
    for kind, share in zip(module.KINDS, module._SHARES, strict=True):
        assert len(of(drawn, kind)) / len(drawn) == pytest.approx(share, abs=0.05)


def test_things_are_held_to_the_face_from_both_sides():
    pack = head_pack()
    off, _ = cKDTree(pack.vertices[pack.skin]).query(module._SPOTS)
    assert off.max() < 0.4  # decimetres
    outermost = module._SPOTS[np.abs(module._SPOTS[:, 0]) > 0]
    np.testing.assert_array_equal(np.sort(outermost[:, 0]), -np.sort(outermost[:, 0])[::-1])
    assert (module._SPOTS[:, 2] > 1.2).all()


def test_hands_are_skin_of_the_person_left_and_right(drawn):
    hands = of(drawn, "hand")
    assert {piece.material for piece in hands} == {Material.SKIN}
    tone = np.array([(piece.colours / SKIN_RGB).mean() for piece in hands])
    assert 0.78 < tone.min() < 0.85
    assert 1.0 < tone.max() < 1.08
    for piece in hands[:20]:  # lightness varies, hue does not
        np.testing.assert_allclose(np.ptp(piece.colours / SKIN_RGB, axis=1), 0, atol=1e-5)
    # a mirrored hand is a left hand: its volume, told by the order of corners, has the other sign
    volume = []
    for piece in hands:
        a, b, c = np.moveaxis(piece.vertices[piece.triangles] - piece.vertices.mean(axis=0), 1, 0)
        volume.append(np.einsum("tk,tk->t", a, np.cross(b, c)).sum() / 6)
    assert 0.4 < (np.array(volume) > 0).mean() < 0.6
    np.testing.assert_allclose(np.abs(volume), np.abs(volume).mean(), rtol=0.01)  # turned and moved, not stretched


def test_a_hand_lies_on_the_face_with_its_palm(drawn):
    pack = head_pack()
    skin = cKDTree(pack.vertices[pack.skin])
    nearest = [skin.query(piece.vertices)[0].min() for piece in of(drawn, "hand")]
    assert np.quantile(nearest, 0.9) < 0.3
    middle = np.array([piece.vertices.mean(axis=0) for piece in of(drawn, "hand")])
    assert (middle[:, 2] > 1.0).mean() > 0.9  # before the face
    assert abs(middle[:, 0].mean()) < 0.15


@pytest.mark.parametrize(
    ("kind", "longest", "shortest"), [("phone", 1.5, 0.1), ("cup", 1.0, 0.8), ("microphone", 1.2, 0.44)]
)
def test_things_have_their_size(drawn, kind, longest, shortest):
    for piece in of(drawn, kind):
        centred = piece.vertices - piece.vertices.mean(axis=0)
        size = np.sort(np.ptp(centred @ np.linalg.svd(centred, full_matrices=False)[2].T, axis=0))
        assert 0.78 * longest < size[-1] < 1.65 * longest  # diagonals reach further than edges
        assert 0.7 * shortest < size[0] < 1.7 * shortest
        assert piece.material == Material.PLASTIC
        assert np.ptp(piece.colours, axis=0).max() == 0  # of one colour


def test_lumps_are_cloth_of_any_form(drawn):
    lumps = of(drawn, "lump")
    assert {piece.material for piece in lumps} == {Material.CLOTH}
    size = np.array([np.ptp(piece.vertices, axis=0) for piece in lumps])
    assert size.min() > 0.2
    assert size.max() < 2.1
    assert size.std() > 0.15


def test_a_superellipsoid_is_an_ellipsoid_at_power_two_and_nearly_a_box_at_eight():
    half = np.array([0.4, 0.7, 0.2])
    egg, triangles = module._superellipsoid(half, 2.0, 0.0, 0.0)
    np.testing.assert_allclose(np.square(egg / half).sum(axis=1), 1, atol=1e-9)
    box, _ = module._superellipsoid(half, 8.0, 0.0, 0.0)
    np.testing.assert_allclose((np.abs(box / half) ** 8).sum(axis=1), 1, atol=1e-9)
    np.testing.assert_allclose(np.abs(egg).max(axis=0), half, rtol=0.05)

    def volume(vertices):
        a, b, c = np.moveaxis(vertices[triangles], 1, 0)
        return abs(np.einsum("tk,tk->t", a, np.cross(b, c)).sum() / 6)

    assert volume(egg) == pytest.approx(4 / 3 * np.pi * np.prod(half), rel=0.06)  # closed all around
    assert 1.4 * volume(egg) < volume(box) < 8 * np.prod(half)
    lumpy, _ = module._superellipsoid(half, 2.0, 0.2, 3.0)
    ratio = np.linalg.norm(lumpy, axis=1) / np.linalg.norm(egg, axis=1)
    assert 0.05 < ratio.std() < 0.3
    assert abs(ratio.mean() - 1) < 0.12
