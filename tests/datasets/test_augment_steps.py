"""The steps of the stronger recipe, with given parameters."""

import cv2
import keras
import numpy as np
import pytest
from keras import ops

from fsanet.datasets.augment.chance import Chance
from fsanet.datasets.augment.geometry import CropPlacement, place_images, place_poses
from fsanet.datasets.augment.occlude import Patch, beyond, frame, inside
from fsanet.datasets.augment.photography import Degrade, add_noise, apply_colours, apply_light, colour_matrices
from fsanet.datasets.augment.recipe import STRONG, Recipe
from fsanet.datasets.augment.resampling import gaussian_matrix, low_resolution_matrix
from fsanet.pose import angles


def tensor(*values, dtype="float32"):
    return ops.convert_to_tensor(np.asarray(values), dtype)


def as_array(value) -> np.ndarray:
    return ops.convert_to_numpy(value)


def smooth_images(count: int = 2, size: int = 64) -> np.ndarray:
    noise = np.random.default_rng(0).integers(0, 256, (count, 8, 8, 3), np.uint8)
    return np.stack([cv2.resize(image, (size, size), interpolation=cv2.INTER_CUBIC) for image in noise]).astype(
        "float32"
    )


def placement(count: int, **given) -> CropPlacement:
    usual = {"mirrored": False, "clockwise_deg": 0, "width_factor": 1, "height_factor": 1, "right": 0, "down": 0}
    fields = {
        name: ops.convert_to_tensor(np.full(count, value), "bool" if name == "mirrored" else "float32")
        for name, value in (usual | given).items()
    }
    return CropPlacement(**fields)


def place(images: np.ndarray, **given) -> np.ndarray:
    return as_array(place_images(ops.convert_to_tensor(images), placement(len(images), **given)))


class TestPlacement:
    def test_nothing_changes_nothing(self):
        np.testing.assert_allclose(place(smooth_images()), smooth_images(), atol=1e-2)

    def test_mirror_flips_image_and_label(self):
        np.testing.assert_allclose(place(smooth_images(), mirrored=True), smooth_images()[:, :, ::-1], atol=1e-2)
        _, poses = place_poses(tensor([30, 20, 10]), placement(1, mirrored=True))
        np.testing.assert_allclose(as_array(poses), [[-30, 20, -10]])

    def test_a_quarter_turn_is_clockwise_on_the_screen(self):
        turned = place(smooth_images(), clockwise_deg=90)
        np.testing.assert_allclose(turned, np.rot90(smooth_images(), -1, axes=(1, 2)), atol=0.05)

    def test_a_turn_agrees_with_opencv_inside(self):
        image = smooth_images(1)
        matrix = cv2.getRotationMatrix2D((31.5, 31.5), -20, 1.0)  # OpenCV counts counter-clockwise
        expected = cv2.warpAffine(image[0], matrix, (64, 64), flags=cv2.INTER_LINEAR)
        np.testing.assert_allclose(place(image, clockwise_deg=20)[0, 16:48, 16:48], expected[16:48, 16:48], atol=4)

    def test_a_turned_head_has_the_label_of_the_turned_rotation(self):
        poses = np.array([[40.0, -20.0, 10.0]])
        _, turned = place_poses(tensor(*poses), placement(1, clockwise_deg=25))
        np.testing.assert_allclose(as_array(turned), angles.rotate_in_plane(poses, np.array([25.0])), atol=1e-3)

    def test_turns_that_leave_the_range_of_labels_are_undone(self):
        pose = tensor([80, -60, 60])
        undone, poses = place_poses(pose, placement(1, clockwise_deg=30))
        assert np.abs(angles.rotate_in_plane([80, -60, 60], 30)).max() > 99  # so this one would leave it
        assert as_array(undone.clockwise_deg)[0] == 0
        np.testing.assert_allclose(as_array(poses), as_array(pose))

    def test_width_and_height_grow_apart(self):
        image = np.zeros((1, 64, 64, 3), np.float32)
        image[:, 28:36, 28:36] = 255
        bright = place(image, width_factor=2, height_factor=1)[0, ..., 0] > 127
        assert (bright.any(axis=0).sum(), bright.any(axis=1).sum()) == (16, 8)

    def test_shift_goes_right_and_down(self):
        moved = place(smooth_images(), right=4 / 64, down=8 / 64)
        np.testing.assert_allclose(moved[:, 8:, 4:], smooth_images()[:, :-8, :-4], atol=1e-2)


