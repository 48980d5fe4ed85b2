"""Packages of PyPI that are builds of one module: installed together they overwrite each other's files.

What is imported then is a matter of luck, and what pip takes away with one of them the other lacks. The folders that
pip leaves are looked for by name: `importlib.metadata`, which reads them, takes longer to import than a face to read.
"""

import sys
from pathlib import Path
from typing import NamedTuple


class Builds(NamedTuple):
    """Packages that are one module.

    Attributes:
        packages: their names, the one that is to be kept before the others.
        versions: of it that we run with.
    """

    packages: tuple[str, ...]
    versions: str


OPENCV = Builds(
    ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless"), ">=4.11,<5"
)
ONNX_RUNTIME = Builds(("onnxruntime-gpu", "onnxruntime"), ">=1.20,<2")


def installed_builds(builds: Builds) -> list[str]:
    """The packages among them that pip knows of in this environment."""
    there = {folder.name.partition("-")[0] for place in sys.path for folder in Path(place).glob("*.dist-info")}
    return [name for name in builds.packages if name.replace("-", "_") in there]


def clash_of_builds(builds: Builds) -> str:
    """What is wrong with those that are installed and how to mend it; "" for one, or one of another origin."""
    installed = installed_builds(builds)
    if len(installed) < 2:
        return ""
    return (
        f"{' and '.join(installed)} are installed together and overwrite each other's files: "
        f"pip uninstall -y {' '.join(installed)}; pip install --no-deps '{installed[0]}{builds.versions}'"
    )
