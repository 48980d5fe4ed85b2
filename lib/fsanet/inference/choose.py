"""The estimators for pictures and for the frames of videos, by what is to be told and how: what `fsanet estimate` uses.

Nothing is loaded before the estimators are asked for: a help text that names a setting does not wait for networks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fsanet.errors import InputError

if TYPE_CHECKING:
    from fsanet.detectors.detection import OwnDetector
    from fsanet.engines.engine import OwnEngine
    from fsanet.image.lens import Lens
    from fsanet.inference.face_estimator import FaceEstimator

VIDEO_DETECT_SIZE = 640  # a frame comes after the other: speed counts more than the smallest faces
_OF_CROPS = ("model", "weights", "margin", "any_angle", "finder_share")


@dataclass(frozen=True)
class EstimatorSettings:
    """What finds faces and reads their poses.

    Attributes:
        model, weights, detector, engine, any_angle, finder_share: as `HeadPoseEstimator` takes them.
        detect_size: longer side in pixels of the largest size at which pictures and frames are searched; None for the
            detector's own, and `VIDEO_DETECT_SIZE` for frames where that is larger.
        margin: share of the face box added on each side before the crop; None for the usual.
        single_stage: one network finds faces and reads poses, without crops: what crops, another detector or another
            engine need does not go with it.
        lens: of the camera, for poses in its frame; None for poses relative to the line of sight.
    """

    model: str | None = None
    weights: str | Path | None = None
    engine: "str | OwnEngine" = "auto"
    detector: "str | OwnDetector" = "auto"
    detect_size: int | None = None
    single_stage: bool = False
    any_angle: bool = False
    margin: float | None = None
    finder_share: float | None = None
    lens: "Lens | None" = None


class Estimators(NamedTuple):
    """One network twice: for pictures, and for the frames of videos; the same object where one size serves both."""

    pictures: "FaceEstimator"
    frames: "FaceEstimator"


def choose_estimators(
    settings: EstimatorSettings, videos: bool = True, spelled: Callable[[str], str] = str
) -> Estimators:
    """The estimator for pictures, and that for the frames of videos: one network, but another size of search.

    Args:
        settings: which.
        videos: whether there are any; without them the second is the first, which spares opening another network.
        spelled: how a message names a setting, for one as the option that a person has typed.

    Raises:
        ValueError: for settings that do not go together, and as `HeadPoseEstimator`.
        OSError: when the network or the detector cannot be had.
    """
    if settings.single_stage:
        _refuse_beside_single_stage(settings, spelled)
    by_sight = _single_stage(settings, videos) if settings.single_stage else _by_crops(settings, videos)
    if settings.lens is None:
        return by_sight
    from fsanet.inference.camera_frame import InCameraFrame

    return Estimators(*(InCameraFrame(estimator, settings.lens) for estimator in by_sight))


def _by_crops(settings: EstimatorSettings, videos: bool) -> Estimators:
    from fsanet.image.face_crop import DETECTOR_MARGIN
    from fsanet.inference.estimator import HeadPoseEstimator

    pictures = HeadPoseEstimator(
        model=settings.model,
        weights=settings.weights,
        detector=settings.detector,
        engine=settings.engine,
        margin=DETECTOR_MARGIN if settings.margin is None else settings.margin,
        detect_size=settings.detect_size,
        any_angle=settings.any_angle,
        finder_share=settings.finder_share,
    )
    if settings.detect_size is not None or not videos or not pictures.fewer_pixels_in_videos:
        return Estimators(pictures, pictures)
    return Estimators(pictures, pictures.at_size(VIDEO_DETECT_SIZE))


def _single_stage(settings: EstimatorSettings, videos: bool) -> Estimators:
    from fsanet.inference.single_stage import LONG_SIDE, SingleStageEstimator

    size = settings.detect_size
    pictures = SingleStageEstimator(long_side=LONG_SIDE if size is None else size)
    if size is not None or not videos:
        return Estimators(pictures, pictures)
    return Estimators(pictures, SingleStageEstimator(long_side=VIDEO_DETECT_SIZE))


def _refuse_beside_single_stage(settings: EstimatorSettings, spelled: Callable[[str], str]) -> None:
    """What concerns crops or another detector does not go with one network for all."""
    single_stage = spelled("single_stage")
    for name in _OF_CROPS:
        if getattr(settings, name) not in (None, False):
            raise InputError(f"{spelled(name)} does not go with {single_stage}: leave it out.")
    if settings.detector not in ("auto", "scout") or settings.engine != "auto":
        others = f"{spelled('detector')} and {spelled('engine')}"
        raise InputError(f"{single_stage} is a network of its own: leave out {others}.")
