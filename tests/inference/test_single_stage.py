from dataclasses import replace

import numpy as np
import pytest

from fsanet.dense.decode import Found
from fsanet.detectors import scout
from fsanet.errors import InputError
from fsanet.inference.face_estimator import Face, estimate_pictures
from fsanet.inference.single_stage import SingleStageEstimator
from fsanet.pose.angles import Pose, rotation_from_angles


class BrightSpots:
    """A network that takes each bright square for a face, and reads yaw 30 from it."""

    def __init__(self, *_):
        self.calls = []

    def search(self, image_bgr, long_side, threshold):
        self.calls.append((image_bgr.shape, long_side, threshold))
        return spots_of(image_bgr)

    def search_each(self, images_bgr, threshold):
        return [spots_of(image) for image in images_bgr]


def spots_of(image_bgr):
    ys, xs = np.nonzero(image_bgr[..., 0] > 200)
    if not len(xs):
        return found_in([], [])
    return found_in([[xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]], [[30, 10, -5]])


def found_in(boxes, poses):
    boxes = np.array(boxes, float).reshape(-1, 4)
    points = np.zeros((len(boxes), 5, 2))
    return Found(
        np.full(len(boxes), 0.8),
        boxes,
        points,
        rotation_from_angles(np.reshape(poses, (-1, 3))),
        np.arange(len(boxes)) % 3,
    )


def picture(x, y, side=40, size=(200, 300)):
    image = np.zeros((*size, 3), np.uint8)
    image[y : y + side, x : x + side] = 255
    return image


@pytest.fixture
def estimator(monkeypatch):
    monkeypatch.setattr(scout, "ScoutNetwork", BrightSpots)
    return SingleStageEstimator(threshold=0.4, long_side=100)


def test_what_is_no_picture_is_not_searched_again(estimator):
    [face] = estimator(picture(100, 80))
    for other in (None, picture(100, 80)[..., 0], picture(100, 80).astype(np.uint16)):
        with pytest.raises(InputError, match=r"takes a (NumPy|BGR) image \(h, w, 3\)"):
            estimator.look_again(other, [face])


def test_faces_come_with_their_poses(estimator):
    [face] = estimator(picture(100, 80))
    assert isinstance(face, Face)
    np.testing.assert_allclose(face.pose, (30, 10, -5), atol=1e-6)
    assert face.box_xyxy[0] < 120 < face.box_xyxy[2]
    assert estimator._detector._network.calls == [((200, 300, 3), 100, 0.4)]


@pytest.mark.parametrize("size", [0, -5, 1.5])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises(InputError, match="must be a whole number, 1 or more, got"):
        SingleStageEstimator(long_side=size)


def test_several_pictures_and_none_with_a_face(estimator):
    assert [len(faces) for faces in estimate_pictures(estimator, [picture(10, 10), picture(0, 0, side=0)])] == [1, 0]


def test_the_largest_face_comes_first(estimator, monkeypatch):
    both = found_in([[0, 0, 10, 10], [0, 0, 50, 50]], [[0, 0, 0], [5, 0, 0]])
    monkeypatch.setattr(BrightSpots, "search", lambda *_: both)
    assert [face.pose.yaw for face in estimator(picture(0, 0))] == pytest.approx([5, 0], abs=1e-6)


def test_a_face_is_looked_for_near_its_box_and_missed_elsewhere(estimator):
    [face] = estimator(picture(100, 80))
    [seen] = estimator.look_again(picture(108, 84), [face])
    np.testing.assert_allclose(np.subtract(seen.box_xyxy, face.box_xyxy), [8, 4, 8, 4], atol=1.5)
    assert estimator.look_again(picture(250, 10), [face]) == [None]
    outside = replace(face, box_xyxy=(900.0, 900.0, 940.0, 940.0), pose=Pose(0, 0, 0))
    assert estimator.look_again(picture(100, 80), [outside]) == [None]


def test_faces_at_the_border_say_so_and_those_beyond_it_are_none(estimator, monkeypatch):
    boxes = found_in([[20, 20, 60, 60], [-30, 100, 10, 140], [310, 20, 350, 60]], [[0, 0, 0]] * 3)
    monkeypatch.setattr(BrightSpots, "search", lambda *_: boxes)
    assert sorted(face.flags for face in estimator(picture(0, 0))) == [(), ("outside",)]
