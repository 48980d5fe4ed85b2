import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.inference.video.frames import VideoFrame
from fsanet.inference.video.poses import VideoPoses, VideoSettings


def frames_of(images, fps=10):
    return [VideoFrame(i, i / fps, image) for i, image in enumerate(images)]


def origins(results):
    return [[face.tracked.origin for face in result.faces] for result in results]


def test_every_frame_comes_back_in_order_with_its_faces(estimator, scene):
    images = [scene([(10 + i, 20, 30, 210 + i)]) for i in range(12)]
    results = list(VideoPoses(estimator, frames_of(images)))
    assert [result.frame.index for result in results] == list(range(12))
    assert [result.faces[0].pose.yaw for result in results] == list(range(210, 222))
    assert {result.faces[0].tracked.face_id for result in results} == {0}


def blind_to_whole_frames(estimator, seeing):
    """Let the search of a whole frame find faces in the first `seeing` frames only; a look near a box always does."""
    detect, searched = estimator.detector.detect, []

    def half_blind(image):
        if image.shape[:2] == (120, 160):
            searched.append(1)
        return detect(image) if image.shape[:2] != (120, 160) or len(searched) <= seeing else []

    estimator.detector.detect = half_blind


def test_a_face_that_the_search_misses_is_looked_for_near_its_box_for_half_a_second(estimator, scene):
    blind_to_whole_frames(estimator, seeing=1)
    images = [scene([(10 + i, 20, 30, 250)]) for i in range(9)]
    results = list(VideoPoses(estimator, frames_of(images)))
    assert origins(results) == [["detected"]] + [["held"]] * 5 + [[]] * 3
    assert [result.faces[0].tracked.face.box_xyxy[0] for result in results[:6]] == [10, 11, 12, 13, 14, 15]


@pytest.mark.parametrize("detect_every", [1, 3])
def test_no_pose_without_a_face(estimator, scene, detect_every):
    images = [scene([(10, 20, 30, 250)])] * 2 + [scene([])] * 8
    results = list(VideoPoses(estimator, frames_of(images), VideoSettings(detect_every=detect_every)))
    assert [len(result.faces) for result in results] == [1, 1] + [0] * 8


def test_no_number_survives_a_cut(estimator, scene):
    first, second = scene([(10, 20, 30, 250)]), scene([(11, 20, 30, 250)])
    second[:60, 60:] = 180  # another place, with a face where the first one was
    for detect_every in (1, 4):
        results = list(
            VideoPoses(estimator, frames_of([first] * 3 + [second] * 3), VideoSettings(detect_every=detect_every))
        )
        assert [result.faces[0].tracked.face_id for result in results] == [0, 0, 0, 1, 1, 1]
        assert results[3].faces[0].tracked.origin == "detected"


def test_detection_on_every_third_frame_keeps_the_boxes_between(estimator, scene):
    calls = []
    detect = estimator.detector.detect
    estimator.detector.detect = lambda image: calls.append(image.shape[:2]) or detect(image)
    results = list(VideoPoses(estimator, frames_of([scene([(10, 20, 30, 250)])] * 7), VideoSettings(detect_every=3)))
    assert origins(results) == [["detected"], ["kept"], ["kept"]] * 2 + [["detected"]]
    assert calls.count((120, 160)) == 3  # the others look near a box


def test_a_box_that_a_smaller_frame_no_longer_has_is_dropped(estimator, scene):
    images = [scene([(120, 80, 30, 250)]), scene([], size=(60, 80))]
    results = list(VideoPoses(estimator, frames_of(images)))
    assert origins(results) == [["detected"], []]


def test_smoothing_changes_the_reported_pose_and_keeps_the_raw_one(estimator, scene):
    estimator.engine.predict = lambda crops: np.asarray(crops, np.float32).mean(axis=(1, 2)) - 230
    images = [scene([(10, 20, 30, 210 + 20 * (i % 2))]) for i in range(20)]
    results = list(VideoPoses(estimator, frames_of(images), VideoSettings(smooth=True)))
    raw = np.array([result.faces[0].raw_pose.yaw for result in results])
    smooth = np.array([result.faces[0].pose.yaw for result in results])
    assert np.ptp(raw) == 20
    assert np.ptp(smooth[10:]) < 0.8 * np.ptp(raw[10:])


