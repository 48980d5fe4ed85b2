"""What faces do: how often, and which way the parts of a face move."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.pose.angles import rotation_from_angles
from fsanet.rendering import expression as module
from fsanet.rendering.expression import EXPRESSIONS, with_expression
from fsanet.rendering.frame import RenderSettings
from fsanet.rendering.head_pack import Part, head_pack
from fsanet.rendering.shape import HeadShape, Traits

TRAITS = Traits(np.array([0.5, 0.2, 0.3]), 0.5, 0.0, 0.2, 0.0, 0.0)


def moved(monkeypatch, traits=TRAITS, turn=None, **units):
    """How the 68 landmarks (68, 3) move for given units."""
    pack = head_pack()
    monkeypatch.setattr(module, "_draw_expression", lambda _: {name.replace("_", "-"): w for name, w in units.items()})
    monkeypatch.setattr(module, "_draw_lids", lambda _: {})
    shape = HeadShape(pack.vertices, traits, np.eye(3) if turn is None else turn)
    return (with_expression(shape, np.random.default_rng(0)) - pack.vertices)[pack.landmarks]


def test_a_third_of_all_faces_stay_neutral():
    rng = np.random.default_rng(0)
    drawn = [module._draw_expression(rng) for _ in range(3000)]
    assert np.mean([not units for units in drawn]) == pytest.approx(0.35 + 0.65 * 0.06, abs=0.03)
    counts = Counter(name for units in drawn for name in units)
    for name, share in (("mouth-corner-puller", 0.5), ("mouth-open", 0.35), ("mouth-parling", 0.3)):
        assert counts[name] / len(drawn) == pytest.approx(0.65 * share, abs=0.03)
    for name in ("mouth-pursing", "mouth-retraction", "mouth-elevation"):
        assert counts[name] / len(drawn) == pytest.approx(0.65 * 0.07, abs=0.015)
    for name, share in (("up", 0.25), ("inner-up", 0.2), ("down", 0.1), ("extern-up", 0.1)):
        assert counts[f"eyebrows-left-{name}"] / len(drawn) == pytest.approx(0.65 * share, abs=0.03)
    weights = np.array([weight for units in drawn for weight in units.values()])
    assert weights.min() >= 0
    assert weights.max() <= 0.9


def test_every_unit_is_a_morph_of_the_pack():
    rng, names = np.random.default_rng(0), set()
    for _ in range(500):
        names |= set(module._draw_expression(rng)) | set(module._draw_lids(rng))
    for name in names:
        for ethnicity in module.ETHNICITIES:
            assert f"expression/units/{ethnicity}/{name}" in head_pack().targets
    assert len(names) > 20


def test_brows_and_lids_move_on_both_sides_nearly_alike():
    rng = np.random.default_rng(0)
    for _ in range(300):
        units = module._draw_expression(rng)
        for name in units:
            if "-left-" in name:
                other = units[name.replace("-left-", "-right-")]
                assert other == pytest.approx(units[name], rel=0.26)
        lids = module._draw_lids(rng)
        assert len(set(lids.values())) <= 1
        assert {name.split("-")[1] for name in lids} in (set(), {"left", "right"})


def test_lids_are_mostly_open_and_five_in_a_hundred_closed():
    rng = np.random.default_rng(0)
    drawn = [next(iter(module._draw_lids(rng).items()), ("none", 0.0)) for _ in range(4000)]
    kinds = Counter(name.split("-", 2)[-1] for name, _ in drawn)
    closed = np.mean([weight >= 0.9 for name, weight in drawn if "closure" in name])
    assert kinds["none"] / 4000 == pytest.approx(0.5, abs=0.03)
    assert kinds["closure"] / 4000 == pytest.approx(0.18, abs=0.02)
    assert kinds["slit"] / 4000 == pytest.approx(0.1, abs=0.015)
    assert kinds["opened-up"] / 4000 == pytest.approx(0.22, abs=0.02)
    assert closed == pytest.approx(5 / 18, abs=0.06)
    assert not [w for name, w in drawn if "closure" in name and 0.3 < w < 0.9]  # half closed is a slit


def test_parts_of_the_face_move_as_their_name_says(monkeypatch):
    smile = moved(monkeypatch, mouth_corner_puller=0.8)
    assert smile[48, 1] > 0.02
    assert smile[48, 0] < -0.01 < 0.01 < smile[54, 0]
    np.testing.assert_allclose(smile[48] * [-1, 1, 1], smile[54], atol=0.02)
    yawn = moved(monkeypatch, mouth_open=0.8)
    assert yawn[57, 1] < -0.05 < yawn[51, 1]
    assert yawn[8, 1] < -0.05
    np.testing.assert_array_equal(yawn[[0, 1, 15, 16]], 0)  # the jaw turns about the ears
    brows = moved(monkeypatch, eyebrows_left_up=0.8, eyebrows_right_up=0.8)
    assert (brows[17:27, 1] >= 0).all()
    assert brows[19, 1] > 0.02
    np.testing.assert_array_equal(brows[48:], 0)
    one = moved(monkeypatch, eyebrows_left_up=0.8)
    assert one[24, 1] > 0.02 > abs(one[19, 1])  # the person's left lies to the right of the picture


def test_a_closed_eye_is_closed(monkeypatch):
    """The rims of the lids, told by their lashes: the upper one comes down, the lower one waits."""
    pack = head_pack()
    lashes = np.unique(pack.triangles[pack.parts == Part.LASHES])
    monkeypatch.setattr(module, "_draw_expression", lambda _: {})
    monkeypatch.setattr(module, "_draw_lids", lambda _: {"eye-left-closure": 1.0})
    drop = (with_expression(HeadShape(pack.vertices, TRAITS, np.eye(3)), np.random.default_rng(0)) - pack.vertices)[
        :, 1
    ]
    x, y, _ = pack.vertices[lashes].T
    upper, lower = (drop[lashes[(x > 0.27) & (x < 0.37) & part]] for part in (y > 7.3, y < 7.27))
    assert upper.max() < -0.03
    assert np.abs(lower).max() < 0.02
    assert (drop[lashes[x < 0]] == 0).all()  # the other eye stays open


def test_expressions_turn_with_the_head_and_mix_by_ethnicity(monkeypatch):
    straight = moved(monkeypatch, mouth_open=0.7)
    turn = rotation_from_angles([0.0, 12.0, 0.0])
    np.testing.assert_allclose(moved(monkeypatch, turn=turn, mouth_open=0.7), straight @ turn.T, atol=1e-5)
    pure = [moved(monkeypatch, traits=replace(TRAITS, ethnicity=row), mouth_open=0.7) for row in np.eye(3)]
    np.testing.assert_allclose(straight, np.tensordot(TRAITS.ethnicity, pure, axes=1), atol=1e-5)


def test_a_shape_is_not_changed_by_its_expressions():
    pack = head_pack()
    shape = HeadShape(pack.vertices.copy(), TRAITS, np.eye(3))
    faces = [with_expression(shape, np.random.default_rng(seed)) for seed in (2, 2, 3)]
    np.testing.assert_array_equal(shape.vertices, pack.vertices)
    np.testing.assert_array_equal(faces[0], faces[1])
    assert (faces[0] != faces[2]).any()


def test_named_expressions_change_nothing_else():
    pack, drawn = head_pack(), {}
    shape = HeadShape(pack.vertices, TRAITS, np.eye(3))
    for name in (None, *EXPRESSIONS):
        rng = np.random.default_rng(5)
        drawn[name] = with_expression(shape, rng, name), rng.random()
    assert len({after for _, after in drawn.values()}) == 1
    rest, smile = ((drawn[name][0] - pack.vertices)[pack.landmarks] for name in ("rest", "smile"))
    assert (rest[48:] == 0).all()
    assert smile[[48, 54], 1].min() > 0.03  # the corners of the mouth rise
    assert len({points.tobytes() for points, _ in drawn.values()}) == len(drawn)


def test_people_who_are_photographed_smile_more_often():
    rng = np.random.default_rng(0)
    lively, usual = (
        np.mean([draw(rng).get("mouth-corner-puller", 0) > 0.2 for _ in range(2000)])
        for draw in (EXPRESSIONS["lively"], module._draw_expression)
    )
    assert lively > 0.6 > 0.35 > usual


def test_an_unknown_expression_is_one_sentence():
    with pytest.raises(InputError, match="no expression 'grin': choose one of rest, smile, lively"):
        RenderSettings(expression="grin")
