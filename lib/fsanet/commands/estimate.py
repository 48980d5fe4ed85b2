"""Yaw, pitch and roll in degrees of all faces in images, folders, globs, videos, cameras and streams.

    fsanet estimate photo.jpg                    angles on the terminal, picture and CSV in fsanet_output/
    fsanet estimate holiday/ 'more/*.png'        all images and videos of a folder, and a pattern
    fsanet estimate clip.mp4 --detect-every 5    a video; the face detector runs on every 5th frame
    fsanet estimate rtsp://camera/stream         a stream; "-" reads standard input
    fsanet estimate 0 --show                     camera 0 in a window; n takes the current pose as zero, q quits
    fsanet estimate photos/ --no-pictures --rows poses.jsonl
    fsanet estimate scans/ --any-angle           faces that lie or stand on their head too
    fsanet estimate room.jpg --camera 70         poses in the frame of a camera that sees 70 degrees from left to right
    fsanet estimate crowd.jpg --single-stage     one network for all, without crops

A run that was stopped goes on where it was when the same command is given again.
"""

import argparse
import logging
import os
from collections.abc import Callable
from pathlib import Path

from fsanet.commands.options import add_option, positive, share
from fsanet.console import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK, EXIT_PARTIAL
from fsanet.errors import InputError

VIDEO_DETECT_SIZE = 640  # a frame comes after the other: speed counts more than the smallest faces

