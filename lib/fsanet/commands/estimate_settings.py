"""What the options of `fsanet estimate` ask for: settings of the estimators, and what tells one run from another."""

import argparse
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from fsanet.console import quiet_native_stderr
from fsanet.errors import InputError
from fsanet.inference.choose import EstimatorSettings, choose_estimators
from fsanet.options import option_name

if TYPE_CHECKING:
    from fsanet.inference.choose import Estimators

# Where results go, who works and what is said meanwhile. What is drawn, and how videos are split, a run that is to be
# resumed compares beside these; a shard and their number stand in the names of its files and in its record.
NOT_IN_ROWS = frozenset(
    ("out", "rows", "no_pictures", "draw", "show", "workers", "cluster", "shards", "shard", "span", "quiet", "verbose")
)
_WITHOUT_NOTICES = ("auto", "onnx", "openvino")  # engines, where they find a file of theirs
_OF_THE_PARSER = frozenset(("run_verb", "whole_parser"))


def estimators_of(args: argparse.Namespace, videos: bool) -> "Estimators":
    """The estimators that the options ask for; see `choose_estimators`.

    Args:
        args: options of `fsanet estimate`.
        videos: whether there are any.
    """
    with nullcontext() if _speaks_of_the_person(args) else quiet_native_stderr():
        return choose_estimators(_settings(args), videos, option_name)


def fingerprint(args: argparse.Namespace) -> str:
    """What must be equal for an unfinished run to be resumed: every option, but those that change no row."""
    left_out = NOT_IN_ROWS | _OF_THE_PARSER
    return repr(sorted((name, value) for name, value in vars(args).items() if name not in left_out))


def _speaks_of_the_person(args: argparse.Namespace) -> bool:
    """Whether the network is opened by what writes to stderr only what concerns the person, as ONNX Runtime does.

    LiteRT and TensorFlow, which an export to ONNX starts too, tell what they are and which kernels they have.
    """
    from fsanet.engines.choose import export_engine
    from fsanet.export.onnx_cache import ready_onnx
    from fsanet.models.spec import default_weights
    from fsanet.weights.model_files import model_of

    if args.engine not in _WITHOUT_NOTICES:
        return False
    if args.weights and (engine := export_engine(Path(args.weights))):
        return engine in _WITHOUT_NOTICES
    try:
        model = args.model or model_of(args.weights)
        return ready_onnx(model, args.weights or default_weights(model)) is not None
    except (InputError, OSError):  # opening it will tell
        return True


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
