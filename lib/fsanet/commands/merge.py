"""Join the rows of all shards of a run to one file, and say what is missing or twice.

    fsanet estimate photos/ --out poses --shard 1/16     and so on to 16/16, each on any machine, in any order
    fsanet merge poses                                   poses/poses.csv, as one process would have written it
    fsanet merge poses --rows all.parquet --rows all.jsonl

It writes nothing where a shard is not finished, a picture is missing or twice, rows and records disagree, an output
is what a shard has left, or no file could be read.
"""

import argparse
import logging
from pathlib import Path

from fsanet.console import EXIT_ERROR, log_failures
from fsanet.options import add_option

log = logging.getLogger(__name__)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The folder and the files to write."""
    parser.add_argument("shards", type=Path, metavar="FOLDER", help="where the shards wrote, their --out")
    add_option(parser, "--rows", "(default: FOLDER/poses.csv)", type=Path, action="append")


def run(args: argparse.Namespace) -> int:
    """Merge; returns the exit code."""
    from fsanet.cluster.merging import find_records, merge_shards

    outputs = args.rows or [args.shards / "poses.csv"]
    records = find_records(args.shards)
    merged = merge_shards(records, outputs)
    log_failures(merged.failures)
    if merged.code != EXIT_ERROR:
        what = f"{merged.files} files of {len(records)} shards, each once, {merged.faces} faces"
        log.info("%s: %s", what, ", ".join(map(str, outputs)))
    return merged.code
