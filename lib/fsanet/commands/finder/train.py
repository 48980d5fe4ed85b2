"""Train the network on scenes.

    fsanet finder train                             in training_and_testing/runs/scenes
    fsanet finder train --photographs data/bank_photographs --weights scout.weights.h5 --epochs 26 --run photographs
    fsanet finder train --hard data/hard_negatives --weights scout.weights.h5 --run hard
    fsanet finder train --whole data/profiled/portraits --weights scout.weights.h5 --run whole
    fsanet finder train --model retinaface_mnet025 --pose-weight 0.4 --run retinaface

A killed training goes on where it was.
"""

import argparse
import dataclasses
from pathlib import Path

from fsanet.commands.finder.folders import add_training_folders, add_whole
from fsanet.console import EXIT_OK, quiet_native_stderr
from fsanet.options import add_option, positive

NEEDS = ("keras", "render")

_MODELS = "scout (default), retinaface_mnet025, retinaface_resnet50, retinaface_mnet025_mesh, retinaface_resnet50_mesh"


def add_options(parser: argparse.ArgumentParser) -> None:
    """What is trained on what, from where, and for how long."""
    add_training_folders(parser)
    add_option(parser, "--model", f"(of finders, which are not listed there: {_MODELS})")
    parser.add_argument("--pose-weight", type=float, metavar="W", help="of the pose in the loss (the network's own)")
    add_option(parser, "--weights", "(of a finder a file, to start from)")
    parser.add_argument(
        "--hard", metavar="FOLDER", help="what `fsanet finder hard` wrote, as a fifth of the backgrounds"
    )
    add_whole(parser, "every other step shows them, in scenes twice as wide and a quarter as many")
    parser.add_argument("--epochs", type=positive, help="of 6,400 scenes each, of 4,000 with --whole")
    parser.add_argument("--max-minutes", type=float, help="as many epochs as fit into this time, instead of --epochs")
    parser.add_argument("--threads", type=positive, help="cores to use")
    parser.add_argument("--run", help="folder below --out (default: scenes)")
    add_option(parser, "--seed")
    add_option(parser, "--out", "(folder of all runs, default: training_and_testing/runs)", type=Path)


def run(args: argparse.Namespace) -> int:
    """Train."""
    with quiet_native_stderr():  # loads the backend
        from fsanet.training.finder import FinderPlan, train_finder
        from fsanet.training.learner import limit_threads
        from fsanet.training.settings import RUNS

    limit_threads(args.threads)
    given = {"bank": str(args.bank), "backgrounds": str(args.backgrounds), "seed": args.seed, "run": args.run}
    given |= {"epochs": args.epochs, "max_minutes": args.max_minutes, "weights": args.weights}
    given |= {"model": args.model, "pose_weight": args.pose_weight, "hard": args.hard}
    given |= {name: str(folder) for name in ("photographs", "whole") if (folder := getattr(args, name))}
    plan = dataclasses.replace(FinderPlan(), **{name: value for name, value in given.items() if value is not None})
    train_finder(plan, runs=args.out or RUNS, quiet=args.quiet)
    return EXIT_OK
