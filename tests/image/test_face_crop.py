"""The network's input: which landmarks count, which pixels are cut, and the resize."""

import cv2
import numpy as np
import pytest

from fsanet.image.face_crop import (
    DETECTOR_MARGIN,
    INPUT_SIZE,
    LANDMARK_MARGIN,
    box_in_crop,
    crop_face,
    crop_pixels,
    crop_turned,
    landmark_box,
    points_in_crop,
    widened_pixels,
)


@pytest.fixture
def noise():
    return np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)


def test_crop_is_the_networks_input(noise):
    crop = crop_face(noise, (40, 30, 90, 100))
    assert crop.shape == (INPUT_SIZE, INPUT_SIZE, 3)
    assert crop.dtype == np.uint8


def test_margins_are_those_of_the_published_sets():
    assert (LANDMARK_MARGIN, DETECTOR_MARGIN, INPUT_SIZE) == (0.6, 0.4, 64)


def test_landmark_box_is_tight():
    assert landmark_box(np.array([[10.5, 30.2, 20.0], [5.0, 7.5, 40.25]])) == (10.5, 5.0, 30.2, 40.25)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([-1, 20, 30, 40], [50, 60, 70, 80], (20, 60, 40, 80)),  # fewer x are positive: the x mask for both
        ([10, 20, 30, 40], [50, -1, 70, 0], (10, 50, 30, 70)),  # fewer y are positive: the y mask for both
        ([-1, 20, 30, 40], [50, 60, 70, -1], (20, -1, 40, 70)),  # as many: the x mask, and the y of -1 stays
        ([-1, -1, 30, 40], [-1, 60, 70, 80], (30, 70, 40, 80)),
    ],
)
def test_landmark_box_takes_the_smaller_mask_for_both_coordinates(x, y, expected):
    assert landmark_box(np.array([x, y], float)) == expected


def test_landmark_box_of_no_positive_landmark_is_none():
    assert landmark_box(np.array([[-1.0, 0.0], [5.0, 6.0]])) is None


@pytest.mark.parametrize(
    ("box", "margin", "exclusive", "inclusive"),
    [
        ((40, 30, 60, 50), 0.6, (28, 18, 72, 62), (28, 18, 73, 63)),
        ((40.9, 30.9, 60.9, 50.9), 0.6, (28, 18, 72, 62), (28, 18, 73, 63)),  # truncated before it is widened
        ((40, 30, 51, 41), 0.4, (35, 25, 55, 45), (35, 25, 56, 46)),  # 35.6 and 55.4: truncated after it too
        ((2, 1, 22, 21), 0.4, (0, 0, 30, 29), (0, 0, 31, 30)),
        ((130, 90, 158, 118), 0.4, (118, 78, 159, 119), (118, 78, 160, 120)),  # far edges: the last index
        ((-30, -30, -20, -20), 0.4, (0, 0, -16, -16), (0, 0, -15, -15)),
    ],
)
def test_widened_pixels_by_hand(box, margin, exclusive, inclusive):
    assert widened_pixels(box, margin, 160, 120) == exclusive
    assert widened_pixels(box, margin, 160, 120, inclusive=True) == inclusive


def test_crop_is_the_cut_resized_with_opencvs_default(noise):
    np.testing.assert_array_equal(crop_face(noise, (40, 30, 60, 50), 0.6), cv2.resize(noise[18:62, 28:72], (64, 64)))
    np.testing.assert_array_equal(
        crop_face(noise, (40, 30, 60, 50), 0.6, 32, inclusive=True), cv2.resize(noise[18:63, 28:73], (32, 32))
    )


def test_crop_pixels_is_its_last_step(noise):
    pixels = widened_pixels((40, 30, 60, 50), 0.4, 160, 120)
    np.testing.assert_array_equal(crop_pixels(noise, pixels), crop_face(noise, (40, 30, 60, 50)))


def test_crop_leaves_the_image_alone(noise):
    before = noise.copy()
    crop_face(noise, (40, 30, 60, 50))[:] = 0
    np.testing.assert_array_equal(noise, before)


def test_one_pixel_is_enough(noise):
    crop = crop_face(noise, (10, 20, 10, 20), inclusive=True)
    assert (crop == noise[20, 10]).all()


