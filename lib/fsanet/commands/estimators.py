"""The estimators that the options of `fsanet estimate` ask for."""

import argparse
from typing import TYPE_CHECKING

from fsanet.errors import InputError

if TYPE_CHECKING:
    from fsanet.inference.face_estimator import FaceEstimator

VIDEO_DETECT_SIZE = 640  # a frame comes after the other: speed counts more than the smallest faces
_FINER_PICTURES = ("scout", "yunet")  # detectors that search pictures at more pixels


def chosen_estimators(args: argparse.Namespace, videos: bool = True) -> "tuple[FaceEstimator, FaceEstimator]":
    """The estimator for pictures, and that for the frames of videos: one network, but another size of search.

    Args:
        args: options of `fsanet estimate`.
        videos: whether there are any; without them the second is the first, which spares opening another network.

    Raises:
        ValueError: for options that do not go together.
        OSError: when the network or the detector cannot be had.
    """
    if args.camera is None:
        return _by_sight(args, videos)
    from fsanet.image.lens import lens_of
    from fsanet.inference.camera_frame import InCameraFrame

    lens = lens_of(args.camera)
    pictures, frames = (InCameraFrame(estimator, lens) for estimator in _by_sight(args, videos))
    return pictures, frames


def _by_sight(args: argparse.Namespace, videos: bool) -> "tuple[FaceEstimator, FaceEstimator]":
    """Both, with poses relative to the line of sight."""
    if args.single_stage:
        return _single_stage(args, videos)
    from fsanet.image.face_crop import DETECTOR_MARGIN
    from fsanet.inference.estimator import HeadPoseEstimator

    settings = {
        "detector": args.detector,
        "margin": DETECTOR_MARGIN if args.margin is None else args.margin,
        "any_angle": args.any_angle,
        "finder_share": args.finder_share,
    }
    network = {"model": args.model, "weights": args.weights, "engine": args.engine}
    pictures = HeadPoseEstimator(**settings, **network, detect_size=args.detect_size)
    if args.detect_size or not videos or pictures.detector_name not in _FINER_PICTURES:
        return pictures, pictures
    settings["finder_share"] = pictures.finder_share  # which an engine that is given would leave at 0
    return pictures, HeadPoseEstimator(**settings, engine=pictures.engine, detect_size=VIDEO_DETECT_SIZE)


def _single_stage(args: argparse.Namespace, videos: bool) -> "tuple[FaceEstimator, FaceEstimator]":
    """The estimators without crops; options that concern crops or another detector do not go with it."""
    from fsanet.inference.single_stage import LONG_SIDE, SingleStageEstimator

    for name in ("model", "weights", "margin", "any_angle", "finder_share"):
        if getattr(args, name) not in (None, False):
            raise InputError(f"--{name.replace('_', '-')} does not go with --single-stage: leave it out.")
    if args.detector not in ("auto", "scout") or args.engine != "auto":
        raise InputError("--single-stage is a network of its own: leave out --detector and --engine.")
    pictures = SingleStageEstimator(long_side=args.detect_size or LONG_SIDE)
    if args.detect_size or not videos:
        return pictures, pictures
    return pictures, SingleStageEstimator(long_side=VIDEO_DETECT_SIZE)
