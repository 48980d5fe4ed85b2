"""A person as a whole: what belongs together, and what equal generators repeat."""

import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.rendering import person as module
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.person import draw_person, skull_map
from fsanet.rendering.strands import unit


@pytest.fixture(scope="module")
def people():
    return [draw_person(np.random.default_rng(seed)) for seed in range(10)]


def test_equal_generators_give_equal_persons(people):
    again = draw_person(np.random.default_rng(3))
    np.testing.assert_array_equal(again.shape.vertices, people[3].shape.vertices)
    np.testing.assert_array_equal(again.hair.strands.points, people[3].hair.strands.points)
    np.testing.assert_array_equal(again.paint, people[3].paint)
    np.testing.assert_array_equal(again.clothes[0].vertices, people[3].clothes[0].vertices)
    assert (again.style, again.eyewear) == (people[3].style, people[3].eyewear)


def test_with_other_hair_all_else_of_a_person_is_the_same():
    one, other = (draw_person(np.random.default_rng(3), style_name=name) for name in ("short", "fringe_long"))
    assert (one.style, other.style) == ("short", "fringe_long")
    assert len(one.hair.strands.points) != len(other.hair.strands.points)
    for same in ("paint", "beard", "eyewear"):
        np.testing.assert_array_equal(getattr(one, same), getattr(other, same))
    np.testing.assert_array_equal(one.shape.vertices, other.shape.vertices)
    np.testing.assert_array_equal(one.on_face.points, other.on_face.points)
    np.testing.assert_array_equal(one.clothes[0].colours, other.clothes[0].colours)
    with pytest.raises(InputError, match="no hair style 'mohawk': choose one of bald, "):
        draw_person(np.random.default_rng(3), style_name="mohawk")


def test_beards_are_stain_and_hair_of_men(people):
    for person in people:
        assert person.beard.shape == (len(head_pack().vertices),)
        assert person.beard.min() >= 0
        assert person.beard.max() <= 1
        if person.shape.traits.male < 0.55 or person.shape.traits.child > 0.1:
            assert not person.beard.any()
        assert len(person.on_face) > 20  # brows at least
        assert (person.on_face.roots >= 0).all()
    assert any(person.beard.any() for person in people)


@pytest.mark.parametrize(
    ("wears", "dark", "eyewear", "lenses"),
    [(0.0, 0.0, "none", 0), (1.0, 0.0, "glasses", 0), (1.0, 1.0, "sunglasses", 2)],
)
def test_glasses_are_clear_or_dark(monkeypatch, wears, dark, eyewear, lenses):
    monkeypatch.setattr(module, "_WEARS_GLASSES", wears)
    monkeypatch.setattr(module, "_DARK_ONES", dark)
    person = draw_person(np.random.default_rng(0))
    assert person.eyewear == eyewear
    assert len(person.lenses) == lenses
    assert bool(len(person.glasses)) == (eyewear != "none")
    if len(person.glasses):  # on this person's own face
        eyes = module.eye_centres(person.shape.vertices)
        rim = person.glasses.points[:4].reshape(-1, 3)
        assert rim[:, 1].min() < eyes[0, 1] < rim[:, 1].max()
        assert rim[:, 2].max() > eyes[0, 2] + 0.2


def test_hair_and_clothes_fit_the_person(people):
    for person in people[:6]:
        strands = person.hair.strands
        if len(strands):
            offset = strands.points[:, 0] - person.skull().centre
            radius = np.linalg.norm(offset, axis=1)
            assert (radius > person.skull().radius_at(offset / radius[:, None]) - 0.3).mean() > 0.95
        assert person.clothes[0].vertices[:, 1].max() < 6.8


def test_a_skull_knows_no_ears():
    """Beside the ears its radius is that of the cheek: hair and hats would stand off by an ear otherwise."""
    pack = head_pack()
    skull = skull_map(pack.vertices)
    ears = pack.vertices[pack.ears > 0.8]
    offset = ears - skull.centre
    radius = np.linalg.norm(offset, axis=1)
    assert (radius - skull.radius_at(offset / radius[:, None])).max() > 0.08
    for direction, edge in (((0, 1, 0), 8.49 - 7.3), ((1, 0.2, -0.3), 0.77), ((0, 0, -1), 0.83)):
        assert skull.radius_at(unit(np.array([direction], float)))[0] == pytest.approx(edge, abs=0.15)
    mirrored = skull.radius_at(unit(np.array([[0.6, 0.5, 0.4], [-0.6, 0.5, 0.4]])))
    assert mirrored[0] == pytest.approx(mirrored[1], abs=0.03)
