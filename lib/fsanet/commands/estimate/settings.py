"""What the options of `fsanet estimate` ask for: settings of the estimators, and what tells one run from another."""

import argparse
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import fsanet
from fsanet.console import quiet_native_stderr
from fsanet.errors import InputError
from fsanet.files import sha256_of
from fsanet.inference.choose import EstimatorSettings, choose_estimators
from fsanet.options import option_name

if TYPE_CHECKING:
    from fsanet.image.lens import Lens
    from fsanet.inference.choose import Estimators

# Where results go, who works and what is said meanwhile. What is drawn a run that is to be resumed compares beside
# these; a shard and their number stand in the names of its files and in its record; sources, parts of videos and
# annotated copies are told by the names under which they are noted when they are done.
NOT_IN_ROWS = frozenset(
    ("sources", "span", "out", "rows", "no_pictures", "draw", "show", "workers")
    + ("cluster", "shards", "shard", "quiet", "verbose")
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
    """What must be equal for rows of two runs to stand in one file: the version, and every option but those that change
    no row; of files that options name, the content.

    Raises:
        InputError, OSError: where the camera is none.
    """
    left_out = NOT_IN_ROWS | _OF_THE_PARSER
    told = {name: value for name, value in vars(args).items() if name not in left_out}
    told |= {"version": fsanet.__version__, "camera": _lens(args), "weights": _digests(args) or args.weights}
    return repr(sorted(told.items()))


def _digests(args: argparse.Namespace) -> list[str]:
    """SHA-256 of each file of the weights; none where they are those of a catalogue, or opening them will fail."""
    if args.weights is None:
        return []
    try:
        return [sha256_of(file) for file in _weight_files(args.model, args.weights)]
    except (InputError, OSError):
        return []


def _weight_files(model: str | None, weights: str) -> list[Path]:
    from fsanet.engines.choose import export_engine
    from fsanet.weights.model_files import held_models, model_of, weight_files

    path = Path(weights)
    if path.is_file():
        return [path, path.with_suffix(".bin")] if path.suffix == ".xml" else [path]
    if export_engine(path):
        return sorted(file for file in path.rglob("*") if file.is_file())
    return list(weight_files(model or model_of(weights), weights).values()) if held_models(weights) else []


def _lens(args: argparse.Namespace) -> "Lens | None":
    if args.camera is None:
        return None
    from fsanet.image.lens import lens_of  # loads NumPy

    return lens_of(args.camera)


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
        lens=_lens(args),
    )
