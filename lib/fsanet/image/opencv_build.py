"""Which builds of OpenCV are installed, and whether this one opens windows.

PyPI has four builds of one module `cv2`. Installed together they overwrite each other's files, and
what is imported then is a matter of luck.
"""

import re
from importlib.metadata import PackageNotFoundError, distribution

import cv2

BUILDS = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)


def installed_builds() -> list[str]:
    """The builds of OpenCV that pip knows of in this environment."""
    return [name for name in BUILDS if _is_installed(name)]


def clash_of_builds(installed: list[str]) -> str:
    """What is wrong with the builds that are installed and how to mend it; "" for one, or one of another origin."""
    if len(installed) < 2:
        return ""
    return (
        f"{' and '.join(installed)} are installed together and overwrite each other's files: "
        f"pip uninstall -y {' '.join(installed)}; pip install --no-deps '{installed[0]}>=4.11,<5'"
    )


def opens_windows() -> bool:
    """Whether the OpenCV that is imported was built with windows; those named headless are not."""
    return re.search(r"^\s*GUI:\s+NONE\s*$", cv2.getBuildInformation(), re.MULTILINE) is None


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
