import numpy as np
import pytest

from fsanet.inference.face_estimator import Face
from fsanet.inference.video.tracking import FaceTracker, best_pairs
from fsanet.pose.angles import Pose

LEFT, RIGHT = (0, 0, 20, 20), (100, 0, 120, 20)


def found(*boxes):
    return [Face(box, 0.9, Pose(0, 0, 0)) for box in boxes]


def moved(box, dx):
    return (box[0] + dx, box[1], box[2] + dx, box[3])


def still_there(faces):
    return list(faces)


def gone(faces):
    return [None] * len(faces)


def seen(faces):
    return {face.face_id: (face.face.box_xyxy[0], face.origin) for face in faces}


def test_ids_follow_the_faces_whatever_the_order_of_the_detector():
    tracker = FaceTracker()
    assert seen(tracker.update(found(LEFT, RIGHT), 0.0, gone)) == {0: (0, "detected"), 1: (100, "detected")}
    assert seen(tracker.update(found(moved(RIGHT, 3), moved(LEFT, 3)), 0.04, gone)) == {
        0: (3, "detected"),
        1: (103, "detected"),
    }


def test_the_larger_overlap_wins():
    tracker = FaceTracker()
    tracker.update(found(LEFT), 0.0, gone)
    faces = tracker.update(found(moved(LEFT, 8), moved(LEFT, 2)), 0.04, gone)
    assert seen(faces) == {0: (2, "detected"), 1: (8, "detected")}


def test_each_face_has_one_number_and_each_number_one_face():
    assert best_pairs(np.array([[0.9, 0.3]]), 0.25) == {0: 0}
    assert best_pairs(np.array([[0.9], [0.3]]), 0.25) == {0: 0}
    assert best_pairs(np.array([[0.9, 0.8], [0.7, 0.3]]), 0.25) == {0: 0, 1: 1}
    tracker = FaceTracker()
    tracker.update(found(LEFT, moved(LEFT, 9)), 0.0, gone)
    assert seen(tracker.update(found(moved(LEFT, 2)), 0.04, gone)) == {0: (2, "detected")}


@pytest.mark.parametrize(("dx", "face_id"), [(10, 0), (13, 1)])  # overlaps of 0.33 and 0.21
def test_boxes_of_one_face_overlap_by_a_quarter(dx, face_id):
    tracker = FaceTracker()
    tracker.update(found(LEFT), 0.0, gone)
    assert list(seen(tracker.update(found(moved(LEFT, dx)), 0.04, gone))) == [face_id]


def test_a_missed_face_that_is_there_is_held_for_half_a_second_and_says_so():
    tracker = FaceTracker(hold_s=0.5)
    tracker.update(found(LEFT), 1.0, gone)
    assert seen(tracker.update([], 1.25, lambda faces: found(moved(LEFT, 1)))) == {0: (1, "held")}
    assert seen(tracker.update([], 1.5, still_there)) == {0: (1, "held")}
    assert tracker.update([], 1.51, still_there) == []


def test_a_face_that_is_gone_is_not_reported_but_keeps_its_number_for_a_while():
    tracker = FaceTracker(hold_s=0.5)
    tracker.update(found(LEFT), 0.0, gone)
    assert tracker.update([], 0.2, gone) == []
    assert seen(tracker.update(found(moved(LEFT, 2)), 0.4, gone)) == {0: (2, "detected")}
    assert tracker.update([], 0.95, gone) == []
    assert seen(tracker.update(found(LEFT), 1.0, gone)) == {1: (0, "detected")}


def test_a_number_is_never_given_again():
    tracker = FaceTracker(hold_s=0)
    tracker.update(found(LEFT), 0.0, gone)
    tracker.update([], 1.0, gone)
    assert seen(tracker.update(found(LEFT), 2.0, gone)) == {1: (0, "detected")}


def test_what_is_forgotten_begins_anew():
    tracker = FaceTracker()
    tracker.update(found(LEFT), 0.0, gone)
    tracker.forget()
    assert seen(tracker.update(found(LEFT), 0.04, still_there)) == {1: (0, "detected")}


def test_one_head_has_one_number():
    tracker = FaceTracker()
    tracker.update(found(LEFT, RIGHT), 0.0, gone)
    faces = tracker.update(found(moved(RIGHT, 1)), 0.04, lambda faces: found(moved(RIGHT, 2)))
    assert seen(faces) == {1: (101, "detected")}


def test_frames_without_a_search_keep_the_faces_that_are_there():
    tracker = FaceTracker(hold_s=0.1)
    tracker.update(found(LEFT), 0.0, gone)
    assert seen(tracker.keep(0.04, lambda faces: found(moved(LEFT, 3)))) == {0: (3, "kept")}
    assert seen(tracker.keep(0.12, still_there)) == {0: (3, "kept")}
    assert tracker.keep(0.16, gone) == []


def test_a_held_face_stays_held_without_a_search_and_not_beyond_its_time():
    tracker = FaceTracker(hold_s=0.5)
    tracker.update(found(LEFT), 0.0, gone)
    assert seen(tracker.update([], 0.3, still_there)) == {0: (0, "held")}
    assert seen(tracker.keep(0.4, still_there)) == {0: (0, "held")}
    assert tracker.keep(0.6, still_there) == []


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_in_view(count):
    tracker = FaceTracker()
    assert tracker.keep(0.0, still_there) == []
    assert len(tracker.update(found(LEFT)[:count], 0.0, still_there)) == count


@pytest.mark.parametrize(("hold_s", "gap_s"), [(0.5, 1.0), (0.0, 0.04)])
def test_a_face_is_kept_however_far_apart_the_frames_without_a_search_are(hold_s, gap_s):
    tracker = FaceTracker(hold_s)
    tracker.update(found(LEFT), 0.0, gone)
    assert seen(tracker.keep(gap_s, still_there)) == {0: (0, "kept")}
    assert seen(tracker.keep(2 * gap_s, still_there)) == {0: (0, "kept")}
    assert tracker.keep(3 * gap_s, gone) == []
