"""Render heads and other things, cut out, or cut them out of photographs: what is pasted into scenes.

    fsanet finder bank                              rendered heads (20 CPU minutes, 2.4 GB)
    fsanet finder bank --split test --faces 600 --others 100 --bank data/bank_test
    fsanet finder bank --photographs data/profiled --faces 6000 --others 2000 --bank data/bank_photographs

A killed bank goes on where it was.
"""

import argparse

from fsanet.commands.finder.folders import BANK, add_bank_folder
from fsanet.console import EXIT_OK
from fsanet.options import add_option, positive
from fsanet.scenes.bank_plan import SPLITS, BankPlan

NEEDS = ("render",)


def add_options(parser: argparse.ArgumentParser) -> None:
    """How many of what, and where to."""
    add_bank_folder(parser, BANK)
    parser.add_argument(
        "--split", choices=SPLITS, default=BankPlan.split, help="of rendered people (default: %(default)s)"
    )
    parser.add_argument("--faces", type=int, default=BankPlan.faces, help="whole hundreds (default: %(default)s)")
    parser.add_argument("--others", type=int, help=f"whole hundreds (default: {BankPlan.others}, of photographs none)")
    parser.add_argument(
        "--photographs",
        default="",
        metavar="FOLDER",
        help="cut out what `fsanet profile` wrote: faces, and as other things what is below the chins",
    )
    add_option(parser, "--seed", "(default: %(default)s)", default=BankPlan.seed)
    add_option(parser, "--workers", "(processes; one per core if not given)", type=positive)


def run(args: argparse.Namespace) -> int:
    """Write the bank."""
    from fsanet.scenes.bank import write_bank  # loads the renderer

    usual = 0 if args.photographs else BankPlan.others
    others = usual if args.others is None else args.others
    plan = BankPlan(args.split, args.faces, others, args.seed, photographs=args.photographs)
    write_bank(args.bank, plan, args.workers, args.quiet)
    print(f"{args.faces} heads and {others} other things in {args.bank}")
    return EXIT_OK
