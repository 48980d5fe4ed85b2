import keras
import numpy as np
import pytest

from fsanet.datasets.batches import View
from fsanet.datasets.pose_set import PoseSet
from fsanet.training.pose import validate


class FirstPixel(keras.layers.Layer):
    def call(self, images):
        return images[:, 0, 0]


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """Predicts the first pixel's blue, green and red as yaw, pitch and roll."""
    image = keras.Input((8, 8, 3))
    return keras.Model(image, FirstPixel()(image))


def colours(count: int, poses) -> PoseSet:
    images = np.zeros((count, 8, 8, 3), np.uint8)
    images[:, 0, 0] = np.arange(count)[:, None] % 50 + [0, 1, 2]
    return PoseSet(images, poses, ["a"] * count)


def test_errors_are_means_over_all_views(network):
    sets = colours(4, np.tile([0.0, 1.0, 2.0], (4, 1))), colours(2, np.zeros((2, 3)))
    figures = validate(network, [View(s, np.arange(len(s))) for s in sets])
    assert figures["val_yaw"] == pytest.approx((0 + 1 + 2 + 3 + 0 + 1) / 6)
    assert figures["val_pitch"] == pytest.approx((0 + 1 + 2 + 3 + 1 + 2) / 6)
    mean = np.mean([figures[f"val_{angle}"] for angle in ("yaw", "pitch", "roll")])
    assert figures["val_mae"] == pytest.approx(mean)


def test_a_set_without_roll_is_validated_by_its_yaw_and_pitch(network):
    rollless = colours(3, np.zeros((3, 3)))
    figures = validate(network, [View(rollless, np.arange(3), label_weight=(1, 1, 0))])
    assert (figures["val_yaw"], figures["val_pitch"], figures["val_mae"]) == pytest.approx((1.0, 2.0, 1.5))
    assert np.isnan([figures["val_roll"], figures["val_geodesic"]]).all()


def test_labels_that_do_not_count_are_left_out(network):
    labelled, rollless = colours(3, np.tile([0.0, 1.0, 2.0], (3, 1))), colours(3, np.full((3, 3), 50.0))
    views = [View(labelled, np.arange(3)), View(rollless, np.arange(3), label_weight=(1, 1, 0))]
    alone = validate(network, views[:1])
    both = validate(network, views)
    assert both["val_roll"] == alone["val_roll"]
    assert both["val_geodesic"] == alone["val_geodesic"]
    assert both["val_yaw"] > alone["val_yaw"]
