"""Yaw, pitch and roll in degrees of all faces in images, folders, globs, videos, cameras and streams.

    fsanet estimate photo.jpg                    angles on the terminal, picture and CSV in fsanet_output/
    cat photo.jpg | fsanet estimate -            standard input: a picture or a video
    fsanet estimate holiday/ 'more/*.png'        all images and videos of a folder, and a pattern
    fsanet estimate clip.mp4 --detect-every 5    a video; the face detector runs on every 5th frame
    fsanet estimate rtsp://camera/stream         a stream
    fsanet estimate 0 --show                     camera 0 in a window; n takes the current pose as zero, q quits
    fsanet estimate photos/ --no-pictures --rows poses.jsonl
    fsanet estimate scans/ --any-angle           faces that lie or stand on their head too
    fsanet estimate room.jpg --camera 70         poses in the frame of a camera that sees 70 degrees from left to right
    fsanet estimate crowd.jpg --single-stage     one network for all, without crops
    fsanet estimate million/ --shard 3/16        the third of sixteen shares, see `fsanet merge --help`
    fsanet estimate long.mp4 --no-pictures --cluster local:4    a video split by time among four processes

Angles of pictures are printed where there are 20 sources or fewer; of more, and of videos, they are in the rows alone.
A run that was stopped goes on where it was when the same command is given again.
"""

import argparse
import logging
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fsanet.checks import MOST_MARGIN
from fsanet.commands.estimate_settings import estimators_of, fingerprint
from fsanet.commands.estimate_words import (
    make_printer,
    say_done,
    say_interrupted,
    say_passed_over,
    warn_of_idle_options,
)
from fsanet.console import EXIT_OK, EXIT_PARTIAL
from fsanet.errors import InputError
from fsanet.inference.choose import VIDEO_DETECT_SIZE
from fsanet.inference.styles import STYLES
from fsanet.models.spec import DEFAULT_MODEL
from fsanet.options import add_option, positive, share

if TYPE_CHECKING:
    from fsanet.cluster.shard import Shard
    from fsanet.cluster.shard_work import Done
    from fsanet.inference.display import Window
    from fsanet.inference.sources import Source
    from fsanet.inference.video.spans import Span

