import numpy as np
import pytest

from fsanet.evaluation.finders.average_precision import Searched, average_precision


def searched(faces, found, score, counted=None):
    counted = np.ones(len(faces), bool) if counted is None else np.array(counted, bool)
    boxes = [np.array(b, float).reshape(-1, 4) for b in (faces, found)]
    return Searched(boxes[0], counted, boxes[1], np.array(score, float))


FACE, OTHER, NOTHING = (0, 0, 20, 20), (50, 50, 90, 90), (200, 200, 220, 220)


def test_all_found_and_nothing_else_is_one():
    assert average_precision([searched([FACE, OTHER], [OTHER, FACE], [0.6, 0.9])]) == (1.0, 2)


def test_a_false_box_in_between_by_hand():
    # right, false, right: precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1; the envelope is 1 and 2/3
    picture = searched([FACE, OTHER], [FACE, NOTHING, OTHER], [0.9, 0.8, 0.7])
    assert average_precision([picture])[0] == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_boxes_are_ranked_over_all_pictures():
    first = searched([FACE], [NOTHING], [0.9])
    second = searched([FACE], [FACE], [0.5])
    assert average_precision([first, second])[0] == pytest.approx(0.5 * 0.5)


def test_a_second_box_on_a_face_is_false():
    twice = searched([FACE, OTHER], [FACE, (1, 0, 20, 20), OTHER], [0.9, 0.8, 0.7])
    assert average_precision([twice])[0] == pytest.approx(0.5 + 0.5 * 2 / 3)


def test_a_box_takes_the_face_that_it_overlaps_most():
    beside, between = (8, 0, 28, 20), (6, 0, 26, 20)  # which overlaps FACE by more than half too
    picture = searched([FACE, beside], [between, FACE], [0.9, 0.8])
    assert average_precision([picture]) == (1.0, 2)


def test_a_second_box_takes_a_face_that_is_free_where_it_shows_one():
    longer = (0, 0, 20, 36)
    assert average_precision([searched([FACE, longer], [FACE, FACE], [0.9, 0.8])]) == (1.0, 2)


def test_a_face_in_range_is_found_by_a_box_that_is_not():
    picture = searched([(0, 0, 31, 31)], [(1, 1, 30, 30)], [0.9])
    assert average_precision([picture], (30, 99)) == (1.0, 1)


def test_faces_out_of_range_or_not_counted_do_not_matter():
    picture = searched([FACE, OTHER], [OTHER], [0.9])
    assert average_precision([picture], (0, 30)) == (0.0, 1)
    assert average_precision([picture], (30, 99)) == (1.0, 1)
    hidden = searched([FACE, OTHER], [FACE, OTHER], [0.9, 0.8], counted=[False, True])
    assert average_precision([hidden]) == (1.0, 1)


def test_false_boxes_count_in_their_own_range_only():
    picture = searched([FACE, OTHER], [NOTHING, FACE, OTHER], [0.9, 0.8, 0.7])  # the false one is 20 pixels wide
    assert average_precision([picture], (30, 99))[0] == 1.0
    assert average_precision([picture], (0, 30))[0] == 0.5


def test_an_overlap_of_less_than_half_is_a_miss():
    assert average_precision([searched([FACE], [(0, 0, 20, 9)], [0.9])])[0] == 0.0


def test_without_faces_there_is_no_number():
    value, faces = average_precision([searched([], [NOTHING], [0.9])])
    assert np.isnan(value)
    assert faces == 0
