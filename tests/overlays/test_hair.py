"""Rendered hair on faces of photographs: where it lies, how bright it is, and twins of sets with it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from fsanet.datasets.derive import derive_set
from fsanet.datasets.pose_set import PoseSet
from fsanet.errors import InputError
from fsanet.overlays import hair as module
from fsanet.overlays.hair import SHARES, hair_over
from fsanet.overlays.haired_set import haired_set
from fsanet.overlays.placing import place_by_pose
from fsanet.pose.angles import angles_of_facing
from fsanet.rendering.hair_styles import HAIR_STYLES

POSE, BOX = np.array([10.0, -5.0, 3.0]), np.array([17.5, 17.5, 46.5, 46.5])
POINTS = place_by_pose(POSE, BOX).points_xy
SKIN = np.full((64, 64, 3), (90, 110, 150), np.uint8)


def laid(picture=SKIN, points=POINTS, seed=0, style="curtain"):
    return hair_over(picture, points, POSE, np.random.default_rng(seed), style).image_bgr


def changed(picture, of=SKIN):
    return np.abs(picture.astype(int) - of).max(axis=-1) > 8


def test_a_curtain_hangs_on_both_sides_over_the_head_and_not_over_the_nose():
    hair = sum(changed(laid(seed=seed)).astype(int) for seed in range(6)) / 6
    nose = POINTS[30].round().astype(int)
    assert hair[nose[1] - 2 : nose[1] + 3, nose[0] - 2 : nose[0] + 3].max() == 0
    cheeks = POINTS[[1, 15]].round().astype(int)
    assert all(hair[y - 3 : y + 4, x - 3 : x + 4].max() > 0.5 for x, y in cheeks)
    brow_y = int(POINTS[17:27, 1].min())
    assert hair[brow_y - 8, 24:40].mean() > 0.5


def test_hair_follows_the_landmarks():
    shift = np.array([6, 4])
    there, moved = changed(laid()), changed(laid(points=POINTS + shift))
    same = moved[4:, 6:] == there[:-4, :-6]
    assert same.mean() > 0.97
    assert (moved != there).mean() > 0.05
    np.testing.assert_array_equal(laid(points=POINTS + 500), SKIN)


def show(monkeypatch, bald, haired, hair, landmarks_xy):
    """Lay grey pictures (h, w) instead of rendered heads: all skin, but for the hair (h, w)."""

    def head(seed, pose, style):
        grey, nearer = (bald, 0 * hair) if style == "bald" else (haired, hair)
        picture = np.repeat(np.uint8(grey)[..., None], 3, axis=-1)
        return SimpleNamespace(image_bgr=picture, landmarks_xy=landmarks_xy, near=1 + nearer, skin=nearer == 0)

    monkeypatch.setattr(module, "_head", head)


def test_skin_in_the_shadow_of_hair_stays_that_of_the_photograph_and_gets_darker(monkeypatch):
    hair, shaded, grey = np.zeros((64, 64), int), np.zeros((64, 64), int), np.full((64, 64), 100)
    hair[28:, 40:50], shaded[28:36, 20:30] = 1, 1
    show(monkeypatch, grey, np.where(hair, 20, np.where(shaded, 50, 100)), hair, POINTS + 0.5)
    picture = laid()
    np.testing.assert_allclose(picture[30:34, 22:28] / SKIN[30:34, 22:28], 0.5, atol=0.02)
    np.testing.assert_array_equal(picture[45:, :35], SKIN[45:, :35])
    assert (picture[30:, 42:48] < 0.5 * SKIN[30:, 42:48]).all()


def test_no_shadow_takes_all_light(monkeypatch):
    hair, grey = np.zeros((64, 64), int), np.full((64, 64), 100)
    black = np.where(np.arange(64) < 20, 0, grey)
    show(monkeypatch, grey, black, hair, POINTS + 0.5)
    np.testing.assert_allclose(laid()[2:-2, 2:18] / SKIN[2:-2, 2:18], 0.4, atol=0.02)


def test_hair_that_comes_out_below_the_shoulders_is_left_out(monkeypatch):
    hair, grey = np.zeros((64, 64), int), np.full((64, 64), 100)
    hair[10:40, 5:10], hair[55:60, 30:40] = 1, 1
    show(monkeypatch, grey, np.where(hair, 20, 100), hair, POINTS + 0.5)
    picture = laid()
    assert changed(picture)[12:38, 6:9].all()
    np.testing.assert_array_equal(picture[50:], SKIN[50:])


@pytest.mark.parametrize("pose", [(85.0, 0.0, 0.0), (-85.0, 20.0, 20.0), (0.0, -30.0, 0.0), (30.0, 30.0, -30.0)])
@pytest.mark.parametrize("style", ["long_straight", "afro", "curtain"])
def test_hair_ends_within_the_rendered_picture(style, pose):
    bald, haired = (module._head(7, np.array(pose), hair) for hair in ("bald", style))
    hair = haired.near > bald.near
    assert hair.any()
    assert not np.concatenate([hair[0], hair[:, 0], hair[:, -1]]).any()


@pytest.mark.parametrize(("side", "turn_deg"), [(64, 0.0), (64, 25.0), (400, 0.0)])
def test_hair_lies_where_the_landmarks_say(monkeypatch, side, turn_deg):
    rng, angle = np.random.default_rng(0), np.deg2rad(turn_deg)
    rendered = rng.uniform(40, 100, (68, 2))  # from the edge, as those of renders
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * side / 140
    points = (rendered - 70) @ turn.T + side / 2 - 0.5
    y, x = np.mgrid[:154, :140] + 0.5
    spot = np.hypot(x - rendered[30, 0], y - rendered[30, 1]) < 6
    show(monkeypatch, np.full((154, 140), 60), np.where(spot, 210, 60), spot, rendered)
    grey = np.full((side, side, 3), 60, np.uint8)
    hair = np.clip(laid(grey, points).astype(float)[..., 0] - 62, 0, None)
    y, x = np.mgrid[:side, :side]
    middle = np.average(x, weights=hair), np.average(y, weights=hair)
    assert points[30] == pytest.approx(middle, abs=0.15 * side / 64)


def test_equal_states_give_equal_pictures_and_others_other_hair():
    np.testing.assert_array_equal(laid(seed=3), laid(seed=3))
    assert (laid(seed=3) != laid(seed=4)).any()
    np.testing.assert_array_equal(SKIN[0, 0], (90, 110, 150))  # the given picture stays


def test_hair_is_as_bright_as_the_face_and_grey_where_the_photograph_is():
    for seed in range(3):
        bright, dark = (laid(np.full_like(SKIN, grey), seed=seed) for grey in (200, 20))
        hair = changed(bright, 200) & changed(dark, 20)
        assert bright[hair].mean() > 1.3 * dark[hair].mean()
        assert np.ptp(bright.astype(int), axis=-1).max() == 0
    coloured = [np.ptp(laid(seed=seed).astype(int), axis=-1)[changed(laid(seed=seed))].max() for seed in range(4)]
    assert max(coloured) > 20


def test_styles_are_drawn_by_their_shares():
    assert sum(SHARES.values()) == 1
    assert set(SHARES) <= {style.name for style in HAIR_STYLES if not style.held_out}
    drawn = {hair_over(SKIN, POINTS, POSE, np.random.default_rng(seed)).style for seed in range(12)}
    assert len(drawn) > 3
    assert drawn <= set(SHARES)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"picture": SKIN.astype(float)}, r"must be uint8 \(H, W, 3\)"),
        ({"points": POINTS[:5]}, r"68 finite landmarks are needed, got an array of shape \(5, 2\)"),
        ({"points": POINTS * np.nan}, "68 finite landmarks"),
        ({"style": "beehive"}, "no hair style 'beehive'"),
    ],
)
def test_what_cannot_be_done_is_told(change, text):
    with pytest.raises(InputError, match=text):
        laid(**change)


def faces(**extras):
    points = np.tile(POINTS, (3, 1, 1)).astype(np.float32)
    return PoseSet(np.tile(SKIN, (3, 1, 1, 1)), np.tile(POSE, (3, 1)), list("abc"), {}, {"points_xy": points, **extras})


def twin(given, tmp_path, name="twin", **settings):
    given.save(tmp_path / "faces.npz")
    target = tmp_path / f"{name}.npz"
    derive_set(haired_set(tmp_path / "faces.npz", target, given, **settings), given, workers=1, quiet=True)
    return PoseSet.load(target)


def test_the_twin_of_a_set_has_its_labels_and_the_style_of_each(tmp_path):
    hats, bare = np.array([True, False, True]), np.zeros(3, bool)
    given = faces(tag_hat=hats, tag_fringe=bare, tag_hair=bare)
    haired = twin(given, tmp_path, style="swept_long", seed=2)
    np.testing.assert_array_equal(haired.pose, given.pose)
    assert changed(haired.image, given.image).any(axis=(1, 2)).all()
    assert list(haired.extras["hair"]) == ["swept_long"] * 3
    np.testing.assert_array_equal(haired.tags["hat"], hats)
    assert haired.tags["fringe"].all()
    assert haired.tags["hair"].all()
    assert haired.meta["haired"]["style"] == "swept_long"
    assert (haired.image[0] != haired.image[1]).any()  # each face has hair of its own


def test_a_set_without_tags_gets_none_and_a_style_is_drawn_for_each(tmp_path):
    haired = twin(faces(), tmp_path)
    assert haired.tags == {}
    assert set(haired.extras["hair"]) <= set(SHARES)


def test_labels_without_roll_are_the_direction_that_the_face_looks_in(tmp_path):
    aside = np.array([[0.0, 0, 0], [60, 30, 0], [-45, 60, 0]])
    gaze = replace(faces(), pose=aside, meta={"roll_labelled": False})
    turned = replace(faces(), pose=angles_of_facing(aside[:, :2]))
    by_gaze, by_pose = (twin(given, tmp_path, name) for given, name in ((gaze, "gaze"), (turned, "pose")))
    np.testing.assert_array_equal(by_gaze.image, by_pose.image)
    np.testing.assert_array_equal(by_gaze.pose, aside)
    assert by_gaze.meta["haired"]["pose"] == "where the face looks"
    assert "pose" not in by_pose.meta["haired"]


@pytest.mark.parametrize(
    ("extras", "style", "text"),
    [
        ({"points_xy": np.full((3, 68, 2), np.nan)}, None, "3 faces have no landmarks, sample 0 first"),
        ({}, "beehive", "No hair 'beehive' can lie over faces: choose one of horseshoe, "),
        ({}, "bald", "No hair 'bald' can lie over faces: choose one of horseshoe, "),
    ],
)
def test_what_a_set_lacks_is_said(tmp_path, extras, style, text):
    with pytest.raises(InputError, match=text):
        haired_set(tmp_path / "a.npz", tmp_path / "b.npz", faces(**extras), style)
