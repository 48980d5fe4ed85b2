"""Small raw sets in the layouts of the real ones, and a detector that finds what a test tells it to."""

import cv2
import numpy as np
import pytest
import scipy.io

from data import face_boxes
from fsanet.detectors.detection import Detection


def write_type1(folder, name, *, pose=(0.1, -0.2, 0.3), landmarks=None, size=(60, 80), seed=0):
    """An image and its .mat; pose is pitch, yaw, roll in radians, as Pose_Para has it."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    cv2.imwrite(str(folder / f"{name}.jpg"), rng.integers(0, 256, (*size, 3), dtype=np.uint8))
    if landmarks is None:
        landmarks = rng.uniform((25, 15), (55, 45), (68, 2)).T
    para = np.array([[*pose, 10.0, 20.0, 0.0, 0.001]], np.float32)
    scipy.io.savemat(folder / f"{name}.mat", {"Pose_Para": para, "pt2d": np.asarray(landmarks, np.float64)})


def write_biwi_frame(folder, video, number, rotation=None, *, image=True, pose=True, size=(48, 64)):
    """A frame of a BIWI-like folder; the rotation is written as the database writes it."""
    place = folder / video
    place.mkdir(parents=True, exist_ok=True)
    if image:
        pixels = np.random.default_rng(int(video) * 1000 + number).integers(0, 256, (*size, 3), dtype=np.uint8)
        cv2.imwrite(str(place / f"frame_{number:05d}_rgb.png"), pixels)
    if pose:
        rows = "\n".join(" ".join(f"{value:g}" for value in row) + " " for row in np.eye(3) if rotation is None)
        rows = rows or "\n".join(" ".join(f"{value:.6g}" for value in row) + " " for row in rotation)
        (place / f"frame_{number:05d}_pose.txt").write_text(f"{rows}\n\n43.4 -30.7 906.8 \n")


@pytest.fixture
def detector(monkeypatch):
    """Replaces every detector of this process: `detector.faces` gives (x1, y1, x2, y2, score) for an image."""

    class Fake:
        name = "fake"

        def __init__(self):
            self.faces = lambda image_bgr: [(10, 10, 30, 30, 0.99)]
            self.options = []
            self.calls = 0

        def detect(self, image_bgr):
            self.calls += 1
            return [Detection(face[:4], face[4]) for face in self.faces(image_bgr)]

    fake = Fake()

    def create(name, **options):
        fake.options.append((name, options))
        return fake

    monkeypatch.setattr(face_boxes, "create_detector", create)
    face_boxes._detector_of.cache_clear()
    yield fake
    face_boxes._detector_of.cache_clear()


@pytest.fixture
def type1_writer():
    return write_type1


@pytest.fixture
def biwi_writer():
    return write_biwi_frame
