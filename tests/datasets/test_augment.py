import dataclasses
import re

import keras
import numpy as np
import pytest

from fsanet.datasets.augment import NONE, PAPER, RECIPES, STRONG, Recipe
from fsanet.datasets.augment.layer import Augment
from fsanet.errors import InputError


def batch(count: int = 8, size: int = 64) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count, size, size, 3), np.uint8)
    return images, random.uniform(-50, 50, (count, 3)).astype(np.float32)


def augmented(recipe: Recipe, seed: int = 0, count: int = 8, size: int = 64) -> tuple[np.ndarray, np.ndarray]:
    images, poses = Augment(recipe, seed=seed)(*batch(count, size))
    return keras.ops.convert_to_numpy(images), keras.ops.convert_to_numpy(poses)


@pytest.mark.parametrize("name", RECIPES)
def test_shapes_types_and_range(name):
    images, poses = augmented(RECIPES[name])
    assert images.shape == (8, 64, 64, 3)
    assert poses.shape == (8, 3)
    assert images.dtype == poses.dtype == np.float32
    assert np.isfinite(images).all()
    assert 0 <= images.min() <= images.max() <= 255


def test_no_recipe_changes_nothing():
    images, poses = augmented(NONE)
    np.testing.assert_array_equal(images, batch()[0])
    np.testing.assert_array_equal(poses, batch()[1])


@pytest.mark.parametrize("recipe", [PAPER, STRONG], ids=["paper", "strong"])
def test_equal_seeds_give_equal_batches_and_others_do_not(recipe):
    images, poses = augmented(recipe, seed=3)
    again, poses_again = augmented(recipe, seed=3)
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(poses, poses_again)
    assert not np.array_equal(images, augmented(recipe, seed=4)[0])


def test_every_call_draws_anew_and_the_state_brings_a_draw_back():
    layer = Augment(STRONG, seed=1)
    state = np.array(keras.ops.convert_to_numpy(layer.generator.state.value))
    first = keras.ops.convert_to_numpy(layer(*batch())[0])
    assert not np.array_equal(first, keras.ops.convert_to_numpy(layer(*batch())[0]))
    layer.generator.state.assign(state)
    np.testing.assert_array_equal(first, keras.ops.convert_to_numpy(layer(*batch())[0]))


def test_the_papers_recipe_leaves_the_labels():
    np.testing.assert_array_equal(augmented(PAPER)[1], batch()[1])


def test_those_that_may_not_be_turned_are_mirrored_all_the_same():
    """Such labels say where a face looks: mirrored they say the mirrored direction, and turned nothing any more."""
    recipe = dataclasses.replace(NONE, flip=0.5, turn=1.0)
    images, poses = batch(count=64)
    may_turn = np.arange(64) % 2 == 0
    new_images, new_poses = map(keras.ops.convert_to_numpy, Augment(recipe)(images, poses, may_turn))
    mirrored = np.sign(new_poses[:, 0]) != np.sign(poses[:, 0])
    stayed, flipped = ~may_turn & ~mirrored, ~may_turn & mirrored
    assert stayed.any()
    assert flipped.any()
    np.testing.assert_allclose(new_poses[stayed], poses[stayed], atol=1e-3)
    np.testing.assert_allclose(new_poses[flipped], poses[flipped] * [-1, 1, -1], atol=1e-3)
    np.testing.assert_allclose(new_images[flipped], images[flipped][:, :, ::-1], atol=1e-2)
    assert (np.abs(np.abs(new_poses) - np.abs(poses)).max(axis=1)[may_turn] > 0.1).mean() > 0.9
    for one, other in zip((new_images, new_poses), augmented(recipe, count=64), strict=True):
        np.testing.assert_allclose(one[may_turn], other[may_turn], atol=1e-3)


def test_labels_stay_in_the_range_of_labels():
    for seed in range(5):
        assert np.abs(augmented(STRONG, seed=seed, count=64)[1]).max() <= 99.0


@pytest.mark.parametrize("chance", ["flip", "turn", "colour", "grey", "light", "patch", "frame", "blur", "noise"])
def test_each_step_changes_about_as_many_images_as_its_chance_says(chance):
    recipe = dataclasses.replace(NONE, **{chance: 0.5})
    changed = np.abs(augmented(recipe, count=200, size=32)[0] - batch(200, 32)[0]).max(axis=(1, 2, 3)) > 1e-2
    assert 0.3 < changed.mean() < 0.62, f"{changed.mean():.2f} of the images changed"


