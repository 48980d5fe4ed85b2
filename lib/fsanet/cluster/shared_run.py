"""One run by many: a shard of its sources in this process, or all of them on a cluster and their rows joined."""

import logging
import platform
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from fsanet.cluster.dask_pool import open_pool
from fsanet.cluster.merging import find_records, merge_shards, refuse_other_shards, remove_shards
from fsanet.cluster.shard import Shard, names_digest
from fsanet.cluster.shard_work import Done, ShardWork
from fsanet.console import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK, log_failures, progress
from fsanet.inference.addresses import without_secrets
from fsanet.inference.sources import Source, find_sources

log = logging.getLogger(__name__)


def take_shard(
    shard: Shard,
    sources: Sequence[Source],
    rows: Sequence[Path],
    settings: str,
    drawn: str,
    go_through: Callable[[list[Source], list[Path]], Done],
) -> int:
    """Work on one shard, unless it is done without a failure; returns the exit code.

    Args:
        shard: which.
        sources: all sources of the run.
        rows: the files of rows as the whole run has them.
        settings: all that decides what the rows say.
        drawn: which annotated copies are written, and where to; empty for none.
        go_through: writes the rows of some sources to some files.

    Raises:
        OSError: where another process is at the shard.
    """
    with ShardWork(shard, sources, rows, settings, drawn) as work:
        if work.is_done():
            work.tidy()
            log.info("Shard %s is done: %s", shard, ", ".join(map(str, work.rows)))
            return EXIT_OK
        done = go_through(work.sources, work.rows)
        if done.code != EXIT_INTERRUPTED:
            work.finish(done.failures)
        return done.code


def share_out(
    address: str, work: Callable[[Shard], object], shards: Sequence[Shard], text: Path, rows: list[Path], quiet: bool
) -> int:
    """Have a cluster work on all shards, join their rows and say what came of it; returns the exit code.

    Args:
        address: of the cluster.
        work: what a worker does with a shard.
        shards: all of them.
        text: the file of rows after which those of the shards are named.
        rows: the files that get them all.
        quiet: no progress bar.

    Raises:
        ValueError: before the work starts, when shards of another run lie where these are to be.
    """
    refuse_other_shards(text, shards)
    with open_pool(address) as pool:
        for _ in progress(pool.run(work, shards), total=len(shards), unit="shard", quiet=quiet):
            pass
    records = find_records(text.parent)
    merged = merge_shards(records, rows)
    remove_shards(records)
    log_failures(merged.failures)
    if merged.code != EXIT_ERROR:
        log.info("%d of %d files, %d faces: %s", merged.done, merged.files, merged.faces, ", ".join(map(str, rows)))
    return merged.code


@lru_cache(maxsize=1)
def same_sources(
    names: tuple[str, ...], out: str, rows: tuple[Path, ...], digest: str, by_name: bool = False
) -> list[Source]:
    """On a worker: the sources of a run, listed once in a process for all of its shards.

    Args:
        names: files, folders and patterns of the run.
        out: its output folder, which is no source.
        rows: its files of rows.
        digest: of the names of all files, as the machine sees them that gave the command.
        by_name: as `find_sources` takes it.

    Raises:
        OSError: when this machine sees other files.
    """
    sources = find_sources(list(names), skip_folder=out, rows=rows, by_name=by_name).sources
    if names_digest(sources) != digest:
        named = ", ".join(map(without_secrets, names))
        raise OSError(f"{platform.node()} sees other files in {named} than where the command was given.")
    return sources
