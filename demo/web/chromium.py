"""Chromium without a window, driven by Playwright: for pictures, measurements and tests of the page."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.files import replace_whole

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CAMERA_WH = (640, 480)
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--use-fake-device-for-media-stream"),
)


@contextmanager
def headless_chromium(camera: Path | None = None) -> Iterator["Browser"]:
    """A browser without a window.

    Args:
        camera: a file of `write_camera` that its camera shows; contexts need the permission "camera" for it.

    Raises:
        FileNotFoundError: when there is no Chromium.
        ImportError: when there is no Playwright.
    """
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise FileNotFoundError(f"Chromium is needed: none of {', '.join(_PROGRAMS)} is installed.")
    from playwright.sync_api import sync_playwright

    arguments = [*_FLAGS, *([f"--use-file-for-fake-video-capture={camera}"] if camera else [])]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def write_camera(path: Path, images_bgr: Iterable[NDArray[np.uint8]], fps: int) -> None:
    """A film that stands for a camera: uncompressed, shown over and over.

    Args:
        path: of the file, with the suffix .y4m.
        images_bgr: (h, w, 3) uint8 each; they are resized to `CAMERA_WH`.
        fps: frames a second.
    """
    with replace_whole(path) as temporary, temporary.open("wb") as file:
        file.write(b"YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420jpeg\n" % (*CAMERA_WH, fps))
        for image in images_bgr:
            resized = cv2.resize(image, CAMERA_WH)
            file.write(b"FRAME\n" + cv2.cvtColor(resized, cv2.COLOR_BGR2YUV_I420).tobytes())
