import numpy as np
import pytest

from fsanet.scenes.cutout import SIDE
from fsanet.scenes.labels import CutoutPlacement
from fsanet.scenes.paste import paste


@pytest.fixture
def disc():
    y, x = np.mgrid[:SIDE, :SIDE]
    image = np.full((SIDE, SIDE, 4), 200, np.uint8)
    image[..., 3] = np.where((x - 128) ** 2 + (y - 100) ** 2 < 60**2, 255, 0)
    return image


@pytest.mark.parametrize("turn_deg", [0.0, 30.0])
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("scale", [0.1, 0.45, 1.0, 2.0])
def test_it_lands_where_it_should(disc, rng, scale, mirrored, turn_deg):
    canvas = np.zeros((300, 400, 3), np.float32)
    face_xy = (128.5, 100.5)  # from the edge, as a renderer says it: the middle of the pixel at 128, 100
    placement = CutoutPlacement(scale, turn_deg, mirrored, (190.3, 150.8), face_xy)
    rows, columns, covered = paste(canvas, disc, placement, rng)
    y, x = np.nonzero(canvas[..., 0])
    light = canvas[y, x, 0]
    assert np.average(x + 0.5, weights=light) == pytest.approx(190.3, abs=0.1)
    assert np.average(y + 0.5, weights=light) == pytest.approx(150.8, abs=0.1)
    assert columns.start <= x.min() <= x.max() < columns.stop
    assert rows.start <= y.min() <= y.max() < rows.stop
    assert covered.sum() == pytest.approx(np.pi * (60 * scale) ** 2, rel=0.25)
    assert canvas[0, 0].max() == 0


def test_outside_nothing_is_drawn(disc, rng):
    canvas = np.zeros((64, 64, 3), np.float32)
    assert paste(canvas, disc, CutoutPlacement(0.2, 0.0, False, (500.0, 10.0), (128.0, 100.0)), rng) is None
    assert not canvas.any()


def test_its_edge_is_another_each_time(disc):
    edges = []
    for seed in range(6):
        canvas = np.zeros((200, 200, 3), np.float32)
        paste(
            canvas, disc, CutoutPlacement(1.0, 0.0, False, (100.0, 100.0), (128.0, 100.0)), np.random.default_rng(seed)
        )
        row = canvas[100, :, 0] / canvas[100, 100, 0]
        edges.append(np.count_nonzero((row > 0.05) & (row < 0.95)))
    assert len(set(edges)) > 2
