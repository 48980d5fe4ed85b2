"""Adapt trained weights to unlabelled faces: `make adapt TARGET=folder-or-npz [MODEL= METHOD= EPOCHS= MINUTES= ARGS=]`.

    fsanet adapt --target camera_pictures            the three networks of the fusion, to 500 pictures of one camera
    fsanet adapt --target Pointing04.npz --model capsule --method padaco
    fsanet adapt --target camera_pictures --method none --run control     the same steps without the target
    fsanet estimate photo.jpg --weights training_and_testing/runs/adapted_camera_pictures

It trains on a labelled source (--set, rendered heads if not given) and looks at the target, whose labels nobody knows
or reads. After each epoch it measures the source's check set, and how much the answers to turned target pictures
disagree; the epoch that disagrees least is kept, unless it loses more than 3 % on the check set. A stopped run goes on
where it was when the same command is given again.
"""

import argparse
import dataclasses
from pathlib import Path

from fsanet.console import EXIT_OK, quiet_native_stderr
from fsanet.models.spec import DEFAULT_MODEL, get_spec
from fsanet.options import add_option, positive
from fsanet.training.adaptation.methods import METHODS, AdaptSettings
from fsanet.training.settings import RUNS, override
from fsanet.weights.model_files import model_of

NEEDS = ("keras", "render")


def add_options(parser: argparse.ArgumentParser) -> None:
    """What is adapted to what, how, and for how long."""
    add = parser.add_argument
    add("--target", required=True, metavar="FOLDER|NPZ", help="unlabelled faces: a folder of pictures, or crops")
    methods = "; ".join(f"{name}: {method.about}" for name, method in METHODS.items())
    add("--method", choices=METHODS, default=AdaptSettings.method, help=f"{methods} (default: %(default)s)")
    of_folder = "that of a folder of weights or of a .keras file"
    add_option(parser, "--model", f"(default: {of_folder}, else {DEFAULT_MODEL}; of a fusion each member)")
    add_option(parser, "--set", "of the source (default: %(default)s)", default=AdaptSettings.data)
    add_option(parser, "--folder", "(default: data)")
    add_option(parser, "--weights", "to start from (default: %(default)s)", default=AdaptSettings.weights)
    add("--epochs", type=positive, help=f"of {AdaptSettings.steps} steps (default: {AdaptSettings.epochs})")
    add("--max-minutes", type=float, help="as many epochs of each network as fit into this time, instead of --epochs")
    add_option(parser, "--seed")
    add("--setting", nargs="+", default=[], metavar="NAME=VALUE", help="any other, such as neighbours=50 strength=0.5")
    add("--run", help="folder below --out (default: adapted_ and the target's name)")
    add_option(parser, "--out", "(folder of all runs, default: training_and_testing/runs)", default=str(RUNS))
    add("--resume", choices=("auto", "never"), default="auto", help="never: throw an earlier run of that name away")
    add("--threads", type=positive, help="cores to use")


def run(args: argparse.Namespace) -> int:
    """Adapt one network after the other."""
    given = {
        "data": args.set,
        "data_folder": args.folder,
        "weights": args.weights,
        "epochs": args.epochs,
        "max_minutes": args.max_minutes,
        "seed": args.seed,
        "target": args.target,
        "method": args.method,
        "run": args.run or f"adapted_{Path(args.target).stem}",
    }
    given = {name: value for name, value in given.items() if value is not None}
    model = args.model or model_of(args.weights)
    models = get_spec(model).members or (model,)
    runs = [
        override(dataclasses.replace(AdaptSettings(target=args.target), model=name, **given), args.setting)
        for name in models
    ]
    with quiet_native_stderr():  # loads the backend
        from fsanet.training.adaptation.samples import read_samples
        from fsanet.training.adaptation.task import adapt
        from fsanet.training.learner import limit_threads

    limit_threads(args.threads)
    samples = read_samples(runs[0], args.quiet)
    for settings in runs:
        adapt(settings, samples, runs=args.out, resume=args.resume == "auto", quiet=args.quiet)
    return EXIT_OK