_SHARDS = 64  # of a cluster
log = logging.getLogger(__name__)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Network, faces, video, output."""
    what = "image, folder, glob, video file, camera number, device, address (rtsp://, http://) or - for standard input"
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help=what)
    network = parser.add_argument_group("network")
    add_option(network, "--model", f"(default: the one that a folder of weights holds, else {DEFAULT_MODEL})")
    add_option(network, "--weights", "or an export (default: ours, free where it has the model)")
    engines = "auto, onnx, litert, keras, openvino, saved_model or frozen_graph"
    network.add_argument("--engine", default="auto", help=f"{engines} (default: %(default)s)")
    faces = parser.add_argument_group("faces")
    faces.add_argument(
        "--detector", default="auto", help="auto (scout), scout, yunet, mtcnn, ssd or lbp (default: %(default)s)"
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
    faces.add_argument("--margin", type=share(MOST_MARGIN), help="share of the box added on each side (default: 0.4)")
    faces.add_argument(
        "--finder-share",
        type=share(1),
        metavar="SHARE",
        help="of what scout says of the pose beside the box (default: 0.4 with our own weights, else 0)",
    )
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
    add_option(output, "--rows", "(default: OUT/poses.csv)", type=Path, action="append")
    output.add_argument("--no-pictures", action="store_true", help="write no annotated pictures and videos")
    output.add_argument("--draw", choices=STYLES, default="axes", help="(default: %(default)s)")
    output.add_argument("--show", action="store_true", help="show each picture in a window")
    add_option(output, "--workers", "that search pictures and frames of videos", type=positive, default=2)
    many = parser.add_argument_group("many machines")
    add_option(many, "--cluster")
    many.add_argument("--shards", type=positive, metavar="N", help=f"shares of a cluster (default: {_SHARDS})")
    many.add_argument("--shard", type=_shard, metavar="I/N", help="take one of N shares, see `fsanet merge`")
    note = "longest part of a video that is split (default: by its length and the number of shares, 60 or more)"
    many.add_argument("--span", type=_span, metavar="SECONDS", help=note)


def run(args: argparse.Namespace) -> int:
    """Estimate; returns the exit code."""
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")  # what OpenCV cannot read is said by us, in one sentence
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads of NumPy's take time to start, and get nothing to do
    from fsanet.builds import OPENCV, clash_of_builds
    from fsanet.engines.onnx_engine import clash_of_runtimes
    from fsanet.inference.sources import find_sources

    for clash in filter(None, (clash_of_builds(OPENCV), clash_of_runtimes())):
        log.warning("%s", clash)
    rows = args.rows or [args.out / "poses.csv"]
    sources, passed = find_sources(args.sources, skip_folder=args.out, rows=rows, by_name=_by_name(args))
    say_passed_over(passed)
    warn_of_idle_options(args, sources)
    code = _work(args, sources, rows)
    return EXIT_PARTIAL if passed.closed and code == EXIT_OK else code


def _by_name(args: argparse.Namespace) -> bool:
    """Whether a process looks only into those files that it reads: names of copies depend on what all sources are."""
    return args.no_pictures and bool(args.shard or args.cluster)


def _work(args: argparse.Namespace, sources: list["Source"], rows: list[Path]) -> int:
    """By many processes, one share or all here; returns the exit code."""
    if args.cluster:
        return _on_cluster(args, sources, rows)
    if args.shards:
        raise InputError("--shards is for a cluster: give --cluster with it, or leave it out.")
    if args.shard:
        from fsanet.cluster.split import in_parts

        return _one_shard(args, in_parts(sources, _spans(args, sources, args.shard.of)), rows)
    if args.span:
        raise InputError("--span is for many processes: give --shard or --cluster with it, or leave it out.")
    return _go_through(args, sources, sources, rows).code


def _shard(text: str) -> "Shard":
    from fsanet.cluster.shard import parse_shard

    try:
        return parse_shard(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _span(text: str) -> float:
    from fsanet.cluster.split import LEAST_SPAN_S

    value = float(text) if text.replace(".", "", 1).isdecimal() else 0.0
    if value < LEAST_SPAN_S:
        raise argparse.ArgumentTypeError(f"must be {LEAST_SPAN_S:g} seconds or more, got '{text}'")
    return value


def _spans(args: argparse.Namespace, sources: list["Source"], shards: int) -> dict[str, tuple["Span", ...]]:
    """{name of a video: its parts} of those that are split; says why others are not."""
    from fsanet.cluster.split import split_videos, summary_of_whole

    videos = any(source.kind == "video" for source in sources)
    against = {
        "without --no-pictures, an annotated video is written in one piece": not args.no_pictures,
        "with --neutral, a face's first pose is in one part only": args.neutral,
        "with one share": shards == 1,
    }
    for reason in [reason for reason, holds in against.items() if holds]:
        if args.span:
            raise InputError(f"--span splits no video {reason}.")
        if videos:
            log.info("Videos are not split %s.", reason)
        return {}
    spans, whole = split_videos(sources, shards, args.span, args.detect_every)
    if whole:
        log.warning("%s", summary_of_whole(whole))
    return spans


def _one_shard(args: argparse.Namespace, sources: list, rows: list[Path]) -> int:
    from fsanet.cluster.shared_run import take_shard
    from fsanet.inference.sources import with_kind

    def go_through(own: list["Source"], files: list[Path]) -> "Done":
        return _go_through(args, [with_kind(source) for source in own] if _by_name(args) else own, sources, files)

    return take_shard(args.shard, sources, rows, fingerprint(args), go_through)


def _on_cluster(args: argparse.Namespace, sources: list, rows: list[Path]) -> int:
    """All shards, by many processes, and their rows joined."""
    from fsanet.cluster.shard import all_shards, names_digest
    from fsanet.cluster.shared_run import share_out
    from fsanet.inference.rows.tables import PARQUET, check_kind

    if args.shard or args.show:
        raise InputError("--shard and --show do not go with --cluster: leave them out.")
    if beside := [source.shown_name for source in sources if not source.is_file]:
        raise InputError(f"A cluster shares out files, and '{beside[0]}' is none: leave it out.")
    for path in rows:
        check_kind(path)
    texts = [path for path in rows if path.suffix != PARQUET] or [args.out / "poses.csv"]
    settings = argparse.Namespace(**vars(args) | {"rows": texts[:1], "quiet": True})
    shards = args.shards or _SHARDS
    work = partial(run_shard, settings, tuple(rows), names_digest(sources), _spans(args, sources, shards))
    return share_out(args.cluster, work, all_shards(shards), texts[0], rows, args.quiet)


def run_shard(
    args: argparse.Namespace, rows: tuple[Path, ...], digest: str, spans: dict[str, tuple["Span", ...]], shard: "Shard"
) -> int:
    """On a worker: one shard of the run that `args` describe.

    Args:
        args: options of `fsanet estimate`.
        rows: the files of rows of the whole run.
        digest: of the names of all files, as the machine sees them that gave the command.
        spans: parts of the videos that are split, by name.
        shard: which.

    Raises:
        OSError: when this machine sees other files, or another process is at the shard.
    """
    from fsanet.cluster.shared_run import same_sources
    from fsanet.cluster.split import in_parts

    sources = in_parts(same_sources(tuple(args.sources), str(args.out), rows, digest, _by_name(args)), spans)
    return _one_shard(argparse.Namespace(**vars(args) | {"shard": shard}), sources, args.rows)


def _go_through(args: argparse.Namespace, sources: list, among: list, row_paths: list[Path]) -> "Done":
    """Estimate the poses in `sources`, which are all of `among` or a shard of them."""
    from fsanet.cluster.record import record_path
    from fsanet.cluster.shard_work import Done
    from fsanet.inference.outputs import check_not_a_source
    from fsanet.inference.rows.file import RowFiles
    from fsanet.inference.run import Run
    from fsanet.inference.settings import RunSettings
    from fsanet.inference.video.poses import VideoSettings

    pictures = "" if args.no_pictures else f", {args.draw}"  # what is skipped has them already
    is_live = any(not source.is_file for source in sources)
    record = None if args.shard is None else record_path(row_paths[0])
    rows = RowFiles(row_paths, f"{fingerprint(args)}{pictures}", is_live, record)
    for path in rows.paths:
        check_not_a_source(path, among)
    viewer = _window() if args.show else None
    settings = RunSettings(
        out=None if args.no_pictures else args.out,
        draw=args.draw,
        workers=args.workers,
        video=VideoSettings(detect_every=args.detect_every, neutral=args.neutral),
        smooth=args.smooth,
        quiet=args.quiet,
    )
    estimator, for_videos = estimators_of(args, any(source.kind != "image" for source in sources))
    printer = None if args.cluster else make_printer(len(sources))
    job = Run(estimator, settings, rows, printer, viewer, for_videos)
    interrupted = False
    try:
        with rows:
            told = job(sources, among)
            rows.goes_on = args.shard is not None and bool(told.failures)
            if args.shard is None and len(told.failures) == len(sources) and not told.faces and not told.partial:
                raise _NothingDoneError
    except _NothingDoneError:
        pass
    except KeyboardInterrupt:
        interrupted = True
    finally:
        if viewer:
            viewer.close()
    code = say_done(job.report, estimator.name, rows, settings.out)
    return Done(say_interrupted(rows) if interrupted else code, job.report.failures)


def _window() -> "Window":
    from fsanet.inference.display import Window

    return Window()


class _NothingDoneError(Exception):
    """Every source failed: no file of rows is to be left."""
