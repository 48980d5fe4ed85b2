"""Head pose (yaw, pitch, roll) from a single image: FSA-Net in Keras 3.

Importing the package is light. TensorFlow, Keras and OpenCV are imported by the first call that needs them.
"""

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from fsanet.errors import told_extras

# ONNX Runtime's builds report to their maker what they are used on, unless this is set before they are imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__version__ = "0.1.0"

if TYPE_CHECKING:  # what `_HOMES` says, for type checkers
    from fsanet.inference.estimator import HeadPoseEstimator as HeadPoseEstimator
    from fsanet.inference.face_estimator import Face as Face
    from fsanet.models.build import build_model as build_model
    from fsanet.models.explain import explain as explain
    from fsanet.models.spec import MODELS as MODELS
    from fsanet.pose.angles import Pose as Pose
    from fsanet.weights.loading import load_model as load_model

_HOMES = {
    "MODELS": "fsanet.models.spec",
    "Pose": "fsanet.pose.angles",
    "Face": "fsanet.inference.face_estimator",
    "HeadPoseEstimator": "fsanet.inference.estimator",
    "build_model": "fsanet.models.build",
    "explain": "fsanet.models.explain",
    "load_model": "fsanet.weights.loading",
}


def _is_there(package: str) -> bool:
    """Whether a package can be imported: it is installed, or something stands in for it, as in builds of docs."""
    return sys.modules[package] is not None if package in sys.modules else find_spec(package) is not None


__all__ = ["MODELS", "Face", "HeadPoseEstimator", "Pose"]
if all(map(_is_there, ("keras", "h5py"))):  # without them these are there, to say which extra they need, but not listed
    __all__ += ["build_model", "explain", "load_model"]


if not TYPE_CHECKING:  # a checker would take every name for one that is there

    def __getattr__(name: str):
        """Import a public name from its home on first use (PEP 562); one that lacks a package names its extra."""
        if name not in _HOMES:
            raise AttributeError(f"module 'fsanet' has no attribute {name!r}")
        with told_extras():
            value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
