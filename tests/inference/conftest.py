"""A detector and an engine whose answers are known, so that the stages between them are tested alone."""

import threading

import numpy as np
import pytest

from fsanet.detectors.detection import Detection
from fsanet.inference.estimator import HeadPoseEstimator


class BrightBoxDetector:
    """Finds each bright square on dark ground."""

    name = "bright"

    def detect(self, image_bgr):
        import cv2

        mask = (image_bgr.min(axis=-1) > 200).astype(np.uint8)
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        boxes = sorted(cv2.boundingRect(contour) for contour in contours)
        return [Detection(box_xyxy=(x, y, x + w, y + h), score=0.9) for x, y, w, h in boxes]


class MeanEngine:
    """Answers with the mean of the crop's three channels: yaw = blue, pitch = green, roll = red."""

    name = "mean"
    input_size = 64

    def __init__(self):
        self.batches = []

    def predict(self, crops_bgr):
        self.batches.append(len(crops_bgr))
        return np.asarray(crops_bgr, np.float32).mean(axis=(1, 2))


@pytest.fixture
def estimator():
    return HeadPoseEstimator(detector=BrightBoxDetector(), engine=MeanEngine(), margin=0)


@pytest.fixture
def scene():
    """Makes an image with bright boxes: scene([(x, y, side, blue)])."""

    def make(squares, size=(120, 160)):
        image = np.zeros((*size, 3), np.uint8)
        for x, y, side, blue in squares:
            image[y : y + side, x : x + side] = (blue, 230, 240)
        return image

    return make


@pytest.fixture
def started_threads():
    """Says which threads are there that were not when the test began: engines of other tests keep theirs."""
    before = set(threading.enumerate())
    return lambda: [thread for thread in threading.enumerate() if thread not in before]
