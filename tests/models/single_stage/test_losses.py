"""Each part of the loss against numbers worked out by hand."""

import keras
import numpy as np
import pytest

from fsanet.dense import layout
from fsanet.models.single_stage.losses import (
    MASK_WEIGHTS,
    WEIGHTS,
    chord,
    cross_entropy,
    focal,
    giou,
    loss_parts,
    smooth_l1,
    weighted_sum,
)
from fsanet.pose.angles import rotation_from_angles


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


def tensor(values):
    return keras.ops.convert_to_tensor(np.array(values, np.float32))


def test_focal_loss_by_hand():
    loss = numpy(focal(tensor([1.0, 0.0, 0.0]), tensor([0.0, 0.0, np.log(3.0)]), 0.75, 2.0))
    half = 0.5**2 * np.log(2)
    np.testing.assert_allclose(loss, [0.75 * half, 0.25 * half, 0.25 * 0.75**2 * np.log(4)], rtol=1e-5)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([1.0, 1.0, 1.0, 1.0], 1.0),
        ([3.0, 1.0, 1.0, 1.0], 0.5),  # 4 x 2: common 4, union 8, hull 8
        ([2.0, 0.5, 2.0, 0.5], 2 / 6 - 2 / 8),  # 4 x 1: common 2, union 6, hull 8
    ],
)
def test_giou_by_hand(found, expected):
    true = [1.0, 1.0, 1.0, 1.0]  # a 2 x 2 box around the centre
    assert numpy(giou(tensor(true), tensor(np.log(found)))) == pytest.approx(expected, abs=1e-6)


def test_cross_entropy_by_hand():
    logits = np.log([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
    found = numpy(cross_entropy(tensor([1, 2]), tensor(logits), (1.0, 2.0, 3.0)))
    np.testing.assert_allclose(found, [-2 * np.log(0.3), -3 * np.log(0.8)], rtol=1e-5)


def test_smooth_l1_by_hand():
    loss = numpy(smooth_l1(tensor([[0.02, -0.3]]), 0.1))
    np.testing.assert_allclose(loss, [(0.02**2 / 0.2 + 0.25) / 2], rtol=1e-5)


@pytest.mark.parametrize("angle", [0.0, 20.0, 90.0])
def test_chord_is_that_of_the_angle(angle):
    true = np.eye(3).reshape(1, 9)
    turned = rotation_from_angles([[angle, 0, 0]])
    columns = np.hstack([2 * turned[:, :, 0], turned[:, :, 1] + turned[:, :, 0]])
    expected = 2 * np.sqrt(2) * np.sin(np.deg2rad(angle) / 2)
    np.testing.assert_allclose(numpy(chord(tensor(true), tensor(columns))), [expected], atol=2e-3)


def example():
    """Two positive cells, one ignored, one plain; the prediction of the first is right, of the second a turn off.

    What is worn is said with even odds of the first; the second wears a mask below the nose.
    """
    target = np.zeros((1, 4, layout.CELL_TARGET_SIZE), np.float32)
    target[0, :2, layout.POSITIVE] = 1
    target[0, 2, layout.IGNORED] = 1
    target[0, 1, layout.TARGET_MASK] = 2
    target[0, :, layout.TARGET_BOX] = 1.0
    target[0, :, layout.TARGET_ROTATION] = np.eye(3).ravel()
    prediction = np.zeros((1, 4, layout.CELL_PREDICTION_SIZE), np.float32)
    prediction[0, :, layout.ROTATION_6D] = [1, 0, 0, 0, 1, 0]
    prediction[0, 1, layout.ROTATION_6D] = [0, 0, 1, 0, 1, 0]  # 90 degrees of yaw
    prediction[0, 1, layout.POINTS] = 0.25
    prediction[0, 1, layout.MASK] = np.log([1, 1, 2])
    prediction[0, 2, layout.SCORE] = 5.0  # ignored: costs nothing
    return target, prediction


def test_parts_are_means_over_positive_cells():
    target, prediction = example()
    parts = loss_parts(tensor(target), tensor(prediction), knee=0.05)
    half = 0.25 * np.log(2)
    assert numpy(parts["score"]) == pytest.approx((2 * 0.75 * half + 0.25 * half) / 2, rel=1e-4)
    assert numpy(parts["box"]) == pytest.approx(0.0, abs=1e-5)
    assert numpy(parts["points"]) == pytest.approx((0.25 - 0.025) / 2, rel=1e-4)
    assert numpy(parts["pose"]) == pytest.approx((2 + 1e-3) / 2, rel=2e-3)
    assert numpy(parts["mask"]) == pytest.approx((np.log(3) + MASK_WEIGHTS[2] * np.log(2)) / 2, rel=1e-4)


def test_the_total_is_the_weighted_sum():
    target, prediction = example()
    weights = {"score": 1.0, "box": 0.3, "points": 7.0, "pose": 0.6, "mask": 0.2}
    parts = loss_parts(tensor(target), tensor(prediction))
    expected = sum(float(numpy(parts[name])) * weight for name, weight in weights.items())
    assert numpy(weighted_sum(parts, weights)) == pytest.approx(expected, rel=1e-5)


def test_every_part_has_a_weight():
    target, prediction = example()
    assert list(loss_parts(tensor(target), tensor(prediction))) == list(WEIGHTS)


def test_a_picture_without_a_face_costs_scores_only():
    target = np.zeros((1, 5, layout.CELL_TARGET_SIZE), np.float32)
    parts = loss_parts(tensor(target), tensor(np.zeros((1, 5, layout.CELL_PREDICTION_SIZE))))
    assert numpy(parts["score"]) == pytest.approx(5 * 0.25 * 0.25 * np.log(2), rel=1e-4)
    assert [float(numpy(part)) for part in list(parts.values())[1:]] == [0.0] * 4
