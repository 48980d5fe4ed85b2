"""The `fsanet` command."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from fsanet.console import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK, EXIT_PARTIAL, run_command

_EXAMPLES = """\
examples:
  fsanet estimate photo.jpg                    angles on the terminal, picture and CSV in fsanet_output/
  fsanet estimate holiday/ 'more/*.png'        all images and videos of a folder, and a pattern
  fsanet estimate clip.mp4 --detect-every 5    a video; the face detector runs on every 5th frame
  fsanet estimate 0 --show                     camera 0 in a window; n takes the current pose as zero, q quits
  fsanet estimate photos/ --no-pictures --rows poses.jsonl

exit codes: 0 done; 1 nothing could be done; 2 wrong usage; 3 done in part, the rest is named; 130 interrupted
"""


@run_command
def main(argv: list[str] | None = None) -> int:
    """Parse the command line and run one subcommand; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="fsanet",
        description="Head pose (yaw, pitch, roll) of faces in images, video and camera pictures.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_estimate(commands)
    _add_models(commands)
    args = parser.parse_args(argv)
    return args.run(args)


def _add_estimate(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "estimate",
        help="yaw, pitch and roll of all faces in images, folders, globs, videos and cameras",
        description="Yaw, pitch and roll in degrees of all faces in images, folders, globs, videos and cameras.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="image, folder, glob, video file or camera number")
    network = parser.add_argument_group("network")
    network.add_argument("--model", help="model name, see `fsanet models` (default: fusion_capsule)")
    network.add_argument("--weights", help="synthetic, 300W_LP, BIWI, a weight file or an export (default: synthetic)")
    network.add_argument("--engine", default="auto", help="auto, onnx, litert or keras (default: %(default)s)")
    faces = parser.add_argument_group("faces")
    faces.add_argument("--detector", default="auto", help="auto, yunet, mtcnn, ssd or lbp (default: %(default)s)")
    faces.add_argument("--margin", type=_share, default=None, help="share of the box added on each side (default: 0.4)")
    video = parser.add_argument_group("video")
    video.add_argument("--detect-every", type=_positive, default=1, metavar="N", help="detect on every N-th frame")
    video.add_argument("--smooth", action=argparse.BooleanOptionalAction, default=None, help="(default: cameras only)")
    video.add_argument("--neutral", action="store_true", help="take the first pose of each face as its zero")
    output = parser.add_argument_group("output")
    output.add_argument("--out", type=Path, default=Path("fsanet_output"), help="folder (default: %(default)s)")
    output.add_argument("--rows", type=Path, action="append", help=".csv or .jsonl file (default: OUT/poses.csv)")
    output.add_argument("--no-pictures", action="store_true", help="write no annotated pictures and videos")
    output.add_argument("--draw", choices=["axes", "cube", "none"], default="axes", help="(default: %(default)s)")
    output.add_argument("--show", action="store_true", help="show each picture in a window")
    output.add_argument("--workers", type=_positive, default=2, help="threads that decode and detect images")
    output.add_argument("--quiet", action="store_true", help="no progress bars, no angles on the terminal")
    parser.set_defaults(run=_estimate)


def _estimate(args: argparse.Namespace) -> int:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's own messages are not about the person's photos
    from fsanet.image.face_crop import DETECTOR_MARGIN
    from fsanet.inference.display import Window
    from fsanet.inference.estimator import DEFAULT_MODEL, DEFAULT_WEIGHTS, HeadPoseEstimator
    from fsanet.inference.row_file import RowFiles
    from fsanet.inference.run import Run, RunSettings
    from fsanet.inference.sources import find_sources
    from fsanet.inference.video import VideoSettings

    sources = find_sources(args.sources, skip_folder=args.out)
    viewer = Window() if args.show else None
    margin = DETECTOR_MARGIN if args.margin is None else args.margin
    rows = RowFiles(args.rows or [args.out / "poses.csv"], settings=_fingerprint(args))
    settings = RunSettings(
        out=None if args.no_pictures else args.out,
        draw=args.draw,
        workers=args.workers,
        video=VideoSettings(detect_every=args.detect_every, neutral=args.neutral),
        smooth=args.smooth,
        quiet=args.quiet,
    )
    model, weights = args.model or DEFAULT_MODEL, args.weights or DEFAULT_WEIGHTS
    estimator = HeadPoseEstimator(model, weights, args.detector, args.engine, margin)
    run = Run(estimator, settings, rows, make_printer(args.quiet, len(sources)), viewer)
    interrupted = False
    try:
        with rows:
            if rows.finished:
                print(f"Resuming: {len(rows.finished)} of {len(sources)} files are done.", file=sys.stderr)
            run(sources)
            if len(run.report.failures) == len(sources):
                raise _NothingDoneError
    except _NothingDoneError:
        pass
    except KeyboardInterrupt:
        interrupted = True
    finally:
        if viewer:
            viewer.close()
    return _conclude(run.report, rows.paths, settings.out, interrupted)


class _NothingDoneError(Exception):
    """Every source failed: no file of rows is to be left."""


def _fingerprint(args: argparse.Namespace) -> str:
    """What must be equal for an unfinished run to be resumed: all that decides what the rows say."""
    names = ("sources", "model", "weights", "engine", "detector", "margin", "detect_every", "smooth", "neutral")
    return repr([(name, getattr(args, name)) for name in names])


def make_printer(quiet: bool, sources: int) -> Callable | None:
    """Prints the angles of images; with many sources the rows say enough."""
    if quiet or sources > 20:
        return None

    def show(rows: list) -> None:
        for row in rows:
            if row.frame is None:
                print(f"{row.file}: face {row.face}  yaw {row.yaw:+.1f}  pitch {row.pitch:+.1f}  roll {row.roll:+.1f}")

    return show


def _conclude(report, row_paths: list[Path], out: Path | None, interrupted: bool) -> int:
    """Say what was done and what was not; returns the exit code."""
    for name, reason in report.failures:
        print(f"error: {reason if name in reason else f'{name}: {reason}'}", file=sys.stderr)
    for name, warning in report.warnings:
        print(f"warning: {name}: {warning}", file=sys.stderr)
    done = report.sources - len(report.failures)
    if done or interrupted:
        places = ", ".join(map(str, row_paths)) + (f"; {report.pictures} pictures in {out}" if report.pictures else "")
        print(f"{done} of {report.sources} files, {report.faces} faces: {places}", file=sys.stderr)
    if interrupted:
        print("Interrupted: what was done is kept; the same command goes on from there.", file=sys.stderr)
        return EXIT_INTERRUPTED
    if report.failures:
        return EXIT_PARTIAL if done else EXIT_ERROR
    return EXIT_OK


def _add_models(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("models", help="list the model names", description="List the model names.")
    parser.set_defaults(run=_models)


def _models(args: argparse.Namespace) -> int:
    from fsanet.models.spec import MODELS

    print("\n".join(MODELS))
    return EXIT_OK


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {text}")
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 3:
        raise argparse.ArgumentTypeError(f"must be between 0 and 3, got {text}")
    return value


if __name__ == "__main__":
    sys.exit(main())
