"""A window: which OpenCV is there, one, two that clash, with windows or without."""

import cv2
import pytest

from fsanet.inference import display
from fsanet.inference.display import BUILDS, clash_of_builds, installed_builds, opens_windows


def test_this_environment_has_one_build():
    assert len(installed_builds()) == 1


def test_builds_are_told_by_what_pip_knows(monkeypatch):
    there = {BUILDS[1], BUILDS[2]}

    def distribution(name):
        if name not in there:
            raise display.PackageNotFoundError(name)

    monkeypatch.setattr(display, "distribution", distribution)
    assert installed_builds() == [BUILDS[1], BUILDS[2]]


def test_one_build_or_one_of_another_origin_is_no_clash():
    assert clash_of_builds([]) == ""
    assert clash_of_builds(["opencv-python"]) == ""


def test_two_builds_are_named_with_the_remedy():
    text = clash_of_builds(["opencv-python", "opencv-python-headless"])
    assert text.startswith("opencv-python and opencv-python-headless are installed together")
    assert "pip uninstall -y opencv-python opencv-python-headless; pip install --no-deps 'opencv-python>=" in text


@pytest.mark.parametrize(("gui", "expected"), [("NONE", False), ("QT5", True), ("GTK3", True)])
def test_windows_are_read_from_the_build(monkeypatch, gui, expected):
    report = f"  Media I/O: \n    GIF: NONE\n\n  GUI:                           {gui}\n  Video I/O:\n"
    monkeypatch.setattr(cv2, "getBuildInformation", lambda: report)
    assert opens_windows() is expected