class TestColour:
    def matrix(self, hue=0.0, saturation=1.0, cast=(1.0, 1.0, 1.0)) -> np.ndarray:
        return as_array(colour_matrices(tensor(hue), tensor(saturation), tensor(cast)))[0]

    def test_nothing_changes_nothing(self):
        np.testing.assert_allclose(self.matrix(), np.eye(3), atol=1e-6)

    def test_grey_is_the_luma_in_all_channels(self):
        image = smooth_images(1)
        grey = as_array(
            apply_colours(ops.convert_to_tensor(image), ops.convert_to_tensor(self.matrix(saturation=0)[None]))
        )
        expected = cv2.cvtColor(image[0], cv2.COLOR_BGR2GRAY)
        np.testing.assert_allclose(grey[0], np.repeat(expected[..., None], 3, axis=2), atol=0.2)

    def test_grey_pixels_keep_their_colour_under_hue_and_saturation(self):
        np.testing.assert_allclose(self.matrix(hue=77, saturation=1.7) @ [90, 90, 90], [90, 90, 90], atol=1e-3)

    def test_a_third_of_a_turn_of_the_hue_swaps_the_chroma_of_channels(self):
        turned = self.matrix(hue=120)
        chroma = np.eye(3) - np.ones((3, 3)) * [0.114, 0.587, 0.299]
        swapped = chroma @ np.roll(np.eye(3), 1, axis=0) + (np.eye(3) - chroma)
        np.testing.assert_allclose(turned, swapped, atol=1e-5)

    def test_casts_multiply_blue_green_and_red(self):
        np.testing.assert_allclose(self.matrix(cast=(1.2, 1.0, 0.8)) @ [100, 100, 100], [120, 100, 80], rtol=1e-5)


class TestLight:
    def lit(self, image, **given) -> np.ndarray:
        usual = {"contrast": 1.0, "brightness": 0.0, "tone": 1.0, "falloff": 0.0, "direction": 0.0}
        return as_array(apply_light(ops.convert_to_tensor(image), **{k: tensor(v) for k, v in (usual | given).items()}))

    def test_nothing_changes_nothing(self):
        np.testing.assert_allclose(self.lit(smooth_images(1)), smooth_images(1), atol=1e-3)

    def test_contrast_spreads_around_the_mean(self):
        image = smooth_images(1) * 0.2 + 100
        lit = self.lit(image, contrast=1.5)
        assert lit.mean() == pytest.approx(image.mean(), abs=0.01)
        assert lit.std() == pytest.approx(1.5 * image.std(), rel=1e-3)

    def test_brightness_adds_and_stops_at_white(self):
        image = np.full((1, 8, 8, 3), 100, np.float32)
        np.testing.assert_allclose(self.lit(image, brightness=40), 140, atol=1e-3)
        np.testing.assert_allclose(self.lit(image, brightness=200), 255)

    def test_tone_keeps_black_and_white_and_moves_the_middle(self):
        image = np.zeros((1, 8, 8, 3), np.float32)
        image[0, 0, 0], image[0, 0, 1] = 255, 127.5
        darker, lighter = (self.lit(image, tone=tone)[0, 0, :3, 0] for tone in (2.0, 0.5))
        np.testing.assert_allclose(darker, [255, 85, 0], atol=1e-3)
        np.testing.assert_allclose(lighter, [255, 170, 0], atol=1e-3)

    def test_falloff_lights_one_side(self):
        image = np.full((1, 8, 8, 3), 100, np.float32)
        lit = self.lit(image, falloff=0.5, direction=0.0)[0, 0, :, 0]  # direction 0: brighter to the right
        np.testing.assert_allclose(lit, np.linspace(50, 150, 8), rtol=1e-4)


class TestDegrade:
    def test_blur_matches_opencv_inside(self):
        image = smooth_images(1)
        rows = gaussian_matrix(64, 1.5)
        blurred = np.einsum("ij,jkc,lk->ilc", rows, image[0], rows)
        expected = cv2.GaussianBlur(image[0], (0, 0), 1.5)
        np.testing.assert_allclose(blurred[8:-8, 8:-8], expected[8:-8, 8:-8], atol=0.5)

    @pytest.mark.parametrize("side", [16, 40, 64])
    def test_low_resolution_keeps_flat_images_and_the_full_one(self, side):
        matrix = low_resolution_matrix(64, side)
        np.testing.assert_allclose(matrix.sum(axis=1), 1, rtol=1e-5)
        if side == 64:
            np.testing.assert_allclose(matrix, np.eye(64), atol=1e-6)

    def test_low_resolution_is_area_then_linear(self):
        image = smooth_images(1)[0]
        matrix = low_resolution_matrix(64, 16)
        small = cv2.resize(image, (16, 16), interpolation=cv2.INTER_AREA)
        expected = cv2.resize(small, (64, 64), interpolation=cv2.INTER_LINEAR)
        np.testing.assert_allclose(np.einsum("ij,jkc,lk->ilc", matrix, image, matrix), expected, atol=0.05)

    def test_number_zero_changes_nothing_and_axes_are_apart(self):
        degrade = Degrade(64, STRONG)
        images = smooth_images(2)
        sharp = as_array(
            degrade.apply(ops.convert_to_tensor(images), tensor(0, 0, dtype="int32"), tensor(0, 6, dtype="int32"))
        )
        np.testing.assert_allclose(sharp[0], images[0], atol=1e-3)
        row_change, column_change = (np.abs(np.diff(sharp[1] - images[1], axis=axis)).mean() for axis in (0, 1))
        assert column_change > row_change  # only columns were blurred

    def test_noise_is_mostly_weak_and_never_above_its_level(self):
        grey = ops.convert_to_tensor(np.full((2000, 8, 8, 3), 128, np.float32))
        noisy = add_noise(grey, Recipe(noise=0.5, noise_level=20.0), Chance(2000, keras.random.SeedGenerator(0)))
        levels = (as_array(noisy) - 128).reshape(2000, -1).std(axis=1) / 20
        strong = levels[levels > 0]
        assert len(strong) / 2000 == pytest.approx(0.5, abs=0.04)
        assert strong.mean() == pytest.approx(1 / 3, abs=0.02)  # of the square of an even spread
        assert strong.max() < 1.3  # an image of 64 pixels is a rough measure of its level


