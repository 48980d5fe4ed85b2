import keras
import numpy as np
import pytest

from fsanet.dense import layout
from fsanet.dense.anchors import anchor_boxes
from fsanet.models.single_stage.retinaface.decoding import decode_anchors
from fsanet.models.single_stage.retinaface.matching import change_to, moved, points_from
from fsanet.models.single_stage.retinaface.network import MNET025
from fsanet.pose.angles import rotation_from_angles

SIZE = (128, 160)


def numpy(value):
    return keras.ops.convert_to_numpy(value)


def perfect_prediction(boxes, points, rotation, first=0.5):
    """What two heads would say of whose anchors overlap faces most; the first goes a part of the way."""
    anchors = anchor_boxes(MNET025.anchors, *SIZE)
    prediction = np.zeros((len(anchors), 2, layout.PREDICTION_SIZE), np.float32)
    prediction[..., layout.SCORE] = -9
    for box, spots, turn in zip(boxes, points, rotation, strict=True):
        middle = np.array([*(box[:2] + box[2:]) / 2, *(box[2:] - box[:2])])
        best = np.argmin(np.abs(anchors - middle).sum(axis=1))
        prediction[best, 0, layout.BOX] = first * numpy(change_to(anchors[best], box.astype(np.float32)))
        start = numpy(moved(anchors[best], prediction[best, 0, layout.BOX]))
        prediction[best, 1, layout.SCORE] = 3.0
        prediction[best, 1, layout.BOX] = numpy(change_to(start, box.astype(np.float32)))
        prediction[best, 1, layout.POINTS] = numpy(points_from(start, spots.astype(np.float32).ravel()))
        prediction[best, 1, layout.ROTATION_6D] = np.hstack([turn[:, 0], turn[:, 1]])
    return prediction.reshape(len(anchors), -1)


def test_decoding_undoes_what_both_heads_say():
    boxes = np.array([[10, 12, 40, 50], [60, 20, 150, 124], [5, 80, 32, 108]], float)
    points = np.random.default_rng(0).uniform(0, 100, (3, 5, 2))
    rotation = rotation_from_angles([[30, 10, -5], [-70, 20, 40], [0, 0, 170]])
    found = decode_anchors(MNET025.anchors, perfect_prediction(boxes, points, rotation), SIZE, threshold=0.5)
    order = np.argsort(found.box_xyxy[:, 0])[[1, 2, 0]]
    np.testing.assert_allclose(found.box_xyxy[order], boxes, atol=1e-3)
    np.testing.assert_allclose(found.points_xy[order], points, atol=1e-2)
    np.testing.assert_allclose(found.rotation[order], rotation, atol=1e-5)
    np.testing.assert_allclose(found.score, 1 / (1 + np.exp(-3)), rtol=1e-6)


def test_the_second_head_has_the_last_word():
    prediction = np.full((len(anchor_boxes(MNET025.anchors, *SIZE)), 2 * layout.PREDICTION_SIZE), 0.0, np.float32)
    prediction[:, layout.SCORE] = 9.0
    prediction[:, layout.PREDICTION_SIZE + layout.SCORE] = -9.0
    assert decode_anchors(MNET025.anchors, prediction, SIZE, 0.5).rotation.shape == (0, 3, 3)


def test_the_surest_come_first_and_of_two_on_a_face_one_stays():
    anchors = anchor_boxes(MNET025.anchors, *SIZE)
    prediction = np.full((len(anchors), 2, layout.PREDICTION_SIZE), 0.0, np.float32)
    prediction[..., layout.SCORE] = -9.0
    prediction[[0, 1, -1], 1, layout.SCORE] = np.log([0.6 / 0.4, 0.9 / 0.1, 0.8 / 0.2])  # the first two share a middle
    found = decode_anchors(MNET025.anchors, prediction.reshape(len(anchors), -1), SIZE, 0.5)
    assert found.score == pytest.approx([0.9, 0.8])
    width = anchors[1, 2]
    np.testing.assert_allclose(
        found.box_xyxy[0], [4 - width / 2, 4 - width / 2, 4 + width / 2, 4 + width / 2], rtol=1e-5
    )
