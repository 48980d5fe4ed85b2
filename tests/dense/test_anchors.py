import numpy as np
import pytest

from fsanet.dense.anchors import anchor_boxes, count, octave
from fsanet.errors import InputError

TABLE_2 = tuple((stride, octave(stride)) for stride in (4, 8, 16, 32, 64))


def test_sides_are_those_of_the_papers_table():
    assert octave(4) == pytest.approx((16, 20.16, 25.40), abs=0.005)
    assert octave(64) == pytest.approx((256, 322.54, 406.37), abs=0.005)


def test_a_picture_of_640_pixels_has_the_papers_number_of_anchors():
    each = count(TABLE_2, 640, 640)
    assert sum(each) == len(anchor_boxes(TABLE_2, 640, 640)) == 102_300
    assert each[0] / sum(each) == pytest.approx(0.75, abs=0.001)


def test_they_come_stride_by_stride_row_by_row_and_from_small_to_large():
    boxes = anchor_boxes(((8, (10.0, 20.0)), (16, (30.0,))), 16, 32)
    assert boxes.shape == (8 * 2 + 2, 4)
    assert boxes[:4].tolist() == [[4, 4, 10, 10], [4, 4, 20, 20], [12, 4, 10, 10], [12, 4, 20, 20]]
    assert boxes[8].tolist() == [4, 12, 10, 10]
    assert boxes[-2:].tolist() == [[8, 8, 30, 30], [24, 8, 30, 30]]
    assert boxes.dtype == np.float32


def test_a_picture_of_broken_cells_is_refused():
    with pytest.raises(InputError, match="multiples of 64 pixels, got 96x64"):
        anchor_boxes(TABLE_2, 64, 96)
