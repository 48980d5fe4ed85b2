"""Faces of two neighbouring parts of a video, told again by their boxes in the frames that both have looked at."""

from fsanet.inference.face_estimator import Face
from fsanet.inference.rows.row import make_row
from fsanet.inference.rows.seams import renumbered, same_faces
from fsanet.pose.angles import Pose


def row(frame, face, x, y=10):
    return make_row("a.mp4", face, Face((x, y, x + 30, y + 30), 0.9, Pose(0, 0, 0)), frame=frame, time_s=frame / 10)


def numbers(rows):
    return [(row.frame, row.face) for row in rows]


def test_faces_are_told_again_by_their_boxes():
    before = [row(8, 4, 0), row(8, 7, 100), row(9, 4, 2), row(9, 7, 102)]
    assert same_faces(before, [row(8, 0, 100), row(8, 1, 0), row(9, 0, 102), row(9, 1, 2)]) == {0: 7, 1: 4}


def test_the_longer_agreement_wins_and_each_face_is_taken_once():
    before = [row(frame, 3, 0) for frame in range(5)]
    shared = [row(0, 0, 0)] + [row(frame, 1, 4) for frame in range(1, 5)]
    assert same_faces(before, shared) == {1: 3}


def test_boxes_that_hardly_touch_are_two_faces_however_long():
    before = [row(frame, 0, 0) for frame in range(50)]
    assert same_faces(before, [row(frame, 0, 25) for frame in range(50)]) == {}


def test_no_frame_in_common():
    assert same_faces([row(1, 0, 0)], [row(2, 0, 0)]) == {}
    assert same_faces([], []) == {}


def test_new_faces_get_the_numbers_that_one_run_gives_in_the_order_in_which_they_come():
    rows = [row(10, 2, 50), row(11, 2, 50), row(11, 5, 90), row(12, 0, 0), row(12, 2, 50)]
    assert numbers(renumbered(rows, {0: 3}, 6)) == [(10, 6), (11, 6), (11, 7), (12, 3), (12, 6)]
