"""What light is drawn, and what a camera makes of it, or of a picture."""

import cv2
import numpy as np
import pytest

from fsanet.rendering import photo as module
from fsanet.rendering.camera import draw_distance
from fsanet.rendering.lights import _KINDS, draw_lights
from fsanet.rendering.photo import photograph_picture, take_photo

ALL = np.ones((64, 64), bool)


@pytest.fixture(scope="module")
def many():
    rng = np.random.default_rng(0)
    return [draw_lights(rng) for _ in range(600)]


def test_most_lamps_stand_before_the_face_and_above_it(many):
    first = np.array([lights.directions[0] for lights in many])
    assert (first[:, 2] > 0).mean() > 0.85
    assert 0.75 < (first[:, 1] > 0).mean() < 0.99
    assert abs(first[:, 0].mean()) < 0.06  # from both sides alike


def test_a_third_has_light_from_behind_and_more_have_a_fill(many):
    behind = np.mean([(lights.directions[1:, 2] < -0.1).any() for lights in many])
    counts = np.bincount([len(lights.directions) for lights in many], minlength=4)[1:] / len(many)
    assert 0.2 < behind < 0.4
    np.testing.assert_allclose(counts, [0.26, 0.53, 0.21], atol=0.06)


def test_the_sky_is_brighter_above_and_before(many):
    slope = np.array([lights.sky[:, 1:].mean(axis=0) for lights in many])
    assert (slope[:, 1] > 0).all()
    assert (slope[:, 2] > 0).mean() > 0.65
    assert abs((slope[:, 0] > 0).mean() - 0.5) < 0.07


def test_light_is_of_a_natural_colour_and_strength(many):
    strength = np.array([lights.sky[:, 0].mean() for lights in many])
    assert strength.min() > 0.03
    assert strength.max() < 1.3
    tint = np.array([lights.sky[:, 0] / lights.sky[:, 0].mean() for lights in many])
    assert 0.02 < tint[:, 0].std() < 0.2
    assert np.corrcoef(tint[:, 0], tint[:, 2])[0, 1] < -0.8  # warm or cool
    for lights in many:
        assert 0.1 <= lights.shadow <= 1
        assert 0.4 <= lights.ground <= 0.9
        assert ((lights.softness >= 0) & (lights.softness <= 1)).all()


def test_every_kind_of_light_has_its_share_and_ranges_that_rise():
    assert sum(row[0] for row in _KINDS.values()) == pytest.approx(1)
    for _, *ranges, side_deg, height_deg in _KINDS.values():
        assert all(low <= high for low, high in (*ranges, height_deg))
        assert 0 < side_deg < 90


def test_photographers_stand_between_a_hand_and_a_street_away():
    rng = np.random.default_rng(0)
    distance = np.array([draw_distance(rng) for _ in range(1000)])
    assert 6 <= distance.min() < 7
    assert 45 < distance.max() <= 50
    assert 15 < np.median(distance) < 20  # evenly on a log scale


def test_srgb_and_the_roll_off():
    np.testing.assert_allclose(
        module._srgb(np.array([0.0, 0.002, 0.2140, 1.0, 3.0])), [0, 0.02584, 0.5, 1, 1], atol=1e-3
    )
    bright = np.array([0.2, 0.6, 1.0, 5.0])[None, :, None] * np.ones(3)
    rolled = [module._expose(bright, np.ones((1, 4), bool), np.random.default_rng(s))[0, :, 0] for s in range(6)]
    for values in rolled:
        assert (np.diff(values) > 0).all()  # never cut off
        assert values.max() < 1.0001


def test_darker_skin_stays_darker():
    def mean(light):
        subject = np.full((16, 16, 3), light)
        return np.mean(
            [take_photo(subject, ALL[:16, :16], np.random.default_rng(s), 10, plain=True).mean() for s in range(30)]
        )

    dark, pale = mean(0.05), mean(0.5)
    assert 1.2 < pale / dark < 3.5


def test_exposure_is_made_for_the_subject():
    colour = np.full((64, 64, 3), 4.0)
    colour[20:44, 20:44] = 0.1
    subject = np.zeros((64, 64), bool)
    subject[20:44, 20:44] = True
    seen, wrong = (
        np.mean([take_photo(colour, s, np.random.default_rng(i), 20, plain=True)[30, 30] for i in range(20)])
        for s in (subject, ~subject)
    )
    assert seen > 2 * wrong


def test_motion_smears_along_one_line_and_keeps_the_light():
    for seed in range(8):
        kernel = module._motion(np.random.default_rng(seed), 9.0)
        assert kernel.sum() == pytest.approx(1, abs=1e-5)
        y, x = np.nonzero(kernel > 0.02)
        spread = np.linalg.svd(np.stack([x - x.mean(), y - y.mean()]), compute_uv=False)
        assert spread[0] > 3 * spread[1]
        assert np.hypot(np.ptp(x), np.ptp(y)) == pytest.approx(9, abs=2)


def photos(count=150, face_px=40):
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:64, 0:64]
    colour = 0.15 + 0.3 * ((x // 8 + y // 8) % 2)[..., None] * np.array([1.0, 0.8, 0.6])
    return [take_photo(colour, ALL, rng, face_px) for _ in range(count)]


def test_photographs_vary_in_sharpness_brightness_and_colour_as_photographs_do():
    taken = photos()
    grey = [cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) for image in taken]
    sharp = np.array([cv2.Laplacian(g, cv2.CV_64F).std() / (g.std() + 1) for g in grey])
    assert sharp.max() > 2.5 * np.percentile(sharp, 5)
    means = np.array([g.mean() for g in grey])
    assert 60 < means.mean() < 170
    assert 15 < means.std() < 50
    spread = np.array([np.ptp(image.reshape(-1, 3).mean(axis=0)) for image in taken])
    assert 0.0 < (spread < 6).mean() < 0.25  # a few are grey
    assert np.median(spread) > 12
    assert np.mean([image[..., 2].mean() > image[..., 0].mean() for image in taken]) > 0.8  # warm walls stay warm


def test_blur_is_a_share_of_the_face():
    def sharpness(face_px):
        return np.median([cv2.Laplacian(image, cv2.CV_64F).std() for image in photos(60, face_px)])

    assert sharpness(400) < 0.75 * sharpness(20)


def test_a_photograph_of_a_picture_is_near_it_and_another_each_time():
    rng = np.random.default_rng(1)
    picture = np.tile(np.linspace(60, 190, 64, dtype=np.float32)[:, None, None], (1, 48, 3))
    photos = [photograph_picture(picture, rng) for _ in range(20)]
    assert all(photo.shape == (64, 48, 3) and photo.dtype == np.uint8 for photo in photos)
    assert all(np.corrcoef(photo.mean(axis=2).ravel(), picture[..., 0].ravel())[0, 1] > 0.8 for photo in photos)
    assert len({photo.tobytes() for photo in photos}) == 20
    assert picture[0, 0, 0] == 60  # the picture itself is as it was


def test_equal_generators_give_equal_photographs_of_a_picture():
    picture = np.full((32, 32, 3), 100, np.float32)
    one, other = (photograph_picture(picture, np.random.default_rng(2)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