@pytest.mark.parametrize("size", [16, 48])
def test_other_image_sizes(size):
    for recipe in (PAPER, STRONG):
        assert augmented(recipe, size=size)[0].shape == (8, size, size, 3)


def test_config_makes_an_equal_layer():
    layer = Augment(STRONG, seed=5, name="strong")
    again = Augment.from_config(layer.get_config())
    assert (again.recipe, again.seed, again.name) == (STRONG, 5, "strong")
    np.testing.assert_array_equal(*(keras.ops.convert_to_numpy(one(*batch())[0]) for one in (layer, again)))


def test_chances_beyond_one_are_an_error():
    with pytest.raises(ValueError, match=r"between 0 and 1, got flip = 1.5, noise = -0.1"):
        Recipe(flip=1.5, noise=-0.1)


def test_factors_below_one_are_an_error():
    with pytest.raises(
        ValueError, match=r"Factors \(they also divide\) of an augmentation lie between 1 and 10, got contrast = 0.5"
    ):
        Recipe(contrast=0.5)


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("turn_deg", -1.0, "between 0 and 180"),
        ("hue_deg", 1e300, "between 0 and 180"),
        ("scale", -1.0, "between 0 and 1"),
        ("scale", 1e39, "between 0 and 1"),
        ("aspect", -2.0, "between 0 and 1"),
        ("shift", np.inf, "between 0 and 1"),
        ("shift", 1e39, "between 0 and 1"),
        ("frame_width", 1.5, "between 0 and 1"),
        ("patch_side", -0.5, "between 0 and 1"),
        ("falloff", 1e300, "between 0 and 1"),
        ("brightness", np.nan, "between 0 and 255"),
        ("noise_level", 1e39, "between 0 and 255"),
        ("blur_pixels", 0.0, r"between 0\.01 and 64"),
        ("blur_pixels", 1e300, r"between 0\.01 and 64"),
        ("lowest_side", 0, "between 1 and 1024"),
        ("lowest_side", 10**9, "between 1 and 1024"),
        ("patches", 0, "between 1 and 9"),
        ("patches", 10, "between 1 and 9"),
        ("cast", np.nan, "between 1 and 10"),
        ("contrast", 1e39, "between 1 and 10"),
        ("tone", 1e300, "between 1 and 10"),
        ("flip", np.nan, "between 0 and 1"),
    ],
)
def test_what_would_make_no_pictures_is_an_error(field, value, rule):
    with pytest.raises(InputError, match=rf"{rule}, got {field} = {re.escape(str(value))}"):
        dataclasses.replace(STRONG, **{field: value})


@pytest.mark.parametrize(
    "least",
    [
        dict.fromkeys(("turn_deg", "hue_deg", "brightness", "falloff", "noise_level", "patch_side", "shift"), 0.0),
        {"scale": 0.0, "aspect": 0.0, "frame_width": 0.0, "blur_pixels": 0.01, "lowest_side": 1, "patches": 1},
    ],
)
def test_the_least_that_is_allowed_makes_pictures(least):
    images, poses = augmented(dataclasses.replace(STRONG, frame=0.5, **least), count=64)
    assert np.isfinite(images).all()
    assert np.isfinite(poses).all()


@pytest.mark.parametrize(
    "most",
    [
        dict.fromkeys(("scale", "aspect", "shift", "frame_width", "patch_side", "falloff"), 1.0),
        dict.fromkeys(("cast", "saturation", "contrast", "tone"), 10.0) | {"turn_deg": 180.0, "hue_deg": 180.0},
        {"brightness": 255.0, "noise_level": 255.0, "blur_pixels": 64.0, "lowest_side": 1024},
    ],
)
def test_the_most_that_is_allowed_makes_pictures(most):
    always = dict.fromkeys(("turn", "frame", "colour", "light", "blur", "noise", "patch"), 1.0)
    images, poses = augmented(dataclasses.replace(STRONG, **(always | most)), count=64)
    assert np.isfinite(images).all()
    assert np.isfinite(poses).all()


def test_the_most_patches_that_are_allowed_have_random_numbers():
    assert np.isfinite(augmented(Recipe(patch=1.0, patches=9))[0]).all()


def test_the_strength_of_a_blur_that_never_happens_is_of_no_matter():
    np.testing.assert_array_equal(augmented(Recipe(blur_pixels=0.0))[0], batch()[0])
