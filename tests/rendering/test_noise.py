"""Noise in space, and the ramps that painting is made of."""

import numpy as np
import pytest

from fsanet.rendering.noise import _volume, bump, noise, ramp


@pytest.fixture
def places():
    return np.random.default_rng(0).uniform(0, 32, (3000, 3))


def test_noise_is_the_volume_at_its_corners_and_mixed_between_them():
    volume = _volume()
    corner = np.array([[3, 7, 31], [0, 0, 0], [12, 30, 5]])
    np.testing.assert_allclose(noise(corner.astype(float), 1.0), volume[tuple(corner.T)], atol=1e-6)
    for axis in np.eye(3, dtype=int):
        ends = volume[tuple(corner.T)], volume[tuple((corner + axis).T % 32)]
        between = noise(corner + 0.25 * axis, 1.0)
        np.testing.assert_allclose(between, 0.75 * ends[0] + 0.25 * ends[1], atol=1e-5)


def test_noise_repeats_and_has_no_seam(places):
    np.testing.assert_allclose(noise(places + 32, 1.0), noise(places, 1.0), atol=1e-3)
    np.testing.assert_allclose(noise(places - [64, 32, 96], 1.0), noise(places, 1.0), atol=1e-3)
    seam = np.array([[31.999, 5.5, 8.5], [32.001, 5.5, 8.5]])
    assert abs(np.diff(noise(seam, 1.0))[0]) < 0.02


def test_noise_scales_with_its_rate_and_moves_with_its_offset(places):
    np.testing.assert_allclose(noise(places / 4, 4.0), noise(places, 1.0), atol=1e-4)
    np.testing.assert_allclose(noise(places, 1.0, 2.5), noise(places + 2.5, 1.0), atol=1e-4)
    assert abs(np.corrcoef(noise(places, 1.0), noise(places, 1.0, 7.0))[0, 1]) < 0.1


def test_noise_is_even_smooth_and_of_unit_strength(places):
    assert _volume().std() == pytest.approx(1, abs=1e-4)
    assert abs(_volume().mean()) < 0.05
    near = noise(places + 0.1, 1.0)
    assert np.corrcoef(noise(places, 1.0), near)[0, 1] > 0.95
    far = noise(places + [5, 5, 5], 1.0)
    assert abs(np.corrcoef(noise(places, 1.0), far)[0, 1]) < 0.1


def test_ramps_rise_or_fall_smoothly_between_their_ends():
    x = np.linspace(0, 1, 1001)
    rise = ramp(0.2, 0.8, x)
    assert (np.diff(rise) >= 0).all()
    np.testing.assert_allclose(rise[[0, 200, 350, 500, 650, 800, 1000]], [0, 0, 0.15625, 0.5, 0.84375, 1, 1], atol=1e-9)
    np.testing.assert_allclose(ramp(0.8, 0.2, x), 1 - rise, atol=1e-12)
    assert np.abs(np.diff(rise, 2)).max() < 1e-4  # no corner


def test_a_bump_is_as_wide_as_it_says():
    np.testing.assert_allclose(bump(np.array([0.0, 0.5, -0.5, 1.0]), 0.5), [1, np.exp(-1), np.exp(-1), np.exp(-4)])
