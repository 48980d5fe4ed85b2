"""The table of hair styles, and who wears which."""

from dataclasses import replace

import numpy as np
import pytest

from fsanet.rendering.hair_styles import HAIR_STYLES, draw_style
from fsanet.rendering.shape import Traits

WOMAN = Traits(np.full(3, 1 / 3), 0.0, 0.0, 0.0, 0.0, 0.0)
MAN = replace(WOMAN, male=1.0)
KNOWN = [style for style in HAIR_STYLES if not style.held_out]


def shares(traits, held_out=False, count=2500):
    rng = np.random.default_rng(0)
    names = [draw_style(rng, traits, held_out).name for _ in range(count)]
    return {style.name: names.count(style.name) / count for style in HAIR_STYLES}


@pytest.mark.parametrize(("traits", "column"), [(WOMAN, "women"), (MAN, "men")])
def test_styles_are_as_frequent_as_their_column_says(traits, column):
    found = shares(traits)
    weights = {style.name: getattr(style, column) for style in KNOWN}
    weights["bald"] *= 0.6  # of the young
    weights["horseshoe"] = 0
    for name, weight in weights.items():
        assert found[name] == pytest.approx(weight / sum(weights.values()), abs=0.025)


def test_the_old_lose_their_hair_and_children_keep_it():
    bare = [shares(replace(MAN, **change), count=1200) for change in ({"old": 0.9}, {}, {"child": 0.9}, {"child": 1.0})]
    old, young, child, infant = (found["bald"] + found["horseshoe"] for found in bare)
    assert old > 3 * young > 6 * child
    assert infant < 0.002
    assert bare[0]["horseshoe"] > 1.5 * bare[0]["bald"]  # 3 * 0.9 against 0.6 + 0.9


def test_half_of_the_test_persons_wear_what_training_never_shows():
    held_out = [style.name for style in HAIR_STYLES if style.held_out]
    assert held_out == ["slick_back", "fringe_bob"]
    found = shares(WOMAN, held_out=True)
    assert 0.5 < sum(found[name] for name in held_out) < 0.6  # and some by the common draw
    assert not any(shares(WOMAN)[name] for name in held_out)


@pytest.mark.parametrize("style", HAIR_STYLES, ids=lambda style: style.name)
def test_a_style_makes_sense(style):
    for low, high in (style.shell, style.length, style.width):
        assert 0 <= low <= high
    assert style.shell[1] <= 0.6  # decimetres: hair does not bury the face
    assert style.width[1] <= 0.06
    assert style.comb in ("out", "part", "back", "up", "forward", "tied")
    for share in (style.lift, style.clump, style.sides, style.hug):
        assert 0 <= share <= 1
    assert 0 <= style.women <= 0.2
    assert 0 <= style.men <= 0.2
    assert (style.strands == 0) == (style.name == "bald")
    assert bool(style.knot) == (style.comb == "tied")
    if style.length[0] > 1 and style.comb != "tied":
        assert style.gravity >= 0.5  # long hair hangs
        assert style.women > style.men


def test_a_fringe_needs_hair_that_reaches_the_brows():
    assert all(style.length[1] >= 0.8 for style in HAIR_STYLES if style.front == "fringe")
    assert len({style.name for style in HAIR_STYLES}) == len(HAIR_STYLES)
