"""Measure speed and memory: `make bench [ONLY=sections] [EXPORTS=folder]`.

    fsanet bench                       all sections but those below
    fsanet bench --only engines video  some of them
    fsanet bench --only folder         memory over 10,000 images; takes minutes
    fsanet bench --only peers          MediaPipe on the same pictures, in an environment of its own
    fsanet bench --only video_peers    the same on a video
    fsanet bench --only gpu            the fusion and training on a graphics card, where there is one

Within a section the cases take turns, so that a change in what else the machine does meets all of them. What is said of
a case is the median of its rounds, and between which values half of the rounds lie.
"""

import argparse
import logging
from dataclasses import replace
from pathlib import Path

from fsanet.benchmarks.speed.catalog import ON_REQUEST, SECTIONS, get_section
from fsanet.benchmarks.speed.chart import draw_section
from fsanet.benchmarks.speed.measurement import Effort, Section
from fsanet.benchmarks.speed.report import as_text, conditions, write_section
from fsanet.console import EXIT_ERROR, EXIT_OK, EXIT_PARTIAL
from fsanet.errors import InputError, missing_package
from fsanet.locations import work_dir
from fsanet.options import add_option

DEFAULT_FOLDER = work_dir("training_and_testing/output/bench")
_QUICK = Effort(rounds=2, seconds=0.01, frames=30, images=40)
log = logging.getLogger(__name__)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which sections, and how long."""
    only = f"of {', '.join(SECTIONS)} (default: all but {', '.join(ON_REQUEST)})"
    parser.add_argument("--only", nargs="+", metavar="SECTION", help=only)
    exports = "folder with exported files (default: %(default)s)"
    parser.add_argument("--exports", type=Path, default=Effort.exports, help=exports)
    add_option(parser, "--out", "(a folder, default: %(default)s)", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--quick", action="store_true", help="try the commands out: the figures mean little")


def run(args: argparse.Namespace) -> int:
    """Measure one section after the other; one that fails does not keep the others."""
    names = args.only or [name for name in SECTIONS if name not in ON_REQUEST]
    runs = {name: get_section(name) for name in names}
    args.out.mkdir(parents=True, exist_ok=True)  # minutes of measuring are not lost to a place that cannot be
    measured_on = conditions()
    print(", ".join(f"{name} {value}" for name, value in measured_on.items()))
    left_out = 0
    effort = replace(_QUICK if args.quick else Effort(), exports=args.exports)
    for name, measure in runs.items():
        try:
            section = measure(effort)
        except (InputError, OSError) as error:
            left_out += 1
            log.error("Section '%s' is left out: %s", name, error)
            continue
        print(f"\n{as_text(section)}", flush=True)
        write_section(section, measured_on, args.out / f"{name}.json")
        if section.rows:
            _draw(section, args.out / f"{name}.png")
    if left_out < len(runs):
        log.info("Tables and charts: %s", args.out)
    if left_out:
        return EXIT_ERROR if left_out == len(runs) else EXIT_PARTIAL
    return EXIT_OK


def _draw(section: Section, path: Path) -> None:
    try:
        draw_section(section, path)
    except ModuleNotFoundError as error:
        if not (missing := missing_package(error)):
            raise
        log.warning("'%s' is left out: %s", path, missing)