def test_neutral_takes_the_first_pose_as_zero(estimator, scene):
    estimator.engine.predict = lambda crops: np.asarray(crops, np.float32).mean(axis=(1, 2)) - [230, 230, 240]
    images = [scene([(10, 20, 30, blue)]) for blue in (220, 220, 250)]
    results = list(VideoPoses(estimator, frames_of(images), VideoSettings(neutral=True)))
    np.testing.assert_allclose(
        [result.faces[0].pose for result in results], [(0,) * 3, (0,) * 3, (30, 0, 0)], atol=1e-4
    )


def test_recentring_under_way(estimator, scene):
    estimator.engine.predict = lambda crops: np.asarray(crops, np.float32).mean(axis=(1, 2)) - [230, 230, 240]
    poses = VideoPoses(estimator, frames_of([scene([(10, 20, 30, 250)])] * 40))
    yaws = []
    for result in poses:
        yaws.append(result.faces[0].pose.yaw)
        if result.frame.index == 5:
            poses.recentre()
    assert yaws[5] == pytest.approx(20, abs=1e-4)
    assert yaws[-1] == pytest.approx(0, abs=1e-4)


def test_recentring_takes_the_smoothed_pose_as_zero(estimator, scene):
    estimator.engine.predict = lambda crops: np.asarray(crops, np.float32).mean(axis=(1, 2)) - [230, 230, 240]
    images = [scene([(10, 20, 30, 210 + 40 * (i % 2))]) for i in range(30)]  # yaw jumps between -20 and 20
    poses = VideoPoses(estimator, frames_of(images), VideoSettings(smooth=True))
    for result in poses._follow(map(poses._search, poses._plan(frames_of(images)))):  # one thread: no frame is ahead
        smoothed = result.faces[0].pose
        if result.frame.index == 28:
            poses.recentre()
            break
    assert abs(smoothed.yaw - result.faces[0].raw_pose.yaw) > 5
    assert poses._neutral == {0: smoothed}


def test_a_reader_that_stops_leaves_no_thread(estimator, scene, started_threads):
    results = iter(VideoPoses(estimator, frames_of([scene([])] * 100)))
    next(results)
    results.close()
    assert not started_threads()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"detect_every": 0}, r"\(detect_every\) must be a whole number, 1 or more, got 0"),
        ({"detect_every": 1.5}, "must be a whole number, 1 or more, got 1.5"),
        ({"detect_every": np.nan}, "must be a whole number, 1 or more, got nan"),
        ({"hold_s": -1}, "Faces can be held for 0 seconds or more; got -1"),
        ({"hold_s": np.nan}, "Faces can be held for 0 seconds or more; got nan"),
        ({"min_cutoff_hz": -1}, "needs cutoffs above 0 Hz .* got -1"),
        ({"min_cutoff_hz": np.nan}, "needs cutoffs above 0 Hz .* got nan"),
        ({"beta": np.nan}, "a finite beta of 0 or more; .* and nan"),
    ],
)
def test_impossible_settings(settings, message):
    with pytest.raises(InputError, match=message):
        VideoSettings(**settings)


def test_nothing_is_kept_of_faces_that_are_gone(estimator, scene):
    nobody = [scene([])] * 8  # longer than a face is held
    images = [image for side in (30, 34, 38) for image in ([scene([(10, 20, side, 250)])] * 2 + nobody)]
    poses = VideoPoses(
        estimator, frames_of([*images, scene([(90, 60, 30, 250)])]), VideoSettings(smooth=True, neutral=True)
    )
    last = list(poses)[-1]
    assert [face.tracked.face_id for face in last.faces] == [3]
    assert set(poses._filters) == set(poses._neutral) == {3}
