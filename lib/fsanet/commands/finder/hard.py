"""Write scenes without a face in which the network sees one, to train on as backgrounds.

fsanet finder hard --photographs data/bank_photographs
fsanet finder train --hard data/hard_negatives --weights scout.weights.h5 --run hard
"""

import argparse
from pathlib import Path

from fsanet.commands.finder.folders import add_training_folders, ingredients_of
from fsanet.console import EXIT_OK
from fsanet.locations import work_dir
from fsanet.options import add_option, positive

NEEDS = ("render",)

HARD = work_dir("data/hard_negatives")


def add_options(parser: argparse.ArgumentParser) -> None:
    """What scenes are searched by what, and where to."""
    add_training_folders(parser)
    parser.add_argument("--model-file", type=Path, metavar="ONNX", help="a network (default: the bundled one)")
    parser.add_argument("--scenes", type=positive, default=20_000, help="that are searched (default: %(default)s)")
    add_option(parser, "--seed", "(default: %(default)s)", default=0)
    add_option(parser, "--workers", "(processes; one per core if not given)", type=positive)
    add_option(parser, "--out", "(a folder, default: %(default)s)", type=Path, default=HARD)


def run(args: argparse.Namespace) -> int:
    """Search and write."""
    from fsanet.scenes.hard import HardPlan, write_hard

    plan = HardPlan(ingredients_of(args), args.model_file, scenes=args.scenes, seed=args.seed)
    count = write_hard(args.out, plan, workers=args.workers, quiet=args.quiet)
    print(f"{count} of {args.scenes} scenes in {args.out}")
    return EXIT_OK
