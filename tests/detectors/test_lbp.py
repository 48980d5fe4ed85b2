"""The LBP cascade: always there, from an OpenCV that can run it."""

import runpy
from importlib.resources import files

import cv2
import pytest

from fsanet.detectors.lbp import CASCADE_FILE, LBPDetector


def test_opencv_is_pinned_to_versions_with_cascades(repository):
    dependencies = runpy.run_path(str(repository / "setup.py"))["dependencies"]
    assert "opencv-python>=4.11,<5" in dependencies("clone")
    assert "opencv-python-headless>=4.11,<5" in dependencies("wheel")
    assert hasattr(cv2, "CascadeClassifier")


def test_cascade_and_its_licence_are_in_the_package():
    folder = files("fsanet.detectors") / "cascades"
    assert (folder / CASCADE_FILE).is_file()
    licence = (folder / "LICENSE.lbpcascade").read_text(encoding="utf-8")
    assert "Copyright (c) 2017, Puttemans Steven" in licence
    assert "Redistributions in binary form must reproduce" in licence


def test_needs_no_file_from_elsewhere(portrait, tmp_path, monkeypatch):
    monkeypatch.setenv("FSANET_HOME", str(tmp_path))
    monkeypatch.delenv("FSANET_MIRROR", raising=False)
    assert len(LBPDetector().detect(portrait)) == 1


@pytest.mark.parametrize(("threshold", "windows"), [(0.0, 2), (0.5, 2), (2 / 3, 3), (0.75, 4), (0.8, 5), (0.95, 20)])
def test_score_counts_windows(threshold, windows, group):
    faces = LBPDetector(threshold=threshold).detect(group)
    assert min(1 / (1 - face.score) for face in faces) >= windows - 1e-6
    every = LBPDetector(threshold=0.5).detect(group)
    assert len(faces) == sum(1 / (1 - face.score) >= windows - 1e-6 for face in every)


def test_damaged_package_is_said(monkeypatch):
    monkeypatch.setattr(cv2.CascadeClassifier, "empty", lambda self: True)
    with pytest.raises(FileNotFoundError, match=f"The cascade '{CASCADE_FILE}' of this package is missing or damaged"):
        LBPDetector()
