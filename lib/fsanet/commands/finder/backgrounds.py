"""Fetch photographs without people, free to use, from packages: what is behind the faces of scenes.

fsanet finder backgrounds
"""

import argparse
import logging
from pathlib import Path

from fsanet.commands.finder.folders import BACKGROUNDS
from fsanet.console import EXIT_OK, EXIT_PARTIAL
from fsanet.files import visible
from fsanet.options import add_option

NEEDS = ("scenes",)

log = logging.getLogger(__name__)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    add_option(parser, "--out", "(a folder, default: %(default)s)", type=Path, default=BACKGROUNDS)


def run(args: argparse.Namespace) -> int:
    """Fetch, and say what is missing."""
    from fsanet.scenes.fetch_backgrounds import fetch_backgrounds

    missed = fetch_backgrounds(args.out)
    for sentence in missed:
        log.error("missing: %s", sentence)
    print(f"{len(visible(args.out.glob('*.jpg')))} pictures in {args.out}")
    return EXIT_PARTIAL if missed else EXIT_OK
