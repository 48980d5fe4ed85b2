"""Measure speed and memory: `make bench [ONLY=sections] [EXPORTS=folder]`.

    make bench                       all sections but the folder of 10,000 images
    make bench ONLY="engines video"  some of them
    make bench ONLY=folder           memory over 10,000 images; takes minutes

Within a section the cases take turns, so that a change in what else the machine does meets all of them. What is said of
a case is the median of its rounds, and between which values half of the rounds lie.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fsanet.benchmarks.catalog import ON_REQUEST, SECTIONS, get_section
from fsanet.benchmarks.chart import draw_section
from fsanet.benchmarks.measurement import Effort
from fsanet.benchmarks.report import as_text, conditions, write_json
from fsanet.console import EXIT_ERROR, EXIT_OK, EXIT_PARTIAL, run_command
from fsanet.locations import work_dir

DEFAULT_FOLDER = work_dir("training_and_testing/output/bench")
_QUICK = Effort(rounds=2, seconds=0.01, frames=30, images=40)


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """The `bench` command."""
    args = _parser().parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    names = args.only or [name for name in SECTIONS if name not in ON_REQUEST]
    runs = {name: get_section(name) for name in names}
    measured_on = conditions()
    print(", ".join(f"{name} {value}" for name, value in measured_on.items()))
    left_out = 0
    effort = replace(_QUICK if args.quick else Effort(), exports=args.exports)
    for name, run in runs.items():
        try:
            section = run(effort)
        except (FileNotFoundError, ImportError, ValueError) as error:
            left_out += 1
            print(f"\nSection '{name}' is left out: {error}", file=sys.stderr)
            continue
        print(f"\n{as_text(section)}", flush=True)
        write_json(section, measured_on, args.out / f"{name}.json")
        draw_section(section, args.out / f"{name}.png")
    if left_out < len(runs):
        print(f"\nTables and charts: {args.out}")
    if left_out:
        return EXIT_ERROR if left_out == len(runs) else EXIT_PARTIAL
    return EXIT_OK


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="bench", description=__doc__, formatter_class=raw)
    only = f"of {', '.join(SECTIONS)} (default: all but {', '.join(ON_REQUEST)})"
    parser.add_argument("--only", nargs="+", metavar="SECTION", help=only)
    exports = "folder with exported files (default: %(default)s)"
    parser.add_argument("--exports", type=Path, default=Effort.exports, help=exports)
    parser.add_argument("--out", type=Path, default=DEFAULT_FOLDER, help="folder (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="try the commands out: the figures mean little")
    return parser


if __name__ == "__main__":
    sys.exit(main())
