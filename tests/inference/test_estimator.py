import numpy as np
import pytest

import fsanet
from fsanet.inference.estimator import HeadPoseEstimator


def test_faces_come_with_boxes_scores_and_poses(estimator, scene):
    faces = estimator(scene([(10, 20, 30, 210), (80, 40, 50, 250)]))
    assert [face.box_xyxy for face in faces] == [(10, 20, 40, 50), (80, 40, 130, 90)]
    np.testing.assert_allclose([face.pose for face in faces], [(210, 230, 240), (250, 230, 240)])
    assert faces[0].pose.yaw == 210
    assert faces[0].score == 0.9


def test_no_face_is_an_empty_list(estimator, scene):
    assert estimator(scene([])) == []


def test_all_faces_of_an_image_are_one_batch(estimator, scene):
    estimator(scene([(10, 20, 30, 210), (80, 40, 50, 250)]))
    assert estimator.engine.batches == [2]


def test_the_margin_reaches_the_crop(estimator, scene):
    estimator.margin = 0.5
    (face,) = estimator(scene([(40, 40, 40, 255)]))
    assert face.pose.yaw == pytest.approx(255 / 4, rel=0.05)  # a quarter of the crop is bright


def test_crops_of_another_size_are_resized(estimator):
    crops = np.full((3, 100, 80, 3), (1, 2, 3), np.uint8)
    np.testing.assert_allclose(estimator.predict_crops(crops), [[1, 2, 3]] * 3)


def test_no_crops_give_no_poses(estimator):
    assert estimator.predict_crops(np.empty((0, 64, 64, 3), np.uint8)).shape == (0, 3)


@pytest.mark.parametrize("shape", [(64, 64, 3), (2, 64, 64, 1), (2, 64, 64)])
def test_crops_of_a_wrong_shape_are_refused(estimator, shape):
    with pytest.raises(ValueError, match=r"must be an \(N, h, w, 3\) BGR array; got shape"):
        estimator.predict_crops(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"model": "fsa"}, "var_capsule"),
        ({"detector": "haar"}, "yunet"),
        ({"engine": "tpu"}, "There is no engine 'tpu'. The engines are: auto, onnx"),
    ],
)
def test_unknown_names_list_the_known_ones(names, message):
    with pytest.raises(ValueError, match=message):
        HeadPoseEstimator(**names)


def test_the_public_names_are_there():
    assert fsanet.HeadPoseEstimator is HeadPoseEstimator
    assert fsanet.Face.__name__ == "Face"
    assert fsanet.Pose(1, 2, 3).pitch == 2
    assert set(fsanet.__all__) <= set(dir(fsanet))
