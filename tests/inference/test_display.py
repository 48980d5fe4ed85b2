"""A window: whether the OpenCV that is there opens one."""

import cv2
import pytest

from fsanet.inference.display import opens_windows


@pytest.mark.parametrize(("gui", "expected"), [("NONE", False), ("QT5", True), ("GTK3", True)])
def test_windows_are_read_from_the_build(monkeypatch, gui, expected):
    report = f"  Media I/O: \n    GIF: NONE\n\n  GUI:                           {gui}\n  Video I/O:\n"
    monkeypatch.setattr(cv2, "getBuildInformation", lambda: report)
    assert opens_windows() is expected
