"""Train a model: `make train [MODEL= DB= EXPERIMENT= EPOCHS= BATCH= SEED= RESUME= WEIGHTS= MINUTES= WORKERS= ARGS=]`.

    fsanet train --model var_capsule                         on the synthetic heads
    fsanet train --model var_capsule --set 300W_LP           by the paper's protocol 1
    fsanet train --experiment smoke                          seconds, to see that all works
    fsanet train --set my.npz --weights synthetic --freeze "ssr_G*"    fine-tuning
    fsanet train --experiment synthetic --setting ema=0.9995 augmentation.blur=0.2
    fsanet train --workers 2                                 each batch on two processes here, a share of the cores each
    fsanet train --workers 2 --setting statistics_of_all=False         faster, but not the losses of one
    fsanet train --workers host1:5000,host2 --rank 1         on two machines: this on host2, --rank 0 on host1

A stopped run goes on where it was when the same command is given again. KERAS_BACKEND=jax or torch choose another
backend.
"""

import argparse
import dataclasses
from functools import partial

from fsanet.console import EXIT_OK, quiet_native_stderr
from fsanet.options import add_option
from fsanet.training.experiments import experiment_names, recipe_for, runs_of
from fsanet.training.processes.meeting import following, leading, parse_workers
from fsanet.training.processes.places import Follower, Leader
from fsanet.training.settings import RUNS, Settings, override
from fsanet.workers import cores

NEEDS = ("keras",)

DEFAULT_SET = "synthetic"
TRAINED_BY_DEFAULT = "var_capsule"


def add_options(parser: argparse.ArgumentParser) -> None:
    """What is trained on what, from where, and for how long."""
    add = parser.add_argument
    add("--experiment", help="a recipe of the table, see --list")
    add("--list", action="store_true", help="print the experiments and stop")
    add_option(parser, "--model", f"(default: {TRAINED_BY_DEFAULT}, or all of the experiment)")
    add_option(parser, "--set", "to train on: synthetic, 300W_LP, BIWI or your own (default: synthetic)")
    add_option(parser, "--folder", "(default: data)")
    add("--epochs", type=int, help="how often the samples are seen")
    add("--batch", type=int, help="batch size")
    add_option(parser, "--seed")
    add_option(parser, "--weights", "to start from")
    add("--freeze", nargs="+", metavar="LAYER", help="layers that keep their weights; patterns do too")
    add("--max-minutes", type=float, help="as many epochs as fit into this time, instead of --epochs")
    add("--precision", help="float32 or mixed_bfloat16")
    add("--setting", nargs="+", default=[], metavar="NAME=VALUE", help="any other, such as augmentation.blur=0.2")
    add("--run", help="folder below --out (default: the name of the set)")
    add_option(parser, "--out", "(folder of all runs, default: training_and_testing/runs)", default=str(RUNS))
    add("--resume", choices=("auto", "never"), default="auto", help="never: throw an earlier run of that name away")
    add("--threads", type=int, help="cores to use; two runs side by side with one each beat one run with two")
    add_option(parser, "--workers", "at each batch: a number of processes here, or host1:port,host2,...", default="1")
    add("--rank", type=int, help="which of the hosts of --workers this is, from 0 on; 0 holds sets and files")


def run(args: argparse.Namespace) -> int:
    """Train one run after the other."""
    if args.list:
        print("\n".join(experiment_names()))
        return EXIT_OK
    runs = [_changed(settings, args) for settings in _chosen(args)]
    workers, threads = parse_workers(args.workers, args.rank), args.threads
    if threads is None and workers.here and workers.count > 1:
        threads = max(1, cores() // workers.count)
    for settings in runs:
        if workers.rank:
            with following(workers, settings) as follower:
                follow(settings, threads, follower)
        elif workers.count > 1:
            with leading(workers, settings, partial(follow, settings, threads)) as leader:
                _train(settings, threads, args, leader)
        else:
            _train(settings, threads, args)
    return EXIT_OK


def _train(settings: Settings, threads: int | None, args: argparse.Namespace, leader: Leader | None = None) -> None:
    with quiet_native_stderr():  # loads the backend
        from fsanet.training.learner import limit_threads
        from fsanet.training.pose import train

    limit_threads(threads)
    train(settings, runs=args.out, resume=args.resume == "auto", quiet=args.quiet, leader=leader)


def follow(settings: Settings, threads: int | None, follower: Follower) -> None:
    """What a follower does; the backend is loaded when it is connected, so that a lost leader is noticed meanwhile."""
    with quiet_native_stderr():
        from fsanet.training.learner import limit_threads
        from fsanet.training.pose import follow

    limit_threads(threads)
    follow(settings, follower)


def _chosen(args: argparse.Namespace) -> list[Settings]:
    """The runs of the experiment, or the usual recipe for the data."""
    if not args.experiment:
        return [recipe_for(args.model or TRAINED_BY_DEFAULT, args.set or DEFAULT_SET)]
    runs = runs_of(args.experiment)
    if args.model is None:
        return runs
    return [run for run in runs if run.model == args.model] or [dataclasses.replace(runs[0], model=args.model)]


def _changed(settings: Settings, args: argparse.Namespace) -> Settings:
    changes = {
        "data": args.set,
        "run": args.run,
        "data_folder": args.folder,
        "epochs": args.epochs,
        "batch_size": args.batch,
        "seed": args.seed,
        "max_minutes": args.max_minutes,
        "weights": args.weights,
        "freeze": tuple(args.freeze) if args.freeze else None,
        "precision": args.precision,
    }
    settings = dataclasses.replace(settings, **{name: value for name, value in changes.items() if value is not None})
    return override(settings, args.setting)
