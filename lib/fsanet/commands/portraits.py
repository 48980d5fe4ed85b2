"""Bring free photographs of people, to profile and to choose with: `make portraits [FROM=folder-or-address OUT=]`.

    fsanet portraits
    fsanet portraits --from /big/faces                      a copy of them on this machine

979 photographs in two collections, each file checked against its SHA-256: 879 official portraits in the public domain
(`portraits`) and 100 CC0 photographs (`cc0_portraits`: odd numbers to train, even ones to choose with). They are for
learning poses alone; nobody is named, and nobody may be shown in a bad light.
"""

import argparse
import json
import logging
from pathlib import Path

from fsanet import profiling
from fsanet.console import EXIT_ERROR, EXIT_OK, EXIT_PARTIAL
from fsanet.locations import work_dir
from fsanet.options import add_option
from fsanet.weights.fetch import FAILED, Outcome, fetch
from fsanet.weights.pretrained import PretrainedFile

log = logging.getLogger(__name__)

LIST = Path(profiling.__file__).with_name("photographs.json")


def photograph_files() -> list[PretrainedFile]:
    """Every photograph with its public home, licence, size and SHA-256."""
    collections = json.loads(LIST.read_text(encoding="utf-8"))["collections"]
    return [
        PretrainedFile(f"{part['folder']}/{name}", size, sha256, f"{part['home']}/{name}", part["licence"])
        for part in collections
        for name, size, sha256 in part["files"]
    ]


def add_options(parser: argparse.ArgumentParser) -> None:
    """From where to where."""
    parser.add_argument("--from", dest="source", metavar="FOLDER-OR-ADDRESS", help="a copy of them, asked alone")
    add_option(parser, "--out", "(a folder, default: %(default)s)", type=Path, default=work_dir("data") / "photographs")


def run(args: argparse.Namespace) -> int:
    """Bring them; exit 0 when all are there, 3 when some are missing, 1 when all are."""
    outcomes = fetch(photograph_files(), args.source, args.out, quiet=args.quiet)
    there = [outcome for outcome in outcomes if outcome.status != FAILED]
    for line in _by_licence(there, args.out):
        print(line)
    missing = len(outcomes) - len(there)
    if not missing:
        return EXIT_OK
    first = next(outcome for outcome in outcomes if outcome.status == FAILED)
    log.error("%d of %d photographs are missing, the first: %s", missing, len(outcomes), first.problem)
    return EXIT_PARTIAL if there else EXIT_ERROR


def _by_licence(there: list[Outcome], out: Path) -> list[str]:
    licences = [outcome.file.licence for outcome in there]
    return [f"{out}: {licences.count(licence)} photographs, {licence}" for licence in dict.fromkeys(licences)]
