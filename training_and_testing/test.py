"""Measure models on every test set that is there: `make test [MODEL= WEIGHTS= SET= ARGS=]`.

    python -m training_and_testing.test                                       the bundled weights
    python -m training_and_testing.test --weights 300W_LP --set AFLW2000      the published ones
    python -m training_and_testing.test --model var_capsule --weights training_and_testing/runs/synthetic
    python -m training_and_testing.test --set Pointing04 --only "Person0[5-8]"

Prints one table; rows as CSV and JSON and pictures go to training_and_testing/output/test.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from fsanet.console import EXIT_OK, quiet_native_stderr, run_command
from fsanet.models.spec import get_spec
from training_and_testing.settings import DATA

DEFAULT_WEIGHTS = "synthetic"
DEFAULT_MODELS = ("ssrnet_mt", "capsule", "var_capsule", "noS_capsule", "fusion_capsule")
OUTPUT = Path(__file__).resolve().parent / "output" / "test"


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """The `test` command."""
    args = _parser().parse_args(argv)
    with quiet_native_stderr():  # loads the backend
        from training_and_testing.tables import as_text, write_rows

    evaluations = evaluate_all(args.model, args.weights, args.set, args.data, args.only)
    print(as_text(evaluations))
    folder = args.out / Path(args.weights).name
    written = write_rows(evaluations, folder)
    if not args.no_pictures:
        written += draw_all(evaluations, folder)
    print(f"\nWritten to {folder}: {', '.join(path.name for path in written)}")
    return EXIT_OK


def evaluate_all(models: Sequence[str], weights: str, sets: Sequence[str], data: Path, only: Sequence[str]) -> list:
    """Evaluations of models on sets, by set.

    Args:
        models: names; empty for the usual ones that have weights.
        weights: a training set, a file or a folder, as `fsanet.load_model` takes it.
        sets: names or npz paths; empty for all that are there.
        data: folder of the npz sets.
        only: patterns for the sources of the samples.

    Raises:
        FileNotFoundError: when no set or no weights are there, with what to do.
        ValueError: for unknown models, and sets that cannot be used.
    """
    from training_and_testing.evaluation import evaluate
    from training_and_testing.labelled_sets import available_sets, load_labelled_set

    names = list(sets) or available_sets(data)
    if not names:
        raise FileNotFoundError(
            f"There is no test set in '{data}': `make preprocess DB=synthetic` makes one, and `make preprocess` makes "
            "those of the raw sets below data/."
        )
    networks = load_networks(models, weights)
    chosen = list(models) or [name for name in DEFAULT_MODELS if set(_singles(name)) <= set(networks)]
    labelled = (load_labelled_set(name, data, _size(networks), only) for name in names)
    return [evaluation for test_set in labelled for evaluation in evaluate(networks, chosen, weights, test_set)]


def load_networks(models: Sequence[str], weights: str) -> dict:
    """Every single network that the models need; for the usual models, those that have weights."""
    from fsanet.weights.loading import load_model

    networks, missing = {}, []
    for name in dict.fromkeys(single for model in models or DEFAULT_MODELS for single in _singles(model)):
        try:
            networks[name] = load_model(name, _place(weights))
        except FileNotFoundError as error:
            if models:
                raise
            missing.append(str(error))
    if not networks:
        raise FileNotFoundError(missing[0])
    return networks


def draw_all(evaluations: list, folder: Path) -> list[Path]:
    """All pictures: for each set bars and error by yaw of all models, and details of the last one."""
    from training_and_testing.charts import draw_bars, draw_error_by_yaw, draw_scatter
    from training_and_testing.worst_faces import draw_worst_faces

    paths = []
    for name in dict.fromkeys(evaluation.test_set.name for evaluation in evaluations):
        group = [evaluation for evaluation in evaluations if evaluation.test_set.name == name]
        for draw, title, what in (
            (draw_bars, "bars", group),
            (draw_error_by_yaw, "error_by_yaw", group),
            (draw_scatter, "predicted_and_true", group[-1]),
            (draw_worst_faces, "worst_faces", group[-1]),
        ):
            paths.append(folder / f"{name}_{title}.png")
            draw(what, paths[-1])
    return paths


def _singles(model: str) -> tuple[str, ...]:
    return get_spec(model).members or (model,)


def _place(weights: str) -> str | Path:
    """A folder is given as a path, so that it is not taken for the name of a training set."""
    return Path(weights) if Path(weights).is_dir() else weights


def _size(networks: dict) -> int:
    return next(iter(networks.values())).input_shape[1]


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(prog="make test", description=__doc__, formatter_class=raw)
    add = parser.add_argument
    add("--model", nargs="+", default=[], help="model names (default: the capsule models, their fusion, the baseline)")
    add("--weights", default=DEFAULT_WEIGHTS, help="a training set, a file, or a folder of runs (default: %(default)s)")
    add("--set", nargs="+", default=[], help="names below the data folder, or npz paths (default: all that are there)")
    add("--only", nargs="+", default=[], metavar="PATTERN", help="only samples of such sources, as Person0[5-8]")
    add("--data", type=Path, default=DATA, help="folder of the npz sets (default: data)")
    add("--out", type=Path, default=OUTPUT, help="folder for tables and pictures (default: %(default)s)")
    add("--no-pictures", action="store_true", help="tables only")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
