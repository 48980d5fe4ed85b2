"""Bring the published weights and the detector files into `pre-trained/`: `make weights [FROM= ONLY=]`.

    fsanet weights
    fsanet weights --from /big/pre-trained
    fsanet weights --only 'detectors/*'

Every file is checked against the catalogue's SHA-256 and appears under its name only when it is whole and right.
"""

import argparse
import logging

from fsanet.console import EXIT_ERROR, EXIT_OK, EXIT_PARTIAL
from fsanet.locations import pretrained_dir
from fsanet.weights.fetch import FAILED, chosen_files, fetch, report
from fsanet.weights.pretrained import markdown_table

log = logging.getLogger(__name__)


def add_options(parser: argparse.ArgumentParser) -> None:
    """From where, and which."""
    parser.add_argument("--from", dest="source", metavar="FOLDER-OR-ADDRESS", help="a mirror, asked alone")
    parser.add_argument("--only", nargs="+", default=(), metavar="PATTERN", help="as 'detectors/*' '*capsule*'")
    parser.add_argument("--list", action="store_true", help="print the catalogue as a Markdown table and stop")


def run(args: argparse.Namespace) -> int:
    """Fetch and report; 0 when all files are there, 3 when some are missing, 1 when all are."""
    files = chosen_files(args.only)
    if args.list:
        print(markdown_table(files), end="")
        return EXIT_OK
    log.info("Published weights and detector files, to %s", pretrained_dir())
    outcomes = fetch(files, args.source, quiet=args.quiet)
    print(report(outcomes))
    failed = sum(outcome.status == FAILED for outcome in outcomes)
    if failed:
        remedy = "run this again, or name a mirror (fsanet weights --from ...)"
        log.error("%d of %d files are missing: %s.", failed, len(outcomes), remedy)
    return EXIT_OK if not failed else EXIT_ERROR if failed == len(outcomes) else EXIT_PARTIAL
