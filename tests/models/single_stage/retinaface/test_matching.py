"""Overlaps, matching and the numbers of boxes, by hand."""

import keras
import numpy as np
import pytest

from fsanet.dense import layout
from fsanet.image.boxes import iou
from fsanet.models.single_stage.retinaface.matching import change_to, match, moved, pairwise_iou, points_from


def tensor(values):
    return keras.ops.convert_to_tensor(np.array(values, np.float32))


def numpy(value):
    return keras.ops.convert_to_numpy(value)


def test_overlaps_are_those_of_numpy():
    rng = np.random.default_rng(0)
    boxes = np.concatenate([rng.uniform(0, 50, (2, 7, 2)), rng.uniform(5, 40, (2, 7, 2))], axis=-1)
    low = rng.uniform(0, 40, (2, 3, 2))
    faces = np.concatenate([low, low + rng.uniform(5, 40, (2, 3, 2))], axis=-1)
    corners = np.concatenate([boxes[..., :2] - boxes[..., 2:] / 2, boxes[..., :2] + boxes[..., 2:] / 2], axis=-1)
    expected = [iou(a, b) for a, b in zip(corners, faces, strict=True)]
    np.testing.assert_allclose(numpy(pairwise_iou(tensor(boxes), tensor(faces))), expected, atol=1e-5)


def faces_of(*rows):
    target = np.zeros((1, len(rows) + 1, layout.TARGET_SIZE), np.float32)  # the last row fills up
    for row, (column, box) in zip(target[0], rows, strict=False):
        row[column] = 1
        row[layout.TARGET_BOX] = box
    return tensor(target)


def test_an_anchor_is_positive_negative_or_neither():
    face = (layout.POSITIVE, [0, 0, 10, 10])
    anchors = tensor([[[5, 5, 10, 10], [5, 4, 10, 8], [5, 2.5, 10, 5], [50, 50, 10, 10]]])  # overlaps 1, .8, .5, 0
    matched = match(anchors, faces_of(face), below=0.4, least=0.8)
    np.testing.assert_array_equal(numpy(matched.positive), [[1, 1, 0, 0]])
    np.testing.assert_array_equal(numpy(matched.negative), [[0, 0, 0, 1]])
    np.testing.assert_array_equal(numpy(matched.face)[0, 0, layout.TARGET_BOX], [0, 0, 10, 10])


def test_each_anchor_has_the_face_that_it_overlaps_most():
    faces = faces_of((layout.POSITIVE, [0, 0, 10, 10]), (layout.POSITIVE, [0, 0, 10, 8]))
    matched = match(tensor([[[5, 5, 10, 10], [5, 4, 10, 8]]]), faces, 0.3, 0.7)
    np.testing.assert_array_equal(numpy(matched.face)[0, :, layout.TARGET_BOX.stop - 1], [10, 8])


def test_an_anchor_on_a_face_that_may_be_found_counts_nowhere():
    matched = match(tensor([[[5, 5, 10, 10], [50, 50, 10, 10]]]), faces_of((layout.IGNORED, [0, 0, 10, 10])), 0.3, 0.7)
    assert not numpy(matched.positive).any()
    np.testing.assert_array_equal(numpy(matched.negative), [[0, 1]])


def test_a_change_by_hand_and_back():
    box, face = tensor([[10, 20, 10, 40]]), tensor([[10, 10, 30, 30]])
    change = numpy(change_to(box, face))
    np.testing.assert_allclose(change, [[1.0, 0.0, np.log(2), np.log(0.5)]], rtol=1e-6)
    np.testing.assert_allclose(numpy(moved(box, tensor(change))), [[20, 20, 20, 20]], rtol=1e-6)


def test_what_fills_up_the_faces_gives_numbers():
    assert np.isfinite(numpy(change_to(tensor([[10, 20, 10, 40]]), tensor([[0, 0, 0, 0]])))).all()


def test_points_by_hand():
    points = numpy(points_from(tensor([[10, 20, 10, 40]]), tensor([[10, 20, 15, 0]])))
    assert points[0] == pytest.approx([0, 0, 0.5, -0.5])
