"""What all detectors have in common, and choosing one by name."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fsanet.detectors.catalog import BUILDERS, DETECTORS, create_detector, create_sized_detector
from fsanet.detectors.detection import Detection, FaceDetector, sorted_detections
from fsanet.errors import InputError
from fsanet.image.boxes import iou

FACE_CENTER_XY = (222, 118)  # of the portrait
POINTS_OFF = {"mtcnn": 0.03, "yunet": 0.045, "scout": 0.11}  # of the box's size, at most


def test_contract(detector, portrait):
    faces = detector.detect(portrait)
    assert isinstance(detector, FaceDetector)
    assert BUILDERS[detector.name] is type(detector)
    assert len(faces) == 1
    assert isinstance(faces[0], Detection)
    assert faces[0].score >= detector.threshold


def test_boxes_of_all_detectors_mean_the_same(detector, detector_of, portrait):
    (own,), (common,) = detector.detect(portrait), detector_of("mtcnn").detect(portrait)
    assert iou(own.box_xyxy, common.box_xyxy)[0, 0] > 0.75
    assert own.box_xyxy[0] < FACE_CENTER_XY[0] < own.box_xyxy[2]
    assert own.box_xyxy[1] < FACE_CENTER_XY[1] < own.box_xyxy[3]


def test_landmarks_are_in_the_common_order(detector, portrait):
    points = detector.detect(portrait)[0].landmarks_xy
    if detector.name in ("lbp", "ssd"):
        assert points is None
        return
    left_eye, right_eye, nose, left_mouth, right_mouth = np.array(points)
    x1, y1, x2, y2 = detector.detect(portrait)[0].box_xyxy
    off = POINTS_OFF[detector.name] * np.sqrt((x2 - x1) * (y2 - y1))
    np.testing.assert_allclose(left_eye, [202, 101], atol=off)
    np.testing.assert_allclose(right_eye, [243, 101], atol=off)
    assert left_mouth[0] < nose[0] < right_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])


def test_several_faces_in_a_fixed_order(detector, group):
    faces = detector.detect(group)
    assert len(faces) >= {"lbp": 3, "ssd": 5}.get(detector.name, 6)
    assert faces == sorted_detections(faces)
    assert faces == detector.detect(group)
    overlap = iou(*[np.array([face.box_xyxy for face in faces])] * 2)
    assert (overlap - np.eye(len(faces))).max() < 0.2


def test_boxes_come_back_in_the_pixels_of_a_large_image(detector, portrait):
    (plain,) = detector.detect(portrait)
    tiled = np.repeat(np.repeat(portrait, 4, axis=0), 4, axis=1)  # 2048 pixels: shrunk again
    large = detector.detect(tiled)[0]  # the largest: in pixels of four a badge may look like a tiny face
    assert iou(np.array(large.box_xyxy) / 4, plain.box_xyxy)[0, 0] > 0.85


def test_one_detector_serves_alternating_sizes(detector, portrait, group):
    expected = [detector.detect(portrait), detector.detect(group)]
    assert [detector.detect(image) for image in (portrait, group)] == expected


def test_one_detector_serves_many_threads(detector, portrait, group):
    small = group[:320]
    images = [portrait[50:250, 100:350], small, small[:, ::-1], portrait[:256]] * (1 if detector.name == "mtcnn" else 4)
    expected = [detector.detect(image) for image in images]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(detector.detect, images)) == expected


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (1, 700), (20, 20), (33, 31), (700, 2), (100, 20000)])
@pytest.mark.parametrize("fill", ["black", "noise"])
def test_odd_sizes_hold_no_face(detector, shape, fill):
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    assert detector.detect(noise if fill == "noise" else np.zeros_like(noise)) == []


def test_input_is_left_as_it_was(detector, portrait):
    before = portrait.copy()
    detector.detect(portrait)
    np.testing.assert_array_equal(portrait, before)


def test_grey_images_are_refused(detector, portrait):
    with pytest.raises(ValueError, match="got a grey one of shape"):
        detector.detect(portrait[..., 0])


def test_threshold_reaches_the_detector(detector, group):
    score = max(face.score for face in detector.detect(group))
    strict = create_detector(detector.name, threshold=min(score, 0.9999))
    assert {face.score >= strict.threshold for face in strict.detect(group)} <= {True}
    assert len(strict.detect(group)) < len(detector.detect(group)) or score > 0.9999


def test_names():
    assert DETECTORS == ("auto", "lbp", "mtcnn", "scout", "ssd", "yunet")


def test_auto_is_the_same_detector_on_every_machine():
    assert create_detector().name == create_sized_detector("auto", None).name == "scout"
    assert create_sized_detector("auto", 500).long_side == 500


def test_unknown_name_lists_the_right_ones():
    with pytest.raises(
        ValueError, match=r"Unknown detector 'haar'; choose one of: auto, lbp, mtcnn, scout, ssd, yunet\."
    ):
        create_detector("haar")


def test_a_size_reaches_the_detector():
    assert create_sized_detector("lbp", 900).long_side == 900
    assert create_sized_detector("lbp", None).long_side == 640


@pytest.mark.parametrize("size", [0, -5, 1.5, float("nan"), "900"])
@pytest.mark.parametrize("name", ["auto", "scout", "lbp", "yunet", "mtcnn"])
def test_a_size_that_is_none_is_refused(name, size):
    with pytest.raises(InputError, match=r"The longer side, in pixels, .* must be a whole number, 1 or more, got"):
        create_sized_detector(name, size)


def test_one_pixel_is_a_size(portrait):
    assert create_sized_detector("scout", 1).detect(portrait) == create_sized_detector("lbp", 1).detect(portrait) == []


def test_a_detector_of_one_size_says_which_others_to_choose():
    with pytest.raises(
        ValueError, match=r"'ssd' always searches at 300 pixels; .* choose one of: lbp, mtcnn, scout, yunet\."
    ):
        create_sized_detector("ssd", 900)
