import pytest

from fsanet.detectors.detection import Detection
from fsanet.inference.tracking import FaceTracker

LEFT, RIGHT = (0, 0, 20, 20), (100, 0, 120, 20)


def found(*boxes):
    return [Detection(box_xyxy=box, score=0.9) for box in boxes]


def moved(box, dx):
    return (box[0] + dx, box[1], box[2] + dx, box[3])


def seen(faces):
    return {face.face_id: (face.box_xyxy[0], face.origin) for face in faces}


def test_ids_follow_the_faces_whatever_the_order_of_the_detector():
    tracker = FaceTracker()
    assert seen(tracker.update(found(LEFT, RIGHT), 0.0)) == {0: (0, "detected"), 1: (100, "detected")}
    assert seen(tracker.update(found(moved(RIGHT, 3), moved(LEFT, 3)), 0.04)) == {
        0: (3, "detected"),
        1: (103, "detected"),
    }


def test_the_larger_overlap_wins():
    tracker = FaceTracker()
    tracker.update(found(LEFT), 0.0)
    faces = tracker.update(found(moved(LEFT, 8), moved(LEFT, 2)), 0.04)
    assert seen(faces) == {0: (2, "detected"), 1: (8, "detected")}


def test_a_missed_face_is_held_for_half_a_second_and_says_so():
    tracker = FaceTracker(hold_s=0.5)
    tracker.update(found(LEFT), 1.0)
    assert seen(tracker.update([], 1.5)) == {0: (0, "held")}
    assert tracker.update([], 1.51) == []


def test_a_face_that_comes_back_while_held_keeps_its_number():
    tracker = FaceTracker()
    tracker.update(found(LEFT), 0.0)
    tracker.update([], 0.2)
    assert seen(tracker.update(found(moved(LEFT, 2)), 0.4)) == {0: (2, "detected")}


def test_a_number_is_never_given_again():
    tracker = FaceTracker(hold_s=0)
    tracker.update(found(LEFT), 0.0)
    tracker.update([], 1.0)
    assert seen(tracker.update(found(LEFT), 2.0)) == {1: (0, "detected")}


def test_frames_without_detection_keep_the_boxes():
    tracker = FaceTracker()
    tracker.update(found(LEFT), 0.0)
    assert seen(tracker.keep(0.04)) == {0: (0, "kept")}
    assert seen(tracker.keep(0.08)) == {0: (0, "kept")}


def test_a_held_face_is_not_kept_beyond_its_time():
    tracker = FaceTracker(hold_s=0.5)
    tracker.update(found(LEFT), 0.0)
    assert seen(tracker.update([], 0.3)) == {0: (0, "held")}
    assert seen(tracker.keep(0.4)) == {0: (0, "held")}
    assert tracker.keep(0.6) == []


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_in_view(count):
    tracker = FaceTracker()
    assert tracker.keep(0.0) == []
    assert len(tracker.update(found(LEFT)[:count], 0.0)) == count
