import numpy as np
import pytest

from fsanet.rendering.frame import RenderSettings
from fsanet.rendering.hair_styles import HAIR_STYLES
from fsanet.rendering.headwear import KINDS
from fsanet.rendering.samples import render_samples
from fsanet.rendering.tags import tags_of

PLAIN = {
    "style": "crew",
    "headwear": "none",
    "eyewear": "none",
    "mask": "none",
    "occluder": "none",
    "light": "overcast",
}


def tags(**kinds) -> set[str]:
    """Names of the tags of one sample with some kinds."""
    columns = {name: np.array([kind]) for name, kind in (PLAIN | kinds).items()}
    return {name for name, holds in tags_of(columns).items() if holds[0]}


def test_a_plain_face_has_none():
    assert tags() == set()
    assert all(
        holds.dtype == bool for holds in tags_of({name: np.array([kind]) for name, kind in PLAIN.items()}).values()
    )


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ({"style": "long_straight"}, {"tag_hair"}),
        ({"style": "fringe_bob"}, {"tag_hair", "tag_fringe"}),
        ({"style": "mop"}, {"tag_fringe"}),
        ({"style": "tail"}, set()),
        ({"eyewear": "sunglasses"}, {"tag_frame"}),
        ({"mask": "n95"}, {"tag_mask"}),
        ({"occluder": "hand"}, {"tag_object"}),
        ({"light": "sun"}, {"tag_light"}),
        ({"light": "below"}, {"tag_light"}),
        ({"light": "window"}, set()),
    ],
)
def test_each_kind_has_its_tag(kinds, expected):
    assert tags(**kinds) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_headwear_hides_hair_and_fringe_where_the_drawing_does(kind):
    hair = {"hood": set(), "scarf": set()}.get(kind, {"tag_hair"})
    fringe = {"tag_fringe"} if kind == "band" else set()
    assert tags(style="fringe_long", headwear=kind) == {"tag_hat"} | hair | fringe


def test_hair_beside_the_face_is_long_and_loose():
    beside = {style.name for style in HAIR_STYLES if style.beside_face}
    assert beside == {
        "locks",
        "bob",
        "long_straight",
        "long_wavy",
        "fringe_long",
        "fringe_bob",
        "swept_long",
        "curtain",
    }


def test_rendered_samples_have_the_tags_of_what_was_drawn():
    settings = {"headwear": 0.5, "occluded": 0.5, "per_person": 1}
    for share in (0.0, 1.0):
        kinds = render_samples(2, range(6), RenderSettings(masked=share, **settings)).kinds
        np.testing.assert_array_equal(kinds["tag_mask"], [share == 1.0] * 6)
        np.testing.assert_array_equal(kinds["tag_hat"], kinds["headwear"] != "none")
        np.testing.assert_array_equal(kinds["tag_object"], kinds["occluder"] != "none")
        assert 0 < kinds["tag_hat"].sum() < 6