log = logging.getLogger(__name__)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Network, faces, video, output."""
    what = "image, folder, glob, video file, camera number, device, address (rtsp://, http://) or - for standard input"
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help=what)
    network = parser.add_argument_group("network")
    add_option(network, "--model", "(default: fusion_capsule)")
    add_option(network, "--weights", "or an export (default: synthetic)")
    network.add_argument("--engine", default="auto", help="auto, onnx, litert, openvino, keras (default: %(default)s)")
    faces = parser.add_argument_group("faces")
    faces.add_argument(
        "--detector", default="auto", help="auto, yunet, scout, mtcnn, ssd or lbp (default: %(default)s)"
    )
    size = "longest side in pixels at which pictures are searched: more finds smaller faces and takes longer"
    default = f"(default: the detector's own, {VIDEO_DETECT_SIZE} in videos)"
    faces.add_argument("--detect-size", type=positive, metavar="PIXELS", help=f"{size} {default}")
    faces.add_argument(
        "--single-stage",
        action="store_true",
        help="one network finds faces and reads poses: many faces at once, coarser",
    )
    faces.add_argument("--any-angle", action="store_true", help="find lying and upside-down faces too, in 4 x the time")
    faces.add_argument("--margin", type=share(3), help="share of the box added on each side (default: 0.4)")
    faces.add_argument(
        "--camera",
        metavar="DEGREES|FILE",
        help="poses in the camera's frame, not relative to the line of sight: horizontal field of view, or a rgb.cal",
    )
    video = parser.add_argument_group("video")
    video.add_argument("--detect-every", type=positive, default=1, metavar="N", help="search every N-th frame")
    video.add_argument(
        "--smooth", action=argparse.BooleanOptionalAction, default=None, help="(default: live sources only)"
    )
    video.add_argument("--neutral", action="store_true", help="take the first pose of each face as its zero")
    output = parser.add_argument_group("output")
    add_option(output, "--out", "(a folder, default: %(default)s)", type=Path, default=Path("fsanet_output"))
    output.add_argument("--rows", type=Path, action="append", help=".csv or .jsonl file (default: OUT/poses.csv)")
    output.add_argument("--no-pictures", action="store_true", help="write no annotated pictures and videos")
    output.add_argument("--draw", choices=["axes", "cube", "none"], default="axes", help="(default: %(default)s)")
    output.add_argument("--show", action="store_true", help="show each picture in a window")
    add_option(output, "--workers", "at decoding and detecting in images", type=positive, default=2)


def run(args: argparse.Namespace) -> int:
    """Estimate; returns the exit code."""
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")  # what OpenCV cannot read is said by us, in one sentence
    from fsanet.image.opencv_build import clash_of_builds, installed_builds
    from fsanet.inference.display import Window
    from fsanet.inference.outputs import check_not_a_source
    from fsanet.inference.report import RunSettings
    from fsanet.inference.row_file import RowFiles
    from fsanet.inference.run import Run
    from fsanet.inference.sources import find_sources, summary_of_skipped
    from fsanet.inference.video import VideoSettings

    if clash := clash_of_builds(installed_builds()):
        log.warning("%s", clash)
    sources, skipped = find_sources(args.sources, skip_folder=args.out)
    if skipped:
        log.warning("%s", summary_of_skipped(skipped))
    rows = RowFiles(args.rows or [args.out / "poses.csv"], settings=_fingerprint(args))
    for path in rows.paths:
        check_not_a_source(path, sources)
    viewer = Window() if args.show else None
    settings = RunSettings(
        out=None if args.no_pictures else args.out,
        draw=args.draw,
        workers=args.workers,
        video=VideoSettings(detect_every=args.detect_every, neutral=args.neutral),
        smooth=args.smooth,
        quiet=args.quiet,
    )
    estimator, for_videos = _estimators(args)
    job = Run(estimator, settings, rows, make_printer(args.quiet, len(sources)), viewer, for_videos)
    interrupted = False
    try:
        with rows:
            if rows.finished:
                log.info("Resuming: %d of %d files are done.", len(rows.finished), len(sources))
            job(sources)
            if len(job.report.failures) == len(sources) and not job.report.faces:
                raise _NothingDoneError
    except _NothingDoneError:
        pass
    except KeyboardInterrupt:
        interrupted = True
    finally:
        if viewer:
            viewer.close()
    return _conclude(job.report, estimator.name, rows.paths, settings.out, interrupted)


def _estimators(args: argparse.Namespace):
    """The estimator for pictures, and that for the frames of videos: one network, but another size of search."""
    by_sight = _estimators_by_sight(args)
    if args.camera is None:
        return by_sight
    from fsanet.inference.camera_frame import InCameraFrame, lens_of

    lens = lens_of(args.camera)
    return tuple(InCameraFrame(estimator, lens) for estimator in by_sight)


def _estimators_by_sight(args: argparse.Namespace):
    """Both, with poses relative to the line of sight."""
    if args.single_stage:
        return (_single_stage(args),) * 2
    from fsanet.detectors.catalog import weakness_of
    from fsanet.image.face_crop import DETECTOR_MARGIN
    from fsanet.inference.estimator import HeadPoseEstimator
    from fsanet.models.spec import DEFAULT_MODEL, DEFAULT_WEIGHTS

    settings = {
        "model": args.model or DEFAULT_MODEL,
        "weights": args.weights or DEFAULT_WEIGHTS,
        "detector": args.detector,
        "margin": DETECTOR_MARGIN if args.margin is None else args.margin,
        "any_angle": args.any_angle,
    }
    pictures = HeadPoseEstimator(**settings, engine=args.engine, detect_size=args.detect_size)
    if args.detector == "auto" and (weakness := weakness_of(pictures.detector_name)):
        log.warning("%s", weakness)
    if args.detect_size or pictures.detector_name != "yunet":
        return pictures, pictures
    return pictures, HeadPoseEstimator(**settings, engine=pictures.engine, detect_size=VIDEO_DETECT_SIZE)


def _single_stage(args: argparse.Namespace):
    """The estimator without crops; options that concern crops or another detector do not go with it."""
    from fsanet.inference.single_stage import LONG_SIDE, SingleStageEstimator

    for name in ("model", "weights", "margin", "any_angle"):
        if getattr(args, name):
            raise InputError(f"--{name.replace('_', '-')} does not go with --single-stage: leave it out.")
    if args.detector not in ("auto", "scout") or args.engine != "auto":
        raise InputError("--single-stage is a network of its own: leave out --detector and --engine.")
    return SingleStageEstimator(long_side=args.detect_size or LONG_SIDE)


class _NothingDoneError(Exception):
    """Every source failed: no file of rows is to be left."""


def _fingerprint(args: argparse.Namespace) -> str:
    """What must be equal for an unfinished run to be resumed: all that decides what the rows say."""
    of_network = ("sources", "model", "weights", "engine", "detector", "detect_size", "single_stage", "any_angle")
    names = (*of_network, "margin", "detect_every", "smooth", "neutral", "camera")
    return repr([(name, getattr(args, name)) for name in names])


def make_printer(quiet: bool, sources: int) -> Callable | None:
    """Prints the angles of images; with many sources the rows say enough."""
    if quiet or sources > 20:
        return None

    def show(rows: list) -> None:
        for row in rows:
            if row.frame is None:
                angles = f"yaw {row.yaw:+.1f}  pitch {row.pitch:+.1f}  roll {row.roll:+.1f}"
                print(f"{row.file}: face {row.face}  {angles}" + (f"  ({row.flags})" if row.flags else ""))

    return show


def _conclude(report, by: str, row_paths: list[Path], out: Path | None, interrupted: bool) -> int:
    """Say what was done and what was not; returns the exit code."""
    for name, reason in report.failures:
        log.error("%s", reason if name in reason else f"{name}: {reason}")
    for name, warning in report.warnings:
        log.warning("%s: %s", name, warning)
    done = report.sources - len(report.failures)
    if done or interrupted:
        places = ", ".join(map(str, row_paths)) + (f"; {report.pictures} pictures in {out}" if report.pictures else "")
        log.info("%d of %d files, %d faces by %s: %s", done, report.sources, report.faces, by, places)
    if interrupted:
        log.warning("Interrupted: what was done is kept; the same command goes on from there.")
        return EXIT_INTERRUPTED
    if report.failures:
        return EXIT_PARTIAL if done else EXIT_ERROR
    return EXIT_OK
