"""What benchmarks on a folder of photographs share: their options and the estimator that these ask for."""

import argparse
from pathlib import Path

from fsanet.detectors.catalog import DETECTORS
from fsanet.inference.estimator import HeadPoseEstimator
from fsanet.options import positive


def photographs_parser(about: str | None, folder: str, limit: int) -> argparse.ArgumentParser:
    """Options of a benchmark: FOLDER, --detector, --weights and --limit.

    Args:
        about: its module's docstring.
        folder: what the folder holds.
        limit: number of photographs, if none is given.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help=folder)
    parser.add_argument("--detector", default="yunet", help=f"{', '.join(DETECTORS)} (default: %(default)s)")
    parser.add_argument("--weights", default="synthetic", help="(default: %(default)s, which has seen no portrait)")
    parser.add_argument("--limit", type=positive, default=limit, help="number of photographs (default: %(default)s)")
    return parser


def estimator_of(args: argparse.Namespace, any_angle: bool = False) -> HeadPoseEstimator:
    """The estimator of these options."""
    return HeadPoseEstimator(weights=args.weights, detector=args.detector, any_angle=any_angle)
