"""Write the faces of scenes as a set to train on, for `fsanet train`.

fsanet finder crops --photographs data/bank_photographs
fsanet train --set data/scenes.npz
"""

import argparse
from pathlib import Path

from fsanet.commands.finder.folders import add_training_folders, ingredients_of
from fsanet.console import EXIT_OK
from fsanet.locations import work_dir
from fsanet.options import add_option, positive

NEEDS = ("render",)

CROPS = work_dir("data") / "scenes.npz"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Of what scenes, and where to."""
    add_training_folders(parser)
    parser.add_argument("--scenes", type=positive, default=14_000, help="one crop each, about (default: %(default)s)")
    add_option(parser, "--seed", "(default: %(default)s)", default=0)
    add_option(parser, "--workers", "(processes; one per core if not given)", type=positive)
    add_option(parser, "--out", "(an npz, default: %(default)s)", type=Path, default=CROPS)


def run(args: argparse.Namespace) -> int:
    """Write the set."""
    from fsanet.scenes.crops import CropPlan, write_crops

    plan = CropPlan(ingredients_of(args), args.scenes, args.seed)
    print(f"{write_crops(args.out, plan, workers=args.workers, quiet=args.quiet)} crops in {args.out}")
    return EXIT_OK
