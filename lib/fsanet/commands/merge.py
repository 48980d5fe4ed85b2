"""Join the rows of all shards of a run to one file, and say what is missing or twice.

    fsanet estimate photos/ --out poses --shard 1/16     and so on to 16/16, each on any machine, in any order
    fsanet merge poses                                   poses/poses.csv, as one process would have written it
    fsanet merge poses --rows all.parquet --rows all.jsonl

It writes nothing where a shard is not finished, a picture is missing or twice, or rows and records disagree.
"""

import argparse
import logging
from pathlib import Path

from fsanet.console import EXIT_OK, EXIT_PARTIAL, log_failures
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
    log.info(
        "%d files of %d shards, each once, %d faces: %s",
        merged.files,
        len(records),
        merged.faces,
        ", ".join(map(str, outputs)),
    )
    return EXIT_PARTIAL if merged.failures else EXIT_OK
