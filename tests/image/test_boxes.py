import numpy as np
import pytest

from fsanet.image import boxes


def test_widen_grows_each_side_by_its_own_length():
    assert boxes.widen((10, 20, 30, 60), 0.5) == (0, 0, 40, 80)


def test_clip_keeps_what_lies_on_the_image():
    assert boxes.clip((-5, 3, 50, 70), 40, 60) == (0, 3, 40, 60)


@pytest.mark.parametrize(
    ("box", "share"), [((0, 0, 10, 10), 1), ((-5, 0, 5, 10), 0.5), ((50, 50, 60, 60), 0), ((3, 3, 3, 9), 0)]
)
def test_share_inside(box, share):
    assert boxes.share_inside(box, 20, 20) == share


def test_the_centre_is_halfway():
    assert boxes.center((1, 2, 4, 10)) == (2.5, 6)


@pytest.mark.parametrize(
    ("point", "is_held"), [((1, 2), True), ((4, 10), True), ((3, 5), True), ((0.9, 5), False), ((3, 10.1), False)]
)
def test_a_box_holds_its_edge_and_what_is_within(point, is_held):
    assert boxes.holds((1, 2, 4, 10), point) is is_held


def test_the_union_holds_both_boxes():
    assert boxes.union((1, 2, 4, 10), (0, 5, 3, 12)) == (0, 2, 4, 12)


def test_remap_scales_about_the_centre_then_shifts():
    assert boxes.remap((0, 0, 10, 20), (2, 0.5), (0.1, -0.25)) == (-4, 0, 16, 10)


def test_remap_by_nothing_changes_nothing():
    assert boxes.remap((1, 2, 3, 4), (1, 1), (0, 0)) == (1, 2, 3, 4)


def test_iou_of_every_pair():
    a = np.array([[0, 0, 2, 2], [5, 5, 6, 6]])
    b = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [8, 8, 8, 8]])
    np.testing.assert_allclose(boxes.iou(a, b), [[1, 1 / 3, 0], [0, 0, 0]])


def test_iou_with_no_boxes_has_the_right_shape():
    assert boxes.iou(np.empty((0, 4)), np.ones((3, 4))).shape == (0, 3)
