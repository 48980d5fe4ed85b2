"""Checking and shrinking images for detectors."""

import itertools

import cv2
import numpy as np
import pytest

from fsanet.detectors.working_image import WorkingImage, fit, pad_to, shrunk, sizes_above, tiles


def test_small_images_stay():
    image = np.zeros((30, 40, 3), np.uint8)
    frame = fit(image, 40)
    assert frame.image_bgr.shape == (30, 40, 3)
    assert frame.to_original_xy == (1.0, 1.0)


def test_views_become_contiguous():
    assert fit(np.zeros((8, 6, 3), np.uint8)[::2, ::-1], 100).image_bgr.flags.c_contiguous


@pytest.mark.parametrize(
    ("shape", "small"),
    [((480, 1280), (240, 640)), ((1000, 333), (640, 213)), ((100, 20000), (3, 640)), ((9, 6400), (1, 640))],
)
def test_factors_lead_back(shape, small):
    frame = fit(np.zeros((*shape, 3), np.uint8), 640)
    assert frame.image_bgr.shape == (*small, 3)
    assert frame.to_original_xy == (shape[1] / small[1], shape[0] / small[0])


def test_shrinking_averages():
    checks = np.indices((64, 64)).sum(axis=0) % 2 * 200
    assert np.unique(fit(np.repeat(checks[..., None], 3, 2).astype(np.uint8), 32).image_bgr) == [100]


@pytest.mark.parametrize(("shape", "halvings"), [((400, 320), 2), ((401, 320), 0), ((90, 72), 0), ((84, 67), 0)])
def test_even_sides_are_halved_first(monkeypatch, shape, halvings):
    sizes = []
    resize = cv2.resize
    monkeypatch.setattr(cv2, "resize", lambda image, size, **how: (sizes.append(size), resize(image, size, **how))[1])
    image = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8), (0, 0), 3)
    small = shrunk(image, (67, 84))
    assert sizes == [(320 >> i, 400 >> i) for i in range(1, halvings + 1)] + [(67, 84)]
    assert np.abs(small - resize(image, (67, 84), interpolation=cv2.INTER_AREA).astype(int)).mean() < 1


def test_padding_is_black_and_on_the_far_sides():
    image = np.full((3, 70, 3), 9, np.uint8)
    padded = pad_to(image, 64)
    assert padded.shape == (64, 70, 3)
    assert (padded[:3] == 9).all()
    assert not padded[3:].any()
    assert pad_to(padded, 64) is padded


@pytest.mark.parametrize("image", [np.zeros((5, 5), np.uint8), np.zeros((5, 5, 1), np.uint8)])
def test_grey_images_are_refused_with_the_remedy(image):
    with pytest.raises(
        ValueError, match=r"takes a BGR image \(h, w, 3\); got a grey one of shape .* cv2\.COLOR_GRAY2BGR"
    ):
        fit(image, 640)


@pytest.mark.parametrize(
    "image",
    [np.zeros((5, 5, 4), np.uint8), np.zeros((5, 5, 3), np.float32), np.zeros((0, 5, 3), np.uint8), np.zeros(3)],
)
def test_other_arrays_are_refused(image):
    with pytest.raises(ValueError, match=r"takes a BGR image \(h, w, 3\), uint8, not empty; got shape"):
        fit(image, 640)


def test_what_is_no_array_is_refused():
    with pytest.raises(ValueError, match=r"takes a NumPy image \(h, w, 3\), BGR, uint8; got NoneType"):
        fit(None, 640)


@pytest.mark.parametrize(
    ("largest", "sizes"),
    [(500, []), (640, []), (900, []), (960, [960]), (1280, [1280]), (1900, [1280]), (4000, [1280, 2560, 4000])],
)
def test_sizes_double_up_to_the_largest(largest, sizes):
    assert sizes_above(640, largest) == sizes


@pytest.mark.parametrize("size", [(100, 100), (100, 101), (250, 330), (1, 999)])
def test_tiles_cover_everything_and_overlap(size):
    image = np.arange(np.prod(size), dtype=np.int64).reshape(size)
    parts = tiles(WorkingImage(image[..., None].repeat(3, -1), (1.0, 1.0)), 100, 20)
    seen = np.zeros(size, int)
    for part in parts:
        x, y = part.corner_xy
        height, width = part.image_bgr.shape[:2]
        assert max(height, width) <= 100
        np.testing.assert_array_equal(part.image_bgr[..., 0], image[y : y + height, x : x + width])
        seen[y : y + height, x : x + width] += 1
    assert seen.min() == 1
    lefts = sorted({part.corner_xy[0] for part in parts})
    assert all(right - left <= 80 for left, right in itertools.pairwise(lefts))
