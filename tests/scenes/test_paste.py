import numpy as np
import pytest

from fsanet.scenes.cutout import SIDE
from fsanet.scenes.labels import Placement
from fsanet.scenes.paste import paste


@pytest.fixture
def disc():
    y, x = np.mgrid[:SIDE, :SIDE]
    image = np.full((SIDE, SIDE, 4), 200, np.uint8)
    image[..., 3] = np.where((x - 128) ** 2 + (y - 100) ** 2 < 60**2, 255, 0)
    return image


@pytest.mark.parametrize("scale", [0.1, 0.45, 1.0])
def test_it_lands_where_it_should(disc, rng, scale):
    canvas = np.zeros((200, 300, 3), np.float32)
    rows, columns, covered = paste(canvas, disc, Placement(scale, 30.0, True, (120.0, 90.0), (128.0, 100.0)), rng)
    y, x = np.argwhere(covered).mean(axis=0) + [rows.start, columns.start]
    assert abs(x - 119.5) < 1
    assert abs(y - 89.5) < 1
    assert covered.sum() == pytest.approx(np.pi * (60 * scale) ** 2, rel=0.25)
    assert canvas[90, 120].min() > 100
    assert canvas[0, 0].max() == 0


def test_outside_nothing_is_drawn(disc, rng):
    canvas = np.zeros((64, 64, 3), np.float32)
    assert paste(canvas, disc, Placement(0.2, 0.0, False, (500.0, 10.0), (128.0, 100.0)), rng) is None
    assert not canvas.any()


def test_its_edge_is_another_each_time(disc):
    edges = []
    for seed in range(6):
        canvas = np.zeros((200, 200, 3), np.float32)
        paste(canvas, disc, Placement(1.0, 0.0, False, (100.0, 100.0), (128.0, 100.0)), np.random.default_rng(seed))
        row = canvas[100, :, 0] / canvas[100, 100, 0]
        edges.append(np.count_nonzero((row > 0.05) & (row < 0.95)))
    assert len(set(edges)) > 2
