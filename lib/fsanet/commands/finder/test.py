"""Measure detectors on scenes and photographs.

fsanet finder test --pointing04 Pointing04 --aflw2000 AFLW2000 --nothing wallpapers
fsanet finder test --detector scout blazeface_short --scenes 0 --pointing04 Pointing04
fsanet finder test --detector scout retinaface_mnet025=runs/retinaface/retinaface_mnet025.weights.h5
"""

import argparse
from pathlib import Path

from fsanet.commands.finder.folders import BANK_TEST, add_backgrounds_folder, add_bank_folder
from fsanet.console import EXIT_OK
from fsanet.options import none_or_more

NEEDS = ("render",)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which detectors, and on what."""
    about = (
        "scout (default), yunet, ssd, mtcnn, lbp; MediaPipe's blazeface_short and blazeface_full run in an environment "
        "of their own; NETWORK=WEIGHTS measures those of a training run"
    )
    parser.add_argument("--detector", nargs="+", type=detector_name, metavar="NAME", default=["scout"], help=about)
    add_bank_folder(parser, BANK_TEST)
    add_backgrounds_folder(parser)
    parser.add_argument("--scenes", type=none_or_more, default=300, help="rendered ones, or 0 (default: %(default)s)")
    parser.add_argument("--pointing04", type=Path, metavar="FOLDER", help="one folder a person")
    parser.add_argument("--persons", type=int, nargs="+", default=[5, 6, 7, 8], help="(default: 5 6 7 8)")
    parser.add_argument("--aflw2000", type=Path, metavar="FOLDER", help="images with .mat files")
    parser.add_argument("--wider", type=Path, metavar="FOLDER", help="WIDER FACE: validation pictures, lists and all")
    parser.add_argument("--nothing", type=Path, metavar="FOLDER", help="pictures without a face")


def detector_name(text: str) -> str:
    """One of `fsanet.evaluation.finders.detectors.NAMES`, or a network and its weights, for `type=`."""
    from fsanet.evaluation.finders.detectors import NAMES, OF_A_RUN  # loads the detectors

    if text not in NAMES and OF_A_RUN not in text:
        known = ", ".join(NAMES)
        raise argparse.ArgumentTypeError(f"no detector '{text}': choose of {known}, or give NETWORK=WEIGHTS")
    return text


def run(args: argparse.Namespace) -> int:
    """Measure and print the table."""
    from fsanet.evaluation.finders.table import Sources, finder_table

    photographs = (args.pointing04, args.persons, args.aflw2000, args.nothing, args.wider)
    sources = Sources(args.bank, args.backgrounds, args.scenes, *photographs)
    print(finder_table(args.detector, sources))
    return EXIT_OK