class TestOcclusion:
    def patch(self, round_: bool) -> np.ndarray:
        patch = Patch(tensor(0.5), tensor(0.25), tensor(0.25), tensor(0.125), tensor(round_, dtype="bool"))
        return as_array(inside(patch, 64))[0].reshape(64, 64, 3)

    def test_a_rectangle_lies_where_it_is_said(self):
        expected = np.zeros((64, 64, 3), bool)
        expected[8:24, 16:48] = True
        np.testing.assert_array_equal(self.patch(round_=False), expected)

    def test_an_ellipse_fills_pi_quarters_of_it(self):
        assert self.patch(round_=True).sum() / self.patch(round_=False).sum() == pytest.approx(np.pi / 4, abs=0.03)

    def test_a_patch_of_no_size_covers_nothing(self):
        nothing = Patch(tensor(0.5), tensor(0.5), tensor(0.0), tensor(0.0), tensor(False, dtype="bool"))
        assert not as_array(inside(nothing, 64)).any()

    def test_borders_have_their_widths(self):
        widths = (tensor(4 / 64), tensor(0.0), tensor(0.0), tensor(8 / 64))
        expected = np.zeros((64, 64, 3), bool)
        expected[:, :4] = expected[-8:] = True
        np.testing.assert_array_equal(as_array(beyond(*widths, 64))[0].reshape(64, 64, 3), expected)

    def test_borders_are_a_third_black_a_third_white_and_grey_between(self):
        grey = ops.convert_to_tensor(np.full((2000, 8, 8, 3), 100.5, np.float32))
        recipe = Recipe(frame=0.8, frame_width=0.4)
        framed = as_array(frame(grey, recipe, Chance(2000, keras.random.SeedGenerator(0))))
        levels = np.array([image[image != 100.5][0] for image in framed if (image != 100.5).any()])
        assert np.mean(levels == 0) == pytest.approx(1 / 3, abs=0.04)
        assert np.mean(levels == 255) == pytest.approx(1 / 3, abs=0.04)
        between = levels[(levels > 0) & (levels < 255)]
        assert between.mean() == pytest.approx(127.5, abs=12)
        assert len(levels) < 0.8 * 2000


class TestChance:
    def test_integers_reach_both_ends_and_nothing_beyond(self):
        drawn = as_array(Chance(5000, keras.random.SeedGenerator(0)).integer(4))
        assert sorted(set(drawn)) == [0, 1, 2, 3]
        assert np.bincount(drawn).min() > 1100

    def test_factors_are_as_often_above_one_as_below(self):
        drawn = as_array(Chance(5000, keras.random.SeedGenerator(0)).factor(1.5))
        assert 1 / 1.5 <= drawn.min() < 0.7 < 1.45 < drawn.max() <= 1.5
        assert (drawn > 1).mean() == pytest.approx(0.5, abs=0.03)

    def test_columns_are_independent(self):
        chance = Chance(5000, keras.random.SeedGenerator(0))
        first, second = as_array(chance.uniform()), as_array(chance.uniform())
        assert abs(np.corrcoef(first, second)[0, 1]) < 0.05

    def test_noise_is_standard_and_equal_in_the_channels(self):
        noise = as_array(Chance(50, keras.random.SeedGenerator(0)).noise(16)).reshape(50, 16, 16, 3)
        assert (noise[..., 0] == noise[..., 2]).all()
        assert noise.std() == pytest.approx(1, abs=0.05)

    def test_too_many_draws_are_an_error(self):
        chance = Chance(1, keras.random.SeedGenerator(0))
        for _ in range(64):
            chance.uniform()
        with pytest.raises(ValueError, match="may draw 64 numbers a sample"):
            chance.uniform()
