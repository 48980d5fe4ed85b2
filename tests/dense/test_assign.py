import numpy as np
import pytest

from fsanet.dense import layout
from fsanet.dense.assign import Assignment, targets
from fsanet.dense.layout import cells

ROTATION = np.arange(9.0).reshape(1, 3, 3)


def faces(*boxes, shown=1.0):
    boxes = np.array(boxes, float)
    points = (boxes[:, None, :2] + boxes[:, None, 2:]) / 2 + np.arange(10).reshape(5, 2)
    return boxes, points, np.repeat(ROTATION, len(boxes), axis=0), np.full(len(boxes), shown), np.arange(len(boxes)) + 1


def positive(target, size=(128, 128)):
    """Centre and stride of the positive cells."""
    return cells(*size)[target[:, layout.POSITIVE] == 1]


@pytest.mark.parametrize(("side", "stride"), [(9, 8), (39, 8), (41, 16), (87, 16), (89, 32), (120, 32)])
def test_a_face_belongs_to_the_stride_of_its_size(side, stride):
    low = 64 - side / 2
    target = targets((128, 128), *faces([low, low, low + side, low + side]))
    assert set(positive(target)[:, 2]) == {stride}


def test_positive_cells_lie_around_the_middle():
    target = targets((128, 128), *faces([44, 44, 84, 84.1]))  # side 40.02: stride 16, reach max(12, 12) = 12 pixels
    found = positive(target)
    assert {tuple(cell) for cell in found} == {(56, 56, 16), (72, 56, 16), (56, 72, 16), (72, 72, 16)}


def test_numbers_of_one_cell_by_hand():
    target = targets((64, 64), *faces([10, 14, 26, 30]))  # side 16, middle (18, 22)
    grid = cells(64, 64)
    row = target[(grid == (20, 20, 8)).all(axis=1)][0]
    assert (row[layout.POSITIVE], row[layout.IGNORED]) == (1, 0)
    np.testing.assert_allclose(row[layout.TARGET_BOX], np.array([10, 6, 6, 10]) / 8)
    np.testing.assert_allclose(row[layout.TARGET_POINTS][:4], np.array([-2, 3, 0, 5]) / 16)
    np.testing.assert_allclose(row[layout.TARGET_ROTATION], np.arange(9))
    assert row[layout.TARGET_MASK] == 1


def test_the_rest_of_a_face_is_negative_there_and_ignored_on_a_near_stride():
    target = targets((128, 128), *faces([34, 34, 94, 94]))  # side 60: stride 16; within a factor of 2 of 8, not of 32
    grid, inside = cells(128, 128), slice(34, 94)
    at = {stride: target[(grid[:, 2] == stride)] for stride in (8, 16, 32)}
    assert at[8][:, layout.IGNORED].any()
    assert not at[8][:, layout.POSITIVE].any()
    assert not at[16][:, layout.IGNORED].any()
    ignored = grid[(target[:, layout.IGNORED] == 1), :2]
    assert (ignored > inside.start).all()
    assert (ignored < inside.stop).all()


def test_what_is_hardly_seen_or_tiny_is_ignored_and_what_is_hidden_is_not_there():
    for boxes, shown in (([30, 30, 60, 60], 0.3), ([30, 30, 38, 38], 1.0)):
        target = targets((64, 64), *faces(boxes, shown=shown))
        assert not target[:, layout.POSITIVE].any()
        assert target[:, layout.IGNORED].any()
    assert not targets((64, 64), *faces([30, 30, 60, 60], shown=0.1)).any()


def test_a_small_face_before_a_large_one_keeps_its_cells():
    large, small = [0, 0, 39, 39], [14, 14, 25, 25]
    target = targets((64, 64), *faces(small, large))
    grid = cells(64, 64)
    row = target[(grid == (20, 20, 8)).all(axis=1)][0]
    np.testing.assert_allclose(row[layout.TARGET_BOX], np.array([6, 6, 5, 5]) / 8)


def test_no_face_leaves_all_negative():
    empty = (np.zeros((0, 4)), np.zeros((0, 5, 2)), np.zeros((0, 3, 3)), np.zeros(0), np.zeros(0))
    assert not targets((64, 96), *empty).any()


def test_rules_can_be_others():
    rules = Assignment(upper_px=(10.0, 20.0, np.inf))
    assert set(positive(targets((128, 128), *faces([40, 40, 70, 70]), rules))[:, 2]) == {32}