@pytest.mark.parametrize("box", [(300, 10, 340, 40), (-90, 10, -50, 40), (10, 10, 10, 10), (60, 10, 20, 40)])
@pytest.mark.parametrize("turn", [None, 0, 30])
def test_box_without_a_pixel_is_refused(noise, box, turn):
    with pytest.raises(ValueError, match=r"The face box \(.*\) widened by 0.4 has no pixel on the 160x120 image"):
        crop_face(noise, box) if turn is None else crop_turned(noise, box, turn)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_crop_turned_by_quarters_is_the_crop_of_the_turned_image(noise, turn):
    smooth = cv2.GaussianBlur(noise, (0, 0), 3)
    box = (40, 30, 80, 90)  # with its margin inside of the image
    expected = np.rot90(crop_face(smooth, box), -turn // 90)
    assert np.abs(crop_turned(smooth, box, turn).astype(int) - expected).max() <= (3 if turn else 0)


@pytest.mark.parametrize(("box", "lean"), [((50, 30, 110, 90), 35), ((50, 30, 110, 90), -60), ((60, 40, 100, 80), 140)])
def test_a_crop_is_turned_clockwise_about_the_middle_of_its_box(box, lean):
    bar = np.zeros((120, 160, 3), np.uint8)
    middle, up = np.array([79.5, 59.5]), np.array([np.sin(np.deg2rad(lean)), -np.cos(np.deg2rad(lean))])
    cv2.circle(bar, tuple(int(v) for v in middle + 20 * up), 4, (255, 255, 255), -1)
    crop = crop_turned(bar, box, -lean, margin=0.5)
    y, x = np.argwhere(crop[..., 0] > 127).mean(axis=0)
    per_pixel = INPUT_SIZE / (2 * (box[2] - box[0]))
    np.testing.assert_allclose([x, y], [31.5, 31.5 - 20 * per_pixel], atol=0.8)


def test_beyond_the_image_a_turned_crop_is_mirrored(noise):
    around_the_first_pixel = (-19.5, -19.5, 20.5, 20.5)
    crop = crop_turned(noise, around_the_first_pixel, 180, margin=0).astype(int)
    assert np.abs(crop - crop[::-1]).max() <= 1
    assert np.abs(crop - crop[:, ::-1]).max() <= 1
    assert crop.std() > 20


@pytest.mark.parametrize("margin", [0.0, 0.4])
def test_a_crop_that_is_not_turned_is_mirrored_at_the_sides_and_clipped_above_and_below(noise, margin):
    inside, at_a_corner, at_the_other = (40, 30, 60, 50), (-10, -8, 30, 40), (130, 80, 170, 130)
    np.testing.assert_array_equal(crop_turned(noise, inside, 0, margin), crop_face(noise, inside, margin))
    wide = cv2.copyMakeBorder(noise, 0, 0, 80, 80, cv2.BORDER_REFLECT_101)
    for x1, y1, x2, y2 in (at_a_corner, at_the_other):
        expected = crop_face(wide, (x1 + 80, y1, x2 + 80, y2), margin)
        np.testing.assert_array_equal(crop_turned(noise, (x1, y1, x2, y2), 0, margin), expected)


def test_points_in_the_crop_lie_on_what_they_lay_on():
    image = np.zeros((120, 160, 3), np.uint8)
    image[58:63, 88:93] = 255
    box, margin, wh = (60, 40, 100, 80), 0.5, (160, 120)
    crop = crop_face(image, box, margin)
    y, x = np.argwhere(crop[..., 0] > 127).mean(axis=0)
    np.testing.assert_allclose(points_in_crop(np.array([[90.0, 60.0]]), box, margin, wh)[0], [x, y], atol=0.3)
    np.testing.assert_allclose(box_in_crop(box, margin, wh), [15.9, 15.9, 47.9, 47.9], atol=0.5)


def test_a_box_at_the_border_lies_off_the_middle_of_its_crop():
    x1, _, x2, _ = box_in_crop((0, 40, 40, 80), 0.5, (160, 120))
    assert x1 < 1
    assert 40 < x2 < 44


@pytest.mark.parametrize("x", [3.0, 400.0, 32_960.0])
def test_a_face_in_a_picture_that_is_too_wide_to_be_turned_is_cut_all_the_same(x):
    wide = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 256, (120, 33_000, 3), np.uint8), (0, 0), 3)
    box, left = np.array([x, 40, x + 30, 75]), int(np.clip(x - 300, 0, 33_000 - 600))
    expected = crop_turned(wide[:, left : left + 600].copy(), box - [left, 0, left, 0], 25)
    assert np.abs(crop_turned(wide, box, 25).astype(int) - expected).max() <= 1


def test_a_box_far_beyond_the_image_takes_no_memory(noise):
    assert crop_turned(noise, (-1e9, 20, 1e9, 60), 0.0).shape == (INPUT_SIZE, INPUT_SIZE, 3)
    assert crop_turned(noise, (-1e7, -1e7, 1e7, 1e7), 0.0).shape == (INPUT_SIZE, INPUT_SIZE, 3)
