"""The value type of all detectors, its order, merging two passes, and box conventions with their inverse."""

import dataclasses

import numpy as np
import pytest

from fsanet.detectors.catalog import BUILDERS
from fsanet.detectors.detection import BoxConvention, Detection, checked_threshold, merged_detections, sorted_detections
from fsanet.errors import InputError
from fsanet.pose.angles import Pose

POINTS = ((1, 2), (3, 2), (2, 3), (1, 4), (3, 4))


def test_values_become_plain_floats():
    face = Detection(np.array([1, 2, 3, 4], np.float32), np.float32(0.5), np.array(POINTS))
    assert face == Detection((1.0, 2.0, 3.0, 4.0), 0.5, POINTS)
    assert {type(value) for value in (*face.box_xyxy, face.score, *sum(face.landmarks_xy, ()))} == {float}
    assert hash(face) == hash(Detection((1, 2, 3, 4), 0.5, POINTS))


@pytest.mark.parametrize("pose", [(1, 2, 3), [1.0, 2.0, 3.0], np.array([1, 2, 3], np.float32), Pose(1, 2, 3)])
def test_a_pose_and_a_turn_become_plain_numbers(pose):
    face = Detection((1, 2, 3, 4), 0.5, upright_turn=np.int64(90), pose=pose)
    assert (face.upright_turn, face.pose) == (90, Pose(1.0, 2.0, 3.0))
    assert (type(face.upright_turn), type(face.pose), {type(angle) for angle in face.pose}) == (int, Pose, {float})


def test_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Detection((0, 0, 1, 1), 1.0).score = 0.5


def test_box_may_reach_beyond_the_image():
    assert Detection((-5, -5, 1, 1), 0.0).box_xyxy == (-5.0, -5.0, 1.0, 1.0)


def test_larger_first_then_surer_then_from_the_left_then_from_the_top():
    large, sure = Detection((5, 5, 9, 9), 0.1), Detection((8, 8, 10, 10), 0.9)
    left, top, low = (Detection((x, y, x + 2, y + 2), 0.5) for x, y in ((0, 5), (3, 1), (3, 2)))
    expected = [large, sure, left, top, low]
    rng = np.random.default_rng(0)
    for _ in range(5):
        assert sorted_detections(expected[i] for i in rng.permutation(5)) == expected
    assert sorted_detections([]) == []


def test_merging_keeps_the_preferred_and_what_shows_another_face():
    first = Detection((0, 0, 10, 10), 0.5)
    inside, half, apart = (Detection(box, 0.9) for box in ((4, 4, 6, 6), (5, 0, 15, 10), (20, 0, 30, 10)))
    mostly = Detection((4, 0, 14, 10), 0.9)
    assert merged_detections([first], [inside, half, mostly, apart]) == [first, half, apart]
    assert merged_detections([], [inside, apart]) == [inside, apart]


@pytest.mark.parametrize("box", [(0, 0, 0, 1), (0, 5, 1, 4), (0, 0, np.inf, 1), (np.nan, 0, 1, 1), (0, 0, 1)])
def test_bad_boxes(box):
    with pytest.raises(ValueError, match=r"A face box is \(x1, y1, x2, y2\) with x1 < x2 and y1 < y2, all finite; got"):
        Detection(box, 0.5)


@pytest.mark.parametrize("score", [-0.1, 1.1, np.nan])
def test_bad_scores(score):
    with pytest.raises(ValueError, match=r"A detection score lies in 0\.\.1; got"):
        Detection((0, 0, 1, 1), score)


@pytest.mark.parametrize("points", [POINTS[:4], [(1, 2, 3)] * 5, [(np.nan, 0)] * 5])
def test_bad_landmarks(points):
    with pytest.raises(ValueError, match=r"Landmarks are five finite \(x, y\) points, or None; got"):
        Detection((0, 0, 1, 1), 0.5, points)


@pytest.mark.parametrize("turn", [45, -90, 360, np.nan, "90", None, np.array([90, 90])])
def test_bad_turns(turn):
    with pytest.raises(InputError, match="An upright turn is one of 0, 90, 180, 270 degrees; got"):
        Detection((0, 0, 1, 1), 0.5, upright_turn=turn)


@pytest.mark.parametrize("pose", [(1, 2), (1, 2, 3, 4), (1, np.nan, 3), (1, 2, np.inf), "abc", 5, (1, 2, None)])
def test_bad_poses(pose):
    with pytest.raises(InputError, match="A pose is three finite angles, yaw, pitch and roll in degrees, or None; got"):
        Detection((0, 0, 1, 1), 0.5, pose=pose)


def test_thresholds():
    assert checked_threshold(0) == 0.0
    for wrong in (-0.1, 1, np.nan):
        with pytest.raises(ValueError, match=r"A detection threshold lies in 0\.\.1, 1 excluded; got"):
            checked_threshold(wrong)


def test_a_convention_by_hand():
    convention = BoxConvention((2.0, 0.5), (0.1, -0.25))
    # centre (15, 30) moves by 0.1 * 10 and -0.25 * 20; 10x20 becomes 20x10
    assert convention.to_common((10, 20, 20, 40)) == (6.0, 20.0, 26.0, 30.0)


def test_the_plain_convention_changes_nothing():
    assert BoxConvention().to_common((1.5, 2, 3, 4)) == (1.5, 2.0, 3.0, 4.0)


@pytest.mark.parametrize("name", BUILDERS)
def test_from_common_is_the_inverse(name):
    convention = BUILDERS[name].convention
    box = (10.0, 20.0, 110.0, 170.0)
    np.testing.assert_allclose(convention.from_common(convention.to_common(box)), box, rtol=1e-12)


def test_mtcnn_is_the_common_convention():
    assert BUILDERS["mtcnn"].convention == BoxConvention((1.0, 1.0), (0.0, 0.0))
