"""Each part of the loss against numbers worked out by hand."""

import keras
import numpy as np
import pytest

from fsanet.dense import layout
from fsanet.dense.anchors import anchor_boxes
from fsanet.models.single_stage.losses import weighted_sum
from fsanet.models.single_stage.retinaface.losses import WEIGHTS, loss_parts, mined_score

ANCHORS = ((32, (32.0,)),)  # one a cell
SIZE = (32, 64)  # two cells: anchors (0, 0, 32, 32) and (32, 0, 64, 32)
LOG2 = np.log(2)


def tensor(values):
    return keras.ops.convert_to_tensor(np.array(values, np.float32))


def numbers(parts):
    return {name: float(keras.ops.convert_to_numpy(part)) for name, part in parts.items()}


def one_face(box=(0, 0, 32, 32)):
    """A face on the first anchor, its points in its middle, looking ahead."""
    target = np.zeros((1, 3, layout.TARGET_SIZE), np.float32)
    target[0, 0, layout.POSITIVE] = 1
    target[0, 0, layout.TARGET_BOX] = box
    target[0, 0, layout.TARGET_POINTS] = 16
    target[0, 0, layout.TARGET_ROTATION] = np.eye(3).ravel()
    return target


def silent(heads=2):
    """Scores of a half, no change, points in the middle, looking ahead."""
    prediction = np.zeros((1, 2, heads, layout.PREDICTION_SIZE), np.float32)
    prediction[..., layout.ROTATION_6D] = [1, 0, 0, 0, 1, 0]
    return prediction


def parts_of(target, prediction):
    return numbers(loss_parts(ANCHORS, tensor(target), tensor(prediction.reshape(1, 2, -1)), SIZE))


def test_what_is_right_costs_scores_only():
    parts = parts_of(one_face(), silent())
    assert parts["score"] == pytest.approx(2 * LOG2, rel=1e-5)  # of each head the mean of one positive, one negative
    assert (parts["box"], parts["points"]) == (0.0, 0.0)
    assert parts["pose"] == pytest.approx(0.0, abs=5e-3)


def test_the_parts_of_the_first_head():
    prediction = silent()
    prediction[0, 0, 0, layout.BOX] = [0.05, 0, 0, 0.02]
    prediction[0, 0, 0, layout.POINTS.start] = 1.0
    prediction[0, 0, 0, layout.ROTATION_6D] = [0, 0, 1, 0, 1, 0]  # 90 degrees of yaw: a chord of 2
    parts = parts_of(one_face(), prediction)
    # The second head has another box then, x from 1.6 to 33.6, 2 % higher: the same change back costs as much.
    again = np.array([0.05, 0, 0, 0.02]) ** 2 * 4.5
    assert parts["box"] == pytest.approx(2 * again.sum() / 4, rel=1e-3)
    of_points = (1 - 1 / 18) / 10 + 4.5 * 0.05**2 / 2  # the second's five x are off by a twentieth of a width
    assert parts["points"] == pytest.approx(of_points, rel=1e-3)
    assert parts["pose"] == pytest.approx(2.0, abs=1e-2)


def test_the_second_head_is_matched_on_what_the_first_predicts():
    """A face between the anchors: the first head matches none, then says where it is, and the second has it."""
    target = one_face(box=(12, 0, 44, 32))
    lost = parts_of(target, silent())
    assert (lost["box"], lost["pose"]) == (0.0, 0.0)
    prediction = silent()
    prediction[0, 0, 0, layout.BOX] = [12 / 32, 0, 0, 0]
    prediction[0, :, 1, layout.SCORE] = [9.0, -9.0]
    prediction[0, 0, 1, layout.ROTATION_6D] = [0, 0, 1, 0, 1, 0]
    found = parts_of(target, prediction)
    assert found["pose"] == pytest.approx(2.0, abs=1e-2)  # of the second alone
    # First head: anchors of overlap 20 / 44 and 12 / 52, neither of 0.7: the second is the one negative below 0.3.
    assert found["score"] == pytest.approx(LOG2 + np.log(1 + np.exp(-9)), rel=1e-4)


def test_no_gradient_of_the_second_head_reaches_the_first_ones_boxes():
    keras.utils.set_random_seed(0)
    first = keras.layers.Dense(1, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((1,)), first])
    model.compile(keras.optimizers.SGD(1.0), loss=lambda target, found: _second_box_loss(found))
    before = keras.ops.convert_to_numpy(first.kernel).copy()
    model.train_on_batch(np.full((1, 1), 12 / 32, np.float32), np.zeros((1, 1), np.float32))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(first.kernel), before)


def _second_box_loss(moved_by):
    """The loss of a face between the anchors, whose first head says how far it is off."""
    base = tensor(silent().reshape(1, 2, -1))
    place = np.zeros((1, 2, 2 * layout.PREDICTION_SIZE), np.float32)
    place[0, 0, layout.BOX.start] = 1
    prediction = base + tensor(place) * (moved_by[0, 0] + 0.01)
    return loss_parts(ANCHORS, tensor(one_face(box=(12, 0, 44, 32))), prediction, SIZE)["box"]


def test_an_empty_picture_costs_scores_only():
    parts = parts_of(np.zeros((1, 3, layout.TARGET_SIZE)), silent())
    assert parts == {"score": pytest.approx(2 * LOG2, rel=1e-5), "box": 0.0, "points": 0.0, "pose": 0.0}


def test_hard_negatives_are_those_of_the_highest_score():
    number = 1000
    positive, negative = np.zeros((1, number)), np.ones((1, number))
    positive[0, :100], negative[0, :100] = 1, 0
    logit = np.full((1, number), -20.0)
    logit[0, :100] = np.where(np.arange(100) < 70, 0.0, 20.0)  # seventy hard positives, thirty easy ones
    logit[0, -200:] = 3.0  # two hundred hard negatives
    score = numbers({"score": mined_score(tensor(positive), tensor(negative), tensor(logit), [number])})["score"]
    assert score == pytest.approx((64 * LOG2 + 192 * np.log(1 + np.exp(3))) / 256, rel=1e-4)


def test_every_stride_is_mined_for_itself():
    logit = np.zeros((1, 600))
    positive, negative = np.zeros((1, 600)), np.ones((1, 600))
    logit[0, :300] = 1.0
    together = numbers({"a": mined_score(tensor(positive), tensor(negative), tensor(logit), [600])})["a"]
    apart = numbers({"a": mined_score(tensor(positive), tensor(negative), tensor(logit), [300, 300])})["a"]
    hard = np.log(1 + np.e)
    assert together == pytest.approx(hard, rel=1e-5)
    assert apart == pytest.approx((hard + LOG2) / 2, rel=1e-5)


def test_the_total_is_weighted_as_the_paper_has_it():
    parts = {"score": 1.0, "box": 2.0, "points": 3.0, "pose": 4.0}
    assert weighted_sum(parts, {**WEIGHTS, "pose": 0.2}) == pytest.approx(1 + 0.25 * 2 + 0.1 * 3 + 0.2 * 4)


def test_anchors_are_where_the_tests_have_them():
    np.testing.assert_array_equal(anchor_boxes(ANCHORS, *SIZE), [[16, 16, 32, 32], [48, 16, 32, 32]])
