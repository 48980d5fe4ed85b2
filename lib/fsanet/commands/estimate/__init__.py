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
from pathlib import Path
from typing import TYPE_CHECKING

from fsanet.checks import MOST_MARGIN
from fsanet.commands.estimate.one_run import go_through
from fsanet.commands.estimate.shares import (
    SHARDS,
    on_cluster,
    one_shard,
    parts_of_videos,
    reads_own_files,
    shard_of,
    span_of,
)
from fsanet.commands.estimate.words import say_passed_over, warn_of_idle_options
from fsanet.console import EXIT_OK, EXIT_PARTIAL
from fsanet.errors import InputError
from fsanet.inference.choose import VIDEO_DETECT_SIZE
from fsanet.inference.styles import STYLES
from fsanet.models.spec import DEFAULT_MODEL
from fsanet.options import add_option, positive, share

if TYPE_CHECKING:
    from fsanet.inference.sources import Source

log = logging.getLogger(__name__)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Network, faces, video, output."""
    what = "image, folder, glob, video file, camera number, device, address (rtsp://, http://) or - for standard input"
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help=what)
    network = parser.add_argument_group("network")
    add_option(network, "--model", f"(default: that of a folder of weights or of a .keras file, else {DEFAULT_MODEL})")
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
    many.add_argument("--shards", type=positive, metavar="N", help=f"shares of a cluster (default: {SHARDS})")
    many.add_argument("--shard", type=shard_of, metavar="I/N", help="take one of N shares, see `fsanet merge`")
    note = "longest part of a video that is split (default: by its length and the number of shares, 60 or more)"
    many.add_argument("--span", type=span_of, metavar="SECONDS", help=note)


def run(args: argparse.Namespace) -> int:
    """Estimate; returns the exit code."""
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")  # what OpenCV cannot read is said by us, in one sentence
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads of NumPy's take time to start, and get nothing to do
    from fsanet.builds import OPENCV, clash_of_builds
    from fsanet.engines.onnx_engine import clash_of_runtimes
    from fsanet.inference.sources import find_sources

    for clash in filter(None, (clash_of_builds(OPENCV), clash_of_runtimes())):
        log.warning("%s", clash)
    rows = sorted(args.rows or [args.out / "poses.csv"])  # the first one names the journal, in whatever order they come
    sources, passed = find_sources(args.sources, skip_folder=args.out, rows=rows, by_name=reads_own_files(args))
    say_passed_over(passed)
    warn_of_idle_options(args, sources)
    code = _work(args, sources, rows)
    return EXIT_PARTIAL if passed.closed and code == EXIT_OK else code


def _work(args: argparse.Namespace, sources: list["Source"], rows: list[Path]) -> int:
    """By many processes, one share or all here; returns the exit code."""
    if args.cluster:
        return on_cluster(args, sources, rows)
    if args.shards:
        raise InputError("--shards is for a cluster: give --cluster with it, or leave it out.")
    if args.shard:
        from fsanet.cluster.split import in_parts

        return one_shard(args, in_parts(sources, parts_of_videos(args, sources, args.shard.of)), rows)
    if args.span:
        raise InputError("--span is for many processes: give --shard or --cluster with it, or leave it out.")
    return go_through(args, sources, sources, rows).code
