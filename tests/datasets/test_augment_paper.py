"""The published augmentation: against recorded crops and zooms, OpenCV's resizing, and SciPy's interpolation."""

import cv2
import keras
import numpy as np
import pytest
from scipy import ndimage

from fsanet.datasets.augment.paper import NO_CROP, ON_BLACK, ON_WHITE, PLAIN, Crops, PaperSteps

STEPS = PaperSteps(64)


def crop(images, kind, removed, row, column, new_row=0, new_column=0) -> np.ndarray:
    fields = [np.broadcast_to(value, len(images)) for value in (kind, removed, row, column, new_row, new_column)]
    crops = Crops(*(keras.ops.convert_to_tensor(field.astype(np.int32)) for field in fields))
    return keras.ops.convert_to_numpy(STEPS.crop(keras.ops.convert_to_tensor(images, "float32"), crops))


def zoom(images, row_factor, column_factor) -> np.ndarray:
    factors = [keras.ops.convert_to_tensor(np.asarray(f, np.float32)) for f in (row_factor, column_factor)]
    return keras.ops.convert_to_numpy(STEPS.zoom(keras.ops.convert_to_tensor(images, "float32"), *factors))


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (6, 64, 64, 3), np.uint8)


@pytest.fixture(scope="module")
def recorded(mirror):
    return np.load(mirror / "golden" / "original_augmentation.npz", allow_pickle=False)


def test_recorded_plain_crops_byte_for_byte(recorded):
    random = np.random.RandomState(7)  # what the recording was seeded with
    offsets = np.array([[random.randint(10), random.randint(10)] for _ in range(8)])  # column, row
    result = crop(recorded["aug_in"][:8], PLAIN, 10, offsets[:, 1], offsets[:, 0])
    np.testing.assert_array_equal(result, recorded["random_crop_seed7_dn10"])


@pytest.mark.parametrize(("kind", "name"), [(ON_BLACK, "black"), (ON_WHITE, "white")])
def test_recorded_crops_on_a_ground_byte_for_byte(recorded, kind, name):
    random = np.random.RandomState(7)
    offsets = np.array([[random.randint(10) for _ in range(4)] for _ in range(8)])  # column, row, the new ones
    result = crop(recorded["aug_in"][:8], kind, 10, *offsets[:, [1, 0, 3, 2]].T)
    np.testing.assert_array_equal(result, recorded[f"random_crop_{name}_seed7_dn10"])


def test_recorded_zooms_within_one_grey_level(recorded):
    factors = recorded["random_zoom_seed7_factors"]
    result = zoom(recorded["aug_in"][:8], *factors.T)
    assert np.abs(result - recorded["random_zoom_seed7"]).max() <= 1.0


@pytest.mark.parametrize("removed", [1, 4, 15])
def test_plain_crops_are_opencvs_cubic_resize(images, removed):
    result = crop(images, PLAIN, removed, removed - 1, 0)
    for image, cut in zip(images, result, strict=True):
        source = image[removed - 1 : 63, : 64 - removed]
        resized = cv2.resize(source, (64, 64), interpolation=cv2.INTER_CUBIC)
        assert np.abs(cut - resized).max() <= 1.0  # OpenCV's versions round differently


@pytest.mark.parametrize(("kind", "ground"), [(ON_BLACK, 0), (ON_WHITE, 255)])
def test_crops_on_a_ground_move_pixels(images, kind, ground):
    expected = np.full_like(images, ground)
    expected[:, 2:56, 7:61] = images[:, 5:59, 1:55]
    np.testing.assert_array_equal(crop(images, kind, 10, 5, 1, 2, 7), expected)


def test_no_crop_changes_nothing(images):
    np.testing.assert_array_equal(crop(images, NO_CROP, 10, 5, 1, 2, 7), images)


def test_kinds_are_mixed_in_one_batch(images):
    kinds = np.array([PLAIN, ON_BLACK, ON_WHITE, NO_CROP, PLAIN, ON_BLACK])
    mixed = crop(images, kinds, 6, 3, 2, 1, 4)
    for number, kind in enumerate(kinds):
        np.testing.assert_array_equal(mixed[number], crop(images[number : number + 1], kind, 6, 3, 2, 1, 4)[0])


@pytest.mark.parametrize(("rows", "columns"), [(0.8, 1.2), (1.2, 0.8), (1.0, 1.0)])
def test_zoom_is_scipys_linear_interpolation(images, rows, columns):
    result = zoom(images, [rows] * len(images), [columns] * len(images))
    matrix = np.diag([rows, columns])
    offset = 32.5 - matrix @ [32.5, 32.5]
    for image, zoomed in zip(images, result, strict=True):
        for channel in range(3):
            expected = ndimage.affine_transform(
                image[..., channel].astype(float), matrix, offset, order=1, mode="nearest"
            )
            np.testing.assert_allclose(zoomed[..., channel], expected, atol=0.02)


def test_small_images_lose_fewer_pixels():
    assert PaperSteps(8).most_removed == 7
