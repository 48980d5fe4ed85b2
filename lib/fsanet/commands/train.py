"""Train a model: `make train [MODEL= DB= EXPERIMENT= EPOCHS= BATCH= SEED= RESUME= WEIGHTS= FREEZE= MINUTES= ARGS=]`.

    python -m fsanet.commands.train --model var_capsule                         on the synthetic heads
    python -m fsanet.commands.train --model var_capsule --data 300W_LP          by the paper's protocol 1
    python -m fsanet.commands.train --experiment smoke                          seconds, to see that all works
    python -m fsanet.commands.train --data my.npz --weights synthetic --freeze "ssr_G*"    fine-tuning
    python -m fsanet.commands.train --experiment synthetic --set ema=0.9995 augmentation.blur=0.2

A stopped run goes on where it was when the same command is given again. KERAS_BACKEND=jax or torch choose another
backend.
"""

import argparse
import dataclasses
import os
from collections.abc import Sequence

from fsanet.console import EXIT_OK, quiet_native_stderr, run_command
from fsanet.training.experiments import experiment_names, recipe_for, runs_of
from fsanet.training.settings import RUNS, Settings, override

DEFAULT_DATA = "synthetic"
DEFAULT_MODEL = "var_capsule"


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """The `train` command."""
    args = _parser().parse_args(argv)
    if args.list:
        print("\n".join(experiment_names()))
        return EXIT_OK
    runs = [_changed(settings, args) for settings in _chosen(args)]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read once, when TensorFlow is loaded
    with quiet_native_stderr():  # loads the backend
        from fsanet.training.threads import limit_threads
        from fsanet.training.trainer import train

    limit_threads(args.threads)
    for settings in runs:
        train(settings, runs=args.runs, resume=args.resume == "auto", quiet=args.quiet)
    return EXIT_OK


def _chosen(args) -> list[Settings]:
    """The runs of the experiment, or the usual recipe for the data."""
    if not args.experiment:
        return [recipe_for(args.model or DEFAULT_MODEL, args.data or DEFAULT_DATA)]
    runs = runs_of(args.experiment)
    if args.model is None:
        return runs
    return [run for run in runs if run.model == args.model] or [dataclasses.replace(runs[0], model=args.model)]


def _changed(settings: Settings, args) -> Settings:
    changes = {
        "data": args.data,
        "run": args.run,
        "data_folder": args.data_folder,
        "epochs": args.epochs,
        "batch_size": args.batch,
        "seed": args.seed,
        "max_minutes": args.max_minutes,
        "weights": args.weights,
        "freeze": tuple(args.freeze) if args.freeze else None,
        "precision": args.precision,
    }
    settings = dataclasses.replace(settings, **{name: value for name, value in changes.items() if value is not None})
    return override(settings, args.set)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make train", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("--experiment", help="a file of training_and_testing/experiments, see --list")
    add("--list", action="store_true", help="print the experiments and stop")
    add("--model", help=f"a model name (default: {DEFAULT_MODEL}, or all of the experiment)")
    add("--data", help="synthetic, 300W_LP, BIWI, or the name or path of an npz of your own (default: synthetic)")
    add("--data-folder", help="where the npz sets lie (default: data)")
    add("--epochs", type=int)
    add("--batch", type=int, help="batch size")
    add("--seed", type=int)
    add("--weights", help="start from these: a training set such as 300W_LP, or a file")
    add("--freeze", nargs="+", metavar="LAYER", help="layers that keep their weights; patterns do too")
    add("--max-minutes", type=float, help="as many epochs as fit into this time, instead of --epochs")
    add("--precision", help="float32, mixed_bfloat16 or mixed_float16")
    add("--set", nargs="+", default=[], metavar="NAME=VALUE", help="any other setting, such as augmentation.blur=0.2")
    add("--run", help="folder below the runs (default: the name of the data)")
    add("--runs", default=str(RUNS), help="folder of all runs (default: training_and_testing/runs)")
    add("--resume", choices=("auto", "never"), default="auto", help="never: throw an earlier run of that name away")
    add("--threads", type=int, help="cores to use; two runs side by side with one each beat one run with two")
    add("--quiet", action="store_true", help="no output but errors")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
