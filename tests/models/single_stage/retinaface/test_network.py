"""Both rows: sizes, order, numbers of weights."""

import keras
import numpy as np
import pytest

from fsanet.dense import layout
from fsanet.dense.anchors import anchor_boxes
from fsanet.models.single_stage.retinaface.network import MNET025, RESNET50, build_retinaface


@pytest.fixture(scope="module")
def small():
    keras.utils.set_random_seed(1)
    return build_retinaface(MNET025)


def run(model, image):
    return keras.ops.convert_to_numpy(model(image, training=False))


@pytest.mark.parametrize(("height", "width"), [(64, 96), (128, 32)])
def test_any_picture_of_multiples_of_the_stride_gives_two_rows_an_anchor(small, height, width):
    prediction = run(small, np.zeros((2, height, width, 3), np.float32))
    assert prediction.shape == (2, len(anchor_boxes(MNET025.anchors, height, width)), 2 * layout.PREDICTION_SIZE)


def test_rows_are_in_the_order_of_the_anchors(small):
    plain = np.full((1, 128, 128, 3), 128, np.float32)
    spotted = plain.copy()
    spotted[:, 12:20, 92:100] = 255
    change = np.abs(run(small, spotted) - run(small, plain))[0].sum(axis=1)
    boxes = anchor_boxes(MNET025.anchors, 128, 128)[: 16 * 16 * 3]
    change = change[: len(boxes)].reshape(-1, 3).sum(axis=1)
    assert np.abs(boxes[3 * np.argmax(change), :2] - (96, 16)).max() <= 24


def test_it_starts_with_the_anchors_themselves_rarely_a_face(small):
    image = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32)
    heads = run(small, image)[0].reshape(-1, 2, layout.PREDICTION_SIZE)
    assert heads[..., layout.SCORE].mean() == pytest.approx(-2, abs=0.5)
    np.testing.assert_allclose(heads[..., layout.BOX].mean(axis=0), 0, atol=0.3)
    np.testing.assert_allclose(heads[..., layout.ROTATION_6D].mean(axis=(0, 1)), [1, 0, 0, 0, 1, 0], atol=0.3)


def test_the_smaller_has_as_many_weights_as_it_has(small):
    """The common port with one head has 426,608 for score, box and points; a second head and poses come on top."""
    assert small.count_params() == 556_458


def test_the_larger_has_five_levels_from_stride_4_on():
    model = build_retinaface(RESNET50, 128, 64)
    assert model.output_shape == (None, len(anchor_boxes(RESNET50.anchors, 128, 64)), 2 * layout.PREDICTION_SIZE)
    assert model.count_params() == 36_773_878
    assert RESNET50.stride == 64
