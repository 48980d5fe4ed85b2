"""Detectors by name. A new detector is one file and one row."""

from fsanet.detectors.detection import FaceDetector
from fsanet.detectors.lbp import LBPDetector
from fsanet.detectors.mtcnn import MTCNNDetector
from fsanet.detectors.scout import ScoutDetector
from fsanet.detectors.ssd import SSDDetector
from fsanet.detectors.yunet import YuNetDetector
from fsanet.errors import InputError

AUTO, BEST = "auto", "scout"

BUILDERS: dict[str, type[FaceDetector]] = {
    "lbp": LBPDetector,
    "mtcnn": MTCNNDetector,
    "scout": ScoutDetector,
    "ssd": SSDDetector,
    "yunet": YuNetDetector,
}
DETECTORS: tuple[str, ...] = (AUTO, *BUILDERS)


def create_detector(name: str = AUTO, **options) -> FaceDetector:
    """A face detector by name.

    Args:
        name: one of `DETECTORS`. "auto" is scout, which is always there. The `name` of the result says which it is.
        options: keyword arguments of that detector's class; `threshold` is common to all.

    Raises:
        ValueError: for an unknown name; lists the right ones.
        FileNotFoundError: when the detector's files are missing.
        ImportError: when its package is missing.
    """
    if name not in DETECTORS:
        raise InputError(f"Unknown detector '{name}'; choose one of: {', '.join(DETECTORS)}.")
    return BUILDERS[BEST if name == AUTO else name](**options)


def create_sized_detector(name: str, size: int | None) -> FaceDetector:
    """A face detector by name that searches pictures at up to `size` pixels of their longer side; None for its own.

    Raises:
        ValueError: also for a size where the detector knows one size only.
    """
    if size is None:
        return create_detector(name)
    only = _only_side(BEST if name == AUTO else name)
    if only is not None:
        others = ", ".join(other for other in BUILDERS if _only_side(other) is None)
        raise InputError(
            f"Detector '{name}' always searches at {only} pixels; for another size choose one of: {others}."
        )
    return create_detector(name, long_side=size)


def _only_side(name: str) -> int | None:
    """The size of a detector that knows one only."""
    return getattr(BUILDERS.get(name), "only_side", None)
