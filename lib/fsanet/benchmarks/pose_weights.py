"""How the weight of the pose in a finder's loss trades boxes for poses: one short training for each.

    python -m fsanet.benchmarks.pose_weights --model retinaface_mnet025 --pose-weights 0.2 0.4 0.6 0.8 --epochs 2
    python -m fsanet.benchmarks.pose_weights --pose-weights 0.5 1.5 --epochs 2 --out runs

Every training starts from the same numbers and sees the same scenes. Printed are the validation figures of its best
epoch: average precision, the five points' distance in sides of the face, the median angle of the pose. Two epochs are
far from the end of learning: the table compares weights, it says nothing of what a network can reach. A stopped sweep
goes on where it was.
"""

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fsanet.console import EXIT_OK, quiet_native_stderr, run_command
from fsanet.locations import work_dir
from fsanet.options import add_option, positive

if TYPE_CHECKING:
    from fsanet.training.finder import FinderPlan

SEED_WEIGHTS = (0.2, 0.4, 0.6, 0.8)  # those of the published sweep
FIGURES = {"val_ap": "average precision", "val_points": "points, sides of the face", "val_pose": "pose, degrees"}


def sweep(plan: "FinderPlan", weights: Sequence[float], runs: Path, quiet: bool = False) -> dict[float, list[float]]:
    """Train once for each weight.

    Args:
        plan: of all of them, but for the weight and the folder of the run.
        weights: of the pose.
        runs: folder of all runs.
        quiet: say nothing.

    Returns:
        By weight the best epoch's values of FIGURES.

    Raises:
        InputError, OSError: as `train_finder`.
    """
    from fsanet.training.finder import train_finder

    measured = {}
    for weight in weights:
        one = dataclasses.replace(plan, pose_weight=weight, run=f"pose_weights/{weight:g}")
        result = train_finder(one, runs=runs, quiet=quiet)
        best = result.history[result.best_epoch - 1]
        measured[weight] = [float(best[name]) for name in FIGURES]
    return measured


def table(measured: dict[float, list[float]]) -> str:
    """A Markdown table, one row a weight."""
    lines = ["| weight of the pose | " + " | ".join(FIGURES.values()) + " |", "|---:" * (len(FIGURES) + 1) + "|"]
    lines += [
        f"| {weight:g} | {ap:.3f} | {points:.3f} | {pose:.1f} |" for weight, (ap, points, pose) in measured.items()
    ]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m fsanet.benchmarks.pose_weights",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--model", default="scout", help="a finder (default: %(default)s)")
    parser.add_argument("--pose-weights", type=float, nargs="+", default=SEED_WEIGHTS, metavar="W")
    parser.add_argument("--epochs", type=positive, default=2, help="of each training (default: %(default)s)")
    parser.add_argument("--steps", type=positive, help="in an epoch (default: the finder's 400)")
    parser.add_argument("--bank", type=Path, default=work_dir("data/bank"), help="of cut-outs (default: %(default)s)")
    parser.add_argument(
        "--backgrounds", type=Path, default=work_dir("data/backgrounds"), help="of photographs (default: %(default)s)"
    )
    add_option(parser, "--seed", "(default: %(default)s)", default=0)
    add_option(parser, "--out", "(folder of all runs, default: training_and_testing/runs)", type=Path)
    parser.add_argument("-q", "--quiet", action="store_true", help="the table alone")
    return parser


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """Train for every weight and print the table."""
    args = _parser().parse_args(argv)
    with quiet_native_stderr():  # loads the backend
        from fsanet.training.finder import FinderPlan
        from fsanet.training.settings import RUNS

    settings = {"model": args.model, "epochs": args.epochs, "seed": args.seed}
    settings |= {"bank": str(args.bank), "backgrounds": str(args.backgrounds)}
    plan = FinderPlan(**settings, **({"steps": args.steps} if args.steps else {}))
    print(table(sweep(plan, args.pose_weights, args.out or RUNS, args.quiet)))
    return EXIT_OK


if __name__ == "__main__":
    raise SystemExit(main())
