from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from demo.figures import timeline
from demo.figures.settings import FigureSettings
from fsanet.detectors.detection import Detection
from fsanet.inference.estimator import HeadPoseEstimator


class SideDetector:
    """One face in every frame, and another one at the right for the first three frames."""

    def __init__(self):
        self.frames = 0

    def detect(self, image_bgr):
        self.frames += 1
        left, right = Detection((10, 10, 60, 70), 0.9), Detection((100, 10, 150, 70), 0.9)
        return [left, right] if self.frames <= 3 else [left]


class BrightnessEngine:
    input_size = 64

    def predict(self, crops_bgr):
        yaw = crops_bgr.reshape(len(crops_bgr), -1).mean(axis=1) - 100
        return np.stack([yaw, 0 * yaw, 0 * yaw], axis=1).astype(np.float32)


@pytest.fixture
def estimator():
    return HeadPoseEstimator(detector=SideDetector(), engine=BrightnessEngine())


@pytest.fixture
def frames(monkeypatch):
    """Ten frames that turn from dark to bright, 0.1 s apart."""
    made = [
        SimpleNamespace(index=i, time_s=0.1 * i, image_bgr=np.full((120, 200, 3), 60 + 8 * i, np.uint8))
        for i in range(10)
    ]
    monkeypatch.setattr(timeline, "VideoReader", lambda name: iter(made))
    return made


def test_the_face_that_is_in_view_longest_is_followed(estimator, frames):
    moments = timeline.follow(estimator, "any.mp4")
    assert [moment.time_s for moment in moments] == [frame.time_s for frame in frames]
    assert all(moment.box_xyxy[0] == 10 for moment in moments)
    np.testing.assert_allclose([moment.raw.yaw for moment in moments], [8 * i - 40 for i in range(10)], atol=0.5)
    assert moments[5].smoothed.yaw < moments[5].raw.yaw  # the smoothed curve lags on a steady turn


def test_no_face_is_said(estimator, frames):
    estimator.detector = SimpleNamespace(detect=lambda image: [])
    with pytest.raises(ValueError, match=r"No face was found in 'any\.mp4'"):
        timeline.follow(estimator, "any.mp4")


def test_pictures_are_those_of_the_moments(frames):
    images = timeline.frames_of("any.mp4", {2, 7})
    assert {index: image[0, 0, 0] for index, image in images.items()} == {2: 76, 7: 116}


def test_the_picture_is_written(estimator, frames, tmp_path, monkeypatch):
    monkeypatch.setattr(timeline, "HeadPoseEstimator", lambda model, weights: estimator)
    images, asked = {frame.index: frame.image_bgr for frame in frames}, []
    monkeypatch.setattr(timeline, "frames_of", lambda video, indices: asked.append(indices) or images)
    path = timeline.draw(FigureSettings(out=tmp_path, video=Path("any.mp4")))
    assert path.stat().st_size > 10_000
    assert asked == [{0, 2, 4, 5, 7, 9}]
