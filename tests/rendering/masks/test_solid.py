"""Masks on rendered heads: what is worn, what it hides, and a shield laid over the picture."""

import numpy as np
import pytest

from fsanet.rendering.camera import frame_head
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.lights import Lights
from fsanet.rendering.masks.canvas import draw_sheet
from fsanet.rendering.masks.kinds import KINDS, SHIELD
from fsanet.rendering.masks.solid import beard_below, lay_shield, put_on
from fsanet.rendering.pieces import Material
from fsanet.rendering.posing import draw_posing
from fsanet.rendering.strands import POINTS, make_strands
from tests.rendering.studio import lamp

LIP, CHIN, BROW, EAR = 57, 8, 19, 0  # landmarks


def worn(kind, seed=0):
    return put_on(np.random.default_rng(seed), head_pack().vertices, kind)


def hairs(*landmarks):
    pack = head_pack()
    roots = pack.landmarks[list(landmarks)]
    colours = np.arange(len(roots))[:, None] * 0.1
    return make_strands(np.repeat(pack.vertices[roots][:, None], POINTS, axis=1), 0.02, colours, roots)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != SHIELD])
def test_a_mask_is_a_piece_of_cloth_and_four_straps(kind):
    mask = worn(kind)
    [piece], [straps] = mask.pieces, mask.wires
    assert piece.material == Material.CLOTH
    np.testing.assert_allclose(piece.vertices, mask.sheet.points.reshape(-1, 3))
    assert piece.triangles.max() == len(piece.vertices) - 1
    assert piece.weave == pytest.approx(0.03)
    assert len(straps) == 4
    assert straps.wire.all()
    np.testing.assert_allclose(straps.widths, mask.look.loops, rtol=1e-5)
    np.testing.assert_allclose(straps.colours[0], 0.9 * piece.colours[0], rtol=1e-5)


def test_a_shield_is_neither_piece_nor_strap_and_hides_no_hair():
    mask = worn(SHIELD)
    assert (mask.pieces, mask.wires) == ([], [])
    assert len(beard_below(hairs(LIP, CHIN, BROW), mask, head_pack().vertices)) == 3


def test_a_mask_hides_the_hairs_that_start_below_it():
    mask = next(m for m in (worn("surgical", seed) for seed in range(9)) if m.look.worn == "right")
    kept = beard_below(hairs(LIP, BROW, EAR), mask, head_pack().vertices)
    assert kept.roots.tolist() == head_pack().landmarks[[BROW, EAR]].tolist()  # a whisker by the ear is beside it
    np.testing.assert_allclose(kept.colours[:, 0], [0.1, 0.2])
    low = next(m for m in (worn("black", seed) for seed in range(99)) if m.look.worn == "below chin")
    kept = beard_below(hairs(LIP, CHIN, BROW), low, head_pack().vertices)
    assert kept.roots.tolist() == head_pack().landmarks[[LIP, BROW]].tolist()


@pytest.fixture(scope="module")
def view():
    """The base head straight ahead, as a camera sees it."""
    posing = draw_posing(np.random.default_rng(0), np.zeros(3))
    landmarks = posing.place(head_pack().vertices[head_pack().landmarks])
    return posing, frame_head(landmarks, 12.0, 50.0, (96, 96), (48.0, 48.0))


def test_a_shield_brightens_what_it_covers_and_lets_it_through(view):
    y, x = np.mgrid[:96, :96]
    board = (0.1 + 0.6 * ((x // 6 + y // 6) % 2))[..., None] * np.ones(3)
    laid = lay_shield(board, worn(SHIELD), *view, lamp((0, 0, 1), sky=0.4))
    touched = (laid != board).any(axis=2)
    rows, columns = np.nonzero(touched)
    assert touched[48, 48]
    assert 0.15 < touched.mean() < 0.8
    assert columns.mean() == pytest.approx(48, abs=1.5)
    assert rows.min() < 35  # its band runs along the forehead
    inner = (slice(50, 66), slice(40, 56))
    assert np.corrcoef(board[inner].ravel(), laid[inner].ravel())[0, 1] > 0.9
    other = lay_shield(board, worn("ffp2"), *view, lamp((0, 0, 1)))
    assert other is board


def test_a_shield_is_lit_by_sky_and_lamps(view):
    black, mask = np.zeros((96, 96, 3)), worn(SHIELD)

    def level(lights: Lights):
        return lay_shield(black, mask, *view, lights)[50:66, 40:56].mean()

    dark, sky, front, behind = (
        level(lights) for lights in (lamp((0, 0, -1)), lamp((0, 0, -1), sky=0.5), lamp((0, 0, 1)), lamp((0, 0.1, -1)))
    )
    assert sky > 5 * dark
    assert front > 5 * dark
    assert behind == pytest.approx(dark, rel=0.1)
    left, right = (lay_shield(black, mask, *view, lamp((side, 0, 0)))[50:66].mean(axis=(0, 2)) for side in (-1, 1))
    assert left[:40].sum() > 2 * left[56:].sum()
    assert right[56:].sum() > 2 * right[:40].sum()


def test_a_sheet_is_laid_over_a_canvas_by_its_opacity_and_only_its_front():
    canvas = np.full((8, 8, 4), 0.5, np.float32)
    y, x = np.mgrid[0:9:8, 0:9:8]
    screen = np.dstack([x, y, np.ones((2, 2))]).astype(np.float32)
    half = np.full((2, 2, 4), 0.25, np.float32)
    draw_sheet(canvas, screen, half)
    np.testing.assert_allclose(canvas, 0.25 + 0.5 * 0.75, atol=1e-6)
    before = canvas.copy()
    draw_sheet(canvas, screen[:, ::-1].copy(), half)
    np.testing.assert_array_equal(canvas, before)
