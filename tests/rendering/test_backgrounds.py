"""What backgrounds are painted with, and what each kind must look like to be that kind."""

import numpy as np
import pytest

from fsanet.rendering import backgrounds as module
from fsanet.rendering.backgrounds import BACKGROUNDS, HELD_OUT_BACKGROUNDS, draw_background

SIZE = (60, 80)


def painted(kind, count=12):
    rng = np.random.default_rng(0)
    return [np.asarray(BACKGROUNDS[kind](rng, *SIZE)) for _ in range(count)]


def edges(image, axis):
    """Mean step between neighbours along an axis."""
    return np.abs(np.diff(image.mean(axis=2), axis=axis)).mean()


@pytest.mark.parametrize(("power", "share"), [(0.5, (0.0, 0.35)), (2.0, (0.85, 1.0))])
def test_clouds_are_as_coarse_as_their_power(power, share):
    field = module._clouds(np.random.default_rng(0), 64, 64, power)
    assert field.mean() == pytest.approx(0, abs=1e-5)
    assert field.std() == pytest.approx(1, abs=1e-4)
    spectrum = np.abs(np.fft.fft2(field)) ** 2
    low = np.hypot(*np.meshgrid(np.fft.fftfreq(64), np.fft.fftfreq(64))) < 0.06
    assert share[0] < spectrum[low].sum() / spectrum.sum() < share[1]
    assert module._clouds(np.random.default_rng(0), 20, 50, power).shape == (20, 50)


def test_a_slope_runs_from_nothing_to_one_in_any_direction():
    rng, directions = np.random.default_rng(0), []
    for _ in range(40):
        slope = module._slope(rng, *SIZE)[..., 0]
        assert slope.min() == 0
        assert slope.max() == pytest.approx(1)
        np.testing.assert_allclose(np.diff(slope, 2, axis=0), 0, atol=1e-5)  # a plane
        directions.append((np.sign(slope[-1, 0] - slope[0, 0]), np.sign(slope[0, -1] - slope[0, 0])))
    assert len(set(directions)) == 4


def test_shapes_are_drawn_where_they_are_asked_for():
    image = np.zeros((*SIZE, 3), np.float32)
    module._disc(image, 30.5, 20.0, 8.0, (1, 0.5, 0))
    y, x = np.nonzero(image[..., 0] > 0.5)
    np.testing.assert_allclose([x.mean(), y.mean()], [30.5, 20.0], atol=0.3)
    assert len(x) == pytest.approx(np.pi * 64, rel=0.08)
    np.testing.assert_allclose(image[20, 30], [1, 0.5, 0])
    box = np.zeros((*SIZE, 3), np.float32)
    module._box(box, 10, 20, 50, 40, (1, 1, 1), slant=0.25)
    assert box[21, 11, 0] == box[38, 12, 0] == box[46, 48, 0] == 1  # its right end lies lower
    assert box[21, 45, 0] == box[17, 11, 0] == box[48, 20, 0] == 0


def test_colours_are_muted_unless_they_are_vivid():
    rng = np.random.default_rng(0)
    muted, vivid = (np.array([module._colour(rng, v) for _ in range(600)]) for v in (0.3, 1.0))
    assert 2 * np.ptp(muted, axis=1).mean() < np.ptp(vivid, axis=1).mean()
    for colours in (muted, vivid):
        assert 0 <= colours.min() < 0.1
        assert 0.9 < colours.max() <= 1
        np.testing.assert_allclose(colours.mean(axis=0), 0.5, atol=0.05)


def test_a_studio_is_plain_and_falls_off_from_its_lamp():
    for image in painted("studio"):
        assert edges(image, 0) < 0.03
        share = image / np.maximum(image.sum(axis=2, keepdims=True), 0.05)
        assert share.std(axis=(0, 1)).max() < 0.06  # one hue, more or less of it


def test_a_night_is_dark_with_bright_discs():
    for image in painted("lights_at_night"):
        assert np.median(image) < 0.75
        assert image.max() > 1.4 * np.median(image)
    assert np.median([np.median(image) for image in painted("lights_at_night")]) < 0.4


def test_a_sky_is_above_the_land():
    top = np.array([image[:8].mean(axis=(0, 1)) for image in painted("landscape", 30)])
    low = np.array([image[-8:].mean(axis=(0, 1)) for image in painted("landscape", 30)])
    assert (top[:, 2] > top[:, 0]).mean() > 0.8  # blue
    assert top.mean() > low.mean() + 0.1
    assert np.std([edges(image[:8], 1) for image in painted("landscape")]) < 0.02


def test_leaves_are_green_and_of_one_plant():
    for image in painted("foliage"):
        _, green, blue = image.mean(axis=(0, 1))
        assert green > 0.9 * blue
        assert edges(image, 0) > 0.01
    assert np.mean([image[..., 1].mean() > image[..., 0].mean() for image in painted("foliage")]) > 0.5


def test_shelves_stand_in_rows_and_houses_have_upright_walls():
    for image in painted("shelves"):
        rows = image.mean(axis=(1, 2))
        assert np.ptp(rows) > 0.02  # gaps between shelves
        assert edges(image, 1) > 0.01
    assert np.mean([edges(image, 1) > edges(image, 0) for image in painted("shelves")]) > 0.6


def test_a_crowd_is_out_of_focus():
    sharp = [edges(image, 0) for image in painted("room")]
    assert max(edges(image, 0) for image in painted("crowd")) < 0.05
    assert np.mean(sharp) > 0.01


def test_test_pictures_show_a_held_out_kind_half_of_the_time(monkeypatch):
    for name in BACKGROUNDS:
        monkeypatch.setitem(BACKGROUNDS, name, lambda rng, height, width: np.full((height, width, 3), 0.5))
    rng = np.random.default_rng(0)
    kinds = [draw_background(rng, 8, 8, held_out=True)[0] for _ in range(400)]
    assert np.mean([kind in HELD_OUT_BACKGROUNDS for kind in kinds]) == pytest.approx(0.5, abs=0.08)
    assert set(kinds) == set(BACKGROUNDS)


def test_backgrounds_come_out_of_focus_and_darkened_and_never_beyond_white(monkeypatch):
    board = np.indices((64, 64)).sum(axis=0) % 2 * np.ones((3, 1, 1))
    for name in BACKGROUNDS:
        monkeypatch.setitem(BACKGROUNDS, name, lambda rng, height, width: 1.2 * board.transpose(1, 2, 0))
    rng = np.random.default_rng(0)
    images = [draw_background(rng, 64, 64, held_out=False)[1] for _ in range(200)]
    contrast = np.array([image.std() for image in images])
    assert (contrast > 0.1).mean() == pytest.approx(0.25 + 0.25 * 0.4, abs=0.15)  # a quarter is sharp
    assert (contrast < 0.01).mean() > 0.35
    assert max(image.max() for image in images) <= 1
    assert min(image.min() for image in images) >= 0
    assert all(image.dtype == np.float32 for image in images)
