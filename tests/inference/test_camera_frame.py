import numpy as np
import pytest

from fsanet.engines.reading import Reading
from fsanet.image.lens import Lens
from fsanet.inference.camera_frame import InCameraFrame
from fsanet.inference.face_estimator import estimate_pictures
from fsanet.pose.turned_errors import turned_errors


def test_an_estimator_in_the_camera_frame(estimator, scene, monkeypatch):
    monkeypatch.setattr(estimator.engine, "predict", lambda crops: np.tile([20.0, 10.0, 5.0], (len(crops), 1)))
    picture = scene([(110, 30, 40, 250)])
    turned = InCameraFrame(estimator, Lens.of_field_of_view(60))
    (inner,), (face,) = estimate_pictures(estimator, [picture])[0], estimate_pictures(turned, [picture])[0]
    assert face.box_xyxy == inner.box_xyxy
    assert face.pose.yaw > inner.pose.yaw + 5
    expected = turned.lens.to_face(face.box_xyxy, picture.shape[1::-1]) @ inner.pose.rotation
    np.testing.assert_allclose(face.pose.rotation, expected, atol=1e-6)
    again = turned.look_again(picture, [face])[0]
    assert again.pose.yaw == pytest.approx(face.pose.yaw, abs=1e-4)
    assert turned.name.endswith("in the camera's frame")


def test_expected_errors_are_turned_along(estimator, scene, monkeypatch):
    def read(crops):
        return Reading(*(np.tile(np.float32([row]), (len(crops), 1)) for row in ([60, 30, 0], [1, 1, 6])))

    monkeypatch.setattr(estimator.engine, "read", read, raising=False)
    picture = scene([(110, 30, 40, 250)])
    turned = InCameraFrame(estimator, Lens.of_field_of_view(60))
    (inner,), (face,) = estimate_pictures(estimator, [picture])[0], estimate_pictures(turned, [picture])[0]
    assert inner.expected_error == pytest.approx((1, 1, 6))
    to_face = turned.lens.to_face(face.box_xyxy, picture.shape[1::-1])
    assert face.expected_error == pytest.approx(turned_errors(inner.pose, (1, 1, 6), to_face))
    assert face.expected_error.pitch > 2


def test_a_face_that_looks_beyond_profile_keeps_small_pitch_and_roll(estimator, scene, monkeypatch):
    monkeypatch.setattr(estimator.engine, "predict", lambda crops: np.tile([92.0, 5.0, 2.0], (len(crops), 1)))
    monkeypatch.setattr(estimator, "finder_share", 0.0)
    [[face]] = estimate_pictures(InCameraFrame(estimator, Lens.of_field_of_view(60)), [scene([(110, 30, 40, 250)])])
    assert face.pose.yaw > 97
    assert np.abs(face.pose[1:]).max() < 30
