"""A window, where there is a display and an OpenCV that opens windows.

Asking OpenCV for a window without a display ends the whole process.
"""

import os
import re
import socket
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

_TITLE = "fsanet   q: quit   n: take the current pose as zero"


def opens_windows() -> bool:
    """Whether the OpenCV that is imported was built with windows; those named headless are not."""
    return re.search(r"^\s*GUI:\s+NONE\s*$", cv2.getBuildInformation(), re.MULTILINE) is None


class Window:
    """Shows images, reads keys.

    Raises:
        OSError: where there is no display, or OpenCV was built without windows.
    """

    def __init__(self):
        reason = why_no_window()
        if reason:
            raise OSError(f"No window can be shown: {reason}. Leave --show away; pictures and rows are written anyway.")

    def show(self, image_bgr: NDArray[np.uint8], wait_ms: int = 1) -> str:
        """Show an image and return the key that was pressed meanwhile, "" for none; `wait_ms` = 0 waits for one."""
        cv2.imshow(_TITLE, image_bgr)
        key = cv2.waitKey(wait_ms)
        return chr(key & 0xFF) if key >= 0 else ""

    def close(self) -> None:
        """Close the window."""
        cv2.destroyAllWindows()


def why_no_window() -> str:
    """Why no window can be shown, in a few words; "" where one can. Linux is checked, other systems have a desktop."""
    if not opens_windows():
        return "this OpenCV was built without them (pip uninstall opencv-python-headless; pip install opencv-python)"
    if not sys.platform.startswith("linux"):
        return ""
    if os.environ.get("WAYLAND_DISPLAY"):
        return ""
    display = os.environ.get("DISPLAY", "")
    if not display:
        return "there is no display (DISPLAY is not set)"
    if not _x_server_answers(display):
        return f"the display '{display}' does not answer"
    return ""


def _x_server_answers(display: str) -> bool:
    """Whether something listens at an X display such as ":0" or "host:10.0"."""
    host, _, number = display.rpartition(":")
    number = number.split(".")[0]
    if not number.isdecimal():
        return False
    path = Path(f"/tmp/.X11-unix/X{number}")
    try:
        if not host or host == "unix":
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(path))
        else:
            with socket.create_connection((host, 6000 + int(number)), timeout=2):
                pass
    except OSError:
        return False
    return True
