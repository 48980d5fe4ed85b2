"""What the options of `fsanet estimate` ask for: settings of the estimators."""

import argparse
from typing import TYPE_CHECKING

from fsanet.inference.choose import EstimatorSettings, choose_estimators
from fsanet.options import option_name

if TYPE_CHECKING:
    from fsanet.inference.choose import Estimators


def estimators_of(args: argparse.Namespace, videos: bool) -> "Estimators":
    """The estimators that the options ask for; see `choose_estimators`.

    Args:
        args: options of `fsanet estimate`.
        videos: whether there are any.
    """
    return choose_estimators(_settings(args), videos, option_name)


def _settings(args: argparse.Namespace) -> EstimatorSettings:
    from fsanet.image.lens import lens_of  # loads NumPy

    return EstimatorSettings(
        model=args.model,
        weights=args.weights,
        engine=args.engine,
        detector=args.detector,
        detect_size=args.detect_size,
        single_stage=args.single_stage,
        any_angle=args.any_angle,
        margin=args.margin,
        finder_share=args.finder_share,
        lens=None if args.camera is None else lens_of(args.camera),
    )
