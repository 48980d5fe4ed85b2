"""Pictures of one person under lights set by hand: what is lit, hidden, shaded and looked at."""

from dataclasses import replace

import numpy as np
import pytest

from fsanet.rendering.pieces import Material
from fsanet.rendering.scene import Eyes, draw_eyes
from fsanet.rendering.strands import join_strands
from tests.rendering.studio import AHEAD, SIZE, bundle, lamp, sheet, sitter, take

HALF = SIZE // 2
FACE = (slice(HALF - 18, HALF + 18), slice(HALF - 18, HALF + 18))
BLUE = (0.0, 0.0, 0.9)  # no skin is


def is_blue(picture):
    return picture.colour[..., 2] > 3 * picture.colour[..., 0] + 0.02


@pytest.mark.parametrize("side", [-1, 1])
def test_the_side_of_the_lamp_is_the_bright_one(side):
    """x to the right of the picture: a lamp there lights that half of the face."""
    picture = take(lamp((side, 0, 0.3), sky=0.05))
    grey = np.where(picture.skin, picture.colour.mean(axis=2), np.nan)[FACE]
    halves = np.nanmean(grey[:, :18]), np.nanmean(grey[:, 18:])
    assert halves[(side + 1) // 2] > 2 * halves[(1 - side) // 2]


def test_light_from_above_leaves_the_underside_of_nose_and_chin_dark():
    above, below = (take(lamp((0, up, 0.2), sky=0.05)).colour.mean(axis=2)[FACE] for up in (1, -1))
    brow, chin = slice(0, 10), slice(26, 36)
    assert above[brow].mean() / above[chin].mean() > 2 * below[brow].mean() / below[chin].mean()


def test_a_picture_says_where_person_and_skin_are():
    picture = take(lamp((0, 0, 1)))
    assert picture.covered[FACE].all()
    assert not picture.covered[:30, :12].any()
    assert not (picture.skin & ~picture.covered).any()
    assert 0.85 < picture.skin[FACE].mean() < 1  # the eyes are no skin
    np.testing.assert_array_equal(picture.colour[~picture.covered], 0)  # the background is left as it is


def iris_middle(eyes, pose=(0.0, 0.0, 0.0)):
    """Middle (x, y) of the pixels that show iris, in shares of the face's box."""
    person = replace(sitter(), look=replace(sitter().look, iris=np.array([0.0, 0.0, 3.0])))
    colour = take(lamp((0, 0, 1), sky=0.5), person=person, eyes=eyes, pose=pose, face_px=70).colour
    y, x = np.nonzero(colour[..., 2] > 2 * colour[..., 0])
    assert len(x) > 10
    return np.array([x.mean(), y.mean()]) / 70


@pytest.mark.parametrize("pose", [(0.0, 0.0, 0.0), (20.0, 0.0, 0.0)])
def test_eyes_turn_as_heads_do(pose):
    """Gaze yaw > 0 to the left of the picture, gaze pitch > 0 up; each moves the iris along its own axis."""
    straight = iris_middle(AHEAD, pose)
    for yaw, pitch in ((20, 0), (-20, 0), (0, 15), (0, -15)):
        moved = iris_middle(Eyes(yaw, pitch, 0.18), pose) - straight
        if yaw:
            assert -np.sign(yaw) * moved[0] > 0.012 > abs(moved[1])
        else:
            assert -np.sign(pitch) * moved[1] > 0.006 > abs(moved[0]) / 2


def test_gaze_is_drawn_around_the_head_and_now_and_then_seeks_the_camera():
    def drawn(yaw):
        rng = np.random.default_rng(0)
        return np.array([[e.gaze_yaw, e.gaze_pitch, e.pupil] for e in (draw_eyes(rng, yaw) for _ in range(800))])

    ahead, aside = drawn(0.0), drawn(50.0)
    assert np.abs(ahead[:, :2].mean(axis=0)).max() < 1.0
    np.testing.assert_allclose(ahead[:, :2].std(axis=0), [9, 7], rtol=0.1)
    assert -11 < aside[:, 0].mean() < -7  # two in five look back, by half of the yaw or by 30 degrees at most
    assert (aside[:, 0] < -15).mean() == pytest.approx(0.36, abs=0.06)
    assert np.abs(aside[:, 1].mean()) < 1.0
    assert 0.12 <= ahead[:, 2].min() < ahead[:, 2].max() <= 0.24


@pytest.mark.parametrize("material", [Material.CLOTH, Material.PLASTIC])
def test_a_sheet_looks_alike_from_both_of_its_sides(material):
    lights = lamp((0.3, 0.2, 1), sky=0.1)
    seen = [
        take(lights, pieces=(sheet((0, 7, 2.2), (0.8, 0, 0), (0, 0.8, 0), turned=turned, material=material),)).colour
        for turned in (False, True)
    ]
    np.testing.assert_allclose(seen[0], seen[1], atol=2e-3)
    assert seen[0][FACE].mean() > 0.25  # lit from before


def test_a_sheet_over_the_brow_throws_its_shadow_on_the_face():
    """A peak 0.3 decimetres from the skin is enough; its height is far below the depth of the head."""
    lights = lamp((0, 1, 0.6), sky=0.05, shadow=1.0)
    peak = sheet((0, 7.95, 1.95), (1, 0, 0), (0, 0, 0.5))
    bare, shaded = (take(lights, pieces=pieces) for pieces in ((), (peak,)))
    both = bare.skin & shaded.skin
    both[: HALF - 10] = False
    ratio = shaded.colour[both].mean() / bare.colour[both].mean()
    assert ratio < 0.6
    lit = take(replace(lights, shadow=0.0), pieces=(peak,))
    np.testing.assert_allclose(lit.colour[both].mean() / bare.colour[both].mean(), 1, atol=0.35)


def test_a_face_without_anything_over_it_is_hardly_in_shadow():
    lights = lamp((0.1, 0.1, 1), shadow=1.0)
    shaded, lit = take(lights), take(replace(lights, shadow=0.0))
    open_to_it = shaded.skin[FACE]
    assert (shaded.colour[FACE] / np.maximum(lit.colour[FACE], 1e-6))[open_to_it].mean() > 0.9


@pytest.mark.parametrize(("depth", "seen"), [(2.2, True), (-1.5, False)])
def test_hair_before_the_face_covers_it_and_hair_behind_does_not(depth, seen):
    strands = bundle((0, 7.6, depth), (0, 6.4, depth), 0.3, BLUE)
    picture = take(lamp((0, 0, 1), sky=0.3), hair=strands)
    column = is_blue(picture)[HALF - 12 : HALF + 12, HALF - 6 : HALF + 6]
    assert column.mean() == pytest.approx(float(seen), abs=0.05)
    assert not (picture.skin & is_blue(picture)).any()


def test_the_nearer_of_two_strands_is_seen():
    near, far = (bundle((0, 7.6, z), (0, 6.4, z), 0.3, colour) for z, colour in ((2.4, (0.9, 0, 0)), (2.0, BLUE)))
    for order in ([near, far], [far, near]):
        picture = take(lamp((0, 0, 1), sky=0.3), hair=join_strands(order))
        assert not is_blue(picture)[HALF - 10 : HALF + 10, HALF - 6 : HALF + 6].any()


def test_wide_strands_cover_more_than_thin_ones_and_thin_ones_do_not_break_up():
    def covered(width):
        strands = bundle((0.012, 7.6, 2.2), (0.012, 6.4, 2.2), 0.0, BLUE, count=1, width=width)
        return is_blue(take(lamp((0, 0, 1), sky=0.3), hair=strands)).sum(axis=1)

    thin, wide = covered(1e-4), covered(0.3)
    rows = np.flatnonzero(wide > 0)
    assert (thin[rows[2:-2]] >= 1).mean() > 0.6
    assert wide.max() >= 8 * max(thin.max(), 1)


def test_a_turned_head_shows_its_other_cheek():
    """Yaw > 0 turns the face to the left of the picture: its own left half comes before the camera."""
    colours = {}
    for yaw in (-50.0, 0.0, 50.0):
        cheek = sheet((0.55, 6.9, 1.35), (0.1, 0, -0.1), (0, 0.12, 0), BLUE)  # on the person's left
        colours[yaw] = is_blue(take(lamp((0, 0, 1), sky=0.3), pose=(yaw, 0.0, 0.0), pieces=(cheek,))).sum()
    assert colours[50.0] > 0.7 * colours[0.0] > 3 * colours[-50.0]


def test_stripes_of_cloth_and_wire_are_drawn():
    weave = replace(sheet((0, 7, 2.2), (0.8, 0, 0), (0, 0.8, 0)), weave=0.5)
    plain, woven = (take(lamp((0, 0, 1)), pieces=(p,)).colour[FACE] for p in (replace(weave, weave=0.0), weave))
    assert woven.std() > 2 * plain.std()
    wire = bundle((0, 7.6, 2.2), (0, 6.4, 2.2), 0.3, BLUE)
    shiny, hairy = (
        take(lamp((0, 0, 1), sky=0.2), hair=replace(wire, wire=np.full(len(wire), on))).colour for on in (True, False)
    )
    assert np.abs(shiny - hairy).max() > 0.1
