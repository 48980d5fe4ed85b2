"""One run of `fsanet estimate` by many: a share of its sources, or all of them on a cluster."""

import argparse
import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fsanet.commands.estimate.one_run import go_through
from fsanet.commands.estimate.settings import fingerprint
from fsanet.errors import InputError

if TYPE_CHECKING:
    from fsanet.cluster.shard import Shard
    from fsanet.cluster.shard_work import Done
    from fsanet.inference.sources import Source
    from fsanet.inference.video.spans import Span

SHARDS = 64  # of a cluster
log = logging.getLogger(__name__)


def shard_of(text: str) -> "Shard":
    """A share as it is typed, I/N, for `type=`."""
    from fsanet.cluster.shard import parse_shard

    try:
        return parse_shard(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def span_of(text: str) -> float:
    """The longest part of a video, in seconds, as it is typed, for `type=`."""
    from fsanet.cluster.split import LEAST_SPAN_S

    value = float(text) if text.replace(".", "", 1).isdecimal() else 0.0
    if value < LEAST_SPAN_S:
        raise argparse.ArgumentTypeError(f"must be {LEAST_SPAN_S:g} seconds or more, got '{text}'")
    return value


def reads_own_files(args: argparse.Namespace) -> bool:
    """Whether a process looks only into those files that it reads: names of copies depend on what all sources are."""
    return args.no_pictures and bool(args.shard or args.cluster)


def parts_of_videos(args: argparse.Namespace, sources: list["Source"], shards: int) -> dict[str, tuple["Span", ...]]:
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


def one_shard(args: argparse.Namespace, sources: list, rows: list[Path]) -> int:
    """The shard that `args` name; returns the exit code."""
    from fsanet.cluster.shared_run import take_shard
    from fsanet.inference.sources import with_kind

    def go(own: list["Source"], files: list[Path]) -> "Done":
        return go_through(args, [with_kind(source) for source in own] if reads_own_files(args) else own, sources, files)

    drawn = "" if args.no_pictures else f"{args.draw} in {args.out}"
    return take_shard(args.shard, sources, rows, fingerprint(args), drawn, go)


def on_cluster(args: argparse.Namespace, sources: list, rows: list[Path]) -> int:
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
    shards = args.shards or SHARDS
    work = partial(run_shard, settings, tuple(rows), names_digest(sources), parts_of_videos(args, sources, shards))
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

    sources = in_parts(same_sources(tuple(args.sources), str(args.out), rows, digest, reads_own_files(args)), spans)
    return one_shard(argparse.Namespace(**vars(args) | {"shard": shard}), sources, args.rows)
