"""Clothes: where they lie on the shoulders, and what they are printed with."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from fsanet.rendering import clothes as module
from fsanet.rendering.clothes import draw_fabric, garment
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.pieces import Material
from fsanet.rendering.raster import vertex_normals


@pytest.fixture(scope="module")
def worn():
    """Garments of many persons on the base head."""
    pack, rng = head_pack(), np.random.default_rng(0)
    normals = vertex_normals(pack.vertices, pack.triangles)
    return [garment(pack, rng, pack.vertices, normals) for _ in range(60)]


def test_cloth_is_dark_pale_and_bright():
    rng = np.random.default_rng(0)
    colours = np.array([draw_fabric(rng) for _ in range(1000)])
    assert colours.min() >= 0
    assert colours.max() <= 0.85
    grey = colours.mean(axis=1)
    assert (grey < 0.1).mean() > 0.05
    assert (grey > 0.5).mean() > 0.1
    assert (np.ptp(colours, axis=1) > 0.2).mean() > 0.2  # some are bright
    assert np.abs(colours.mean(axis=0) - colours.mean()).max() < 0.03  # no hue before others


def test_a_garment_covers_the_shoulders_and_no_face(worn):
    pack = head_pack()
    lowest = pack.vertices[pack.skin, 1].min()
    for body, *_ in worn:
        x, y, z = body.vertices.T
        assert y.max() < 6.55
        assert not ((z > 0.9) & (y > 6.0)).any()  # the chin is bare
        assert y.min() < lowest + 0.1
        assert x.min() < -1.2
        assert x.max() > 1.2
        assert body.material == Material.CLOTH
        assert 0 <= body.weave <= 0.15


def test_a_garment_stands_off_the_skin_and_outside_of_it(worn):
    pack = head_pack()
    skin = cKDTree(pack.vertices[pack.skin])
    normals = vertex_normals(pack.vertices, pack.triangles)[pack.skin]
    for body, *_ in worn[:12]:
        distance, nearest = skin.query(body.vertices)
        assert 0.01 < np.median(distance) < 0.2
        outwards = np.einsum("nk,nk->n", body.vertices - skin.data[nearest], normals[nearest])
        assert (outwards > 0).mean() > 0.95


def test_necklines_differ_and_lie_lower_behind(worn):
    front, back = (
        np.array(
            [
                body.vertices[(np.abs(body.vertices[:, 0]) < 0.15) & side(body.vertices[:, 2]), 1].max()
                for body, *_ in worn
            ]
        )
        for side in (lambda z: z > 0.3, lambda z: z < -0.4)
    )
    assert np.ptp(front) > 0.4
    assert front.min() > 5.0
    assert front.max() < 5.95
    assert (front - back).mean() == pytest.approx(0.25, abs=0.12)


def test_half_of_all_garments_have_a_collar_round_the_neck(worn):
    collars = [pieces[1] for pieces in worn if len(pieces) == 2]
    assert 0.4 < len(collars) / len(worn) < 0.7
    for collar in collars:
        x, y, z = collar.vertices.T
        angle = np.degrees(np.arctan2(x, z - 0.1))
        assert np.histogram(angle, bins=8, range=(-180, 180))[0].min() > 0
        assert y.max() < 6.6
        assert np.hypot(x, z).max() < 1.7  # a ring, not a cape
    skin = cKDTree(head_pack().vertices[head_pack().skin])
    thick = [np.median(skin.query(collar.vertices)[0]) for collar in collars]
    assert min(thick) < 0.08  # a shirt's collar
    assert 0.2 < max(thick) < 0.6  # and a scarf


def patterns(count=400):
    """Drawn patterns on a patch of cloth: shares (P,) of the second colour, and the patch."""
    place = np.stack(np.meshgrid(np.linspace(-1, 1, 40), np.linspace(5, 6, 40)), axis=-1).reshape(-1, 2)
    place = np.column_stack([place, np.zeros(len(place))])
    rng = np.random.default_rng(0)
    for _ in range(count):
        colours = module._patterned(rng, np.full(3, 0.9), place)
        yield np.linalg.norm(colours - 0.9, axis=1) > 1e-9, place


def test_half_of_all_cloth_is_plain_and_the_rest_has_two_colours():
    printed = [on for on, _ in patterns()]
    plain = np.mean([not on.any() for on in printed])
    assert 0.5 < plain < 0.75  # a print may miss the patch
    filled = [on.mean() for on in printed if on.any()]
    assert 0.2 < np.mean(filled) < 0.6


def test_a_quarter_of_all_cloth_has_straight_stripes():
    def straight(on, place):
        """Whether the colour changes along one direction only."""
        rows = on.reshape(40, 40)
        return on.any() and ((rows == rows[0]).all() or (rows == rows[:, :1]).all())

    found = np.mean([straight(on, place) for on, place in patterns()])
    assert 0.25 * 0.4 < found < 0.25  # two in three stripes are upright or level
