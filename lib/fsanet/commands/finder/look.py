"""Draw scenes with their labels, to look at.

    fsanet finder look scenes.png
    fsanet finder look whole.png --whole data/profiled/portraits

Green boxes are to be found and red ones hardly seen; a blue line shows where a face looks.
"""

import argparse
from pathlib import Path

from fsanet.commands.finder.folders import add_training_folders, add_whole, ingredients_of
from fsanet.console import EXIT_OK
from fsanet.options import add_option

NEEDS = ("render",)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Of what, and where to."""
    parser.add_argument("out", type=Path, metavar="PICTURE")
    add_training_folders(parser)
    add_whole(parser, "draw scenes of them")
    add_option(parser, "--seed", "(default: %(default)s)", default=0)


def run(args: argparse.Namespace) -> int:
    """Draw them."""
    from fsanet.scenes.sheet import draw_sheet

    draw_sheet(ingredients_of(args), args.out, args.seed)
    print(args.out)
    return EXIT_OK
