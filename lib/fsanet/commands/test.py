"""Measure models on every test set that is there: `make test [MODEL= WEIGHTS= SET= ARGS=]`.

    fsanet test                                          the bundled weights
    fsanet test --weights 300W_LP --set AFLW2000         the published ones
    fsanet test --model var_capsule --weights training_and_testing/runs/synthetic
    fsanet test --set Pointing04 --only "Pointing04/0[5-8]"
    fsanet test --straighten                             leaning faces read twice, turned upright

Prints one table; where a set has tags, as rendered ones have, the errors with and without each (hair beside the face,
fringe, hat, frame of glasses, mask, object, hard light, profile); where its masked or turned twin is there (`fsanet
mask`, `fsanet rotate`), both pair by pair; where its labels are in a camera's frame (BIWI's), a second table with the
angles turned into it.
Rows as CSV and JSON, then pictures, go to training_and_testing/output/test/WEIGHTS/SET: what was measured of a set is
kept until that set is measured again. Where there is no test set, or with --set synthetic, the first 1,000 faces of the
synthetic one are rendered.
"""

import argparse
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from fsanet.console import EXIT_OK, quiet_native_stderr
from fsanet.engines.choose import create_engine
from fsanet.engines.engine import Engine
from fsanet.engines.straightened import StraightenedEngine
from fsanet.errors import InputError
from fsanet.evaluation.poses.by_tag import as_text as tags_as_text
from fsanet.evaluation.poses.by_tag import write_tags
from fsanet.evaluation.poses.charts import draw_bars, draw_error_by_yaw, draw_scatter, draw_worst_faces
from fsanet.evaluation.poses.labelled_sets import (
    SYNTHETIC_TEST,
    available_sets,
    ensure_synthetic_test,
    load_labelled_set,
)
from fsanet.evaluation.poses.measure import Evaluation, evaluate
from fsanet.evaluation.poses.paired import as_text as pairs_as_text
from fsanet.evaluation.poses.paired import find_pairs
from fsanet.evaluation.poses.tables import as_text, write_rows
from fsanet.export.onnx_cache import ready_onnx
from fsanet.locations import work_dir
from fsanet.models.spec import DEFAULT_WEIGHTS, get_spec
from fsanet.options import add_option
from fsanet.training.settings import DATA
from fsanet.weights.model_files import held_models
from fsanet.weights.pretrained import UncataloguedError

NEEDS = ("render",)

DEFAULT_MODELS = ("ssrnet_mt", "capsule", "var_capsule", "noS_capsule", "fusion_capsule")
_NICKNAMES = {"synthetic": SYNTHETIC_TEST}
OUTPUT = work_dir("training_and_testing/output/test")
log = logging.getLogger(__name__)

_CHARTS: Mapping[str, Callable[[Sequence[Evaluation], Path], None]] = {
    "bars.png": draw_bars,
    "error_by_yaw.png": draw_error_by_yaw,
    "predicted_and_true.png": lambda as_read, path: draw_scatter(as_read[-1], path),
    "worst_faces.png": lambda as_read, path: draw_worst_faces(as_read[-1], path),
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which models, on what."""
    several = "(several may be given; default: the capsule models, their fusion, the baseline, or what a folder holds)"
    add_option(parser, "--model", several, nargs="+", default=[])
    add_option(parser, "--weights", "(default: %(default)s)", default=DEFAULT_WEIGHTS)
    add_option(parser, "--set", "(several may be given; default: all that are there)", nargs="+", default=[])
    only = "only samples of such sources, as Pointing04/0[5-8]"
    parser.add_argument("--only", nargs="+", default=[], metavar="PATTERN", help=only)
    parser.add_argument("--straighten", action="store_true", help="read leaning faces once more, turned upright")
    add_option(parser, "--folder", "(default: %(default)s)", type=Path, default=DATA)
    add_option(parser, "--out", "(a folder, default: %(default)s)", type=Path, default=OUTPUT)
    parser.add_argument("--no-pictures", action="store_true", help="tables only")


def run(args: argparse.Namespace) -> int:
    """Measure, print the tables and write rows; pictures come last, so that one that fails costs no number."""
    evaluations = evaluate_all(args.model, args.weights, args.set, args.folder, args.only, args.straighten)
    print(as_text(evaluations))
    folder = args.out / Path(args.weights).name
    of_sets = {e.test_set.name: [o for o in evaluations if o.test_set.name == e.test_set.name] for e in evaluations}
    for name, measured in of_sets.items():
        _say_written(folder / name, write_tables(measured, folder / name))
    as_read = _as_read(evaluations)
    if by_tag := tags_as_text(as_read):
        print(f"\n{by_tag}")
    if pairs := find_pairs(as_read):
        print(f"\n{pairs_as_text(pairs)}")
    for name, measured in () if args.no_pictures else of_sets.items():
        _say_written(folder / name, draw_charts(measured, folder / name))
    return EXIT_OK


def evaluate_all(
    models: Sequence[str],
    weights: str,
    sets: Sequence[str],
    data: Path,
    only: Sequence[str],
    straighten: bool = False,
) -> list[Evaluation]:
    """Evaluations of models on sets, by set.

    Args:
        models: names; empty for the usual ones that have weights, and where a folder has none of them, for all of its.
        weights: a training set, a file or a folder, as `fsanet.load_model` takes it.
        sets: names or npz paths; empty for all that are there, or the synthetic test set where there is none.
        data: folder of the npz sets.
        only: patterns for the sources of the samples.
        straighten: read leaning faces once more, turned upright.

    Raises:
        FileNotFoundError: when a set or the weights are not there, with what to do.
        ValueError: for unknown models, and sets that cannot be used.
    """
    engines = load_engines(models, weights)
    if straighten:
        engines = {name: StraightenedEngine(engine) for name, engine in engines.items()}
    size = next(iter(engines.values())).input_size
    chosen = list(models) or [name for name in _usual_models(weights) if set(_singles(name)) <= set(engines)]
    names = _chosen_sets(sets, data)
    _refuse_equal_names(names)
    labelled = (load_labelled_set(name, data, size, only) for name in names)
    return [evaluation for test_set in labelled for evaluation in evaluate(engines, chosen, weights, test_set)]


def load_engines(models: Sequence[str], weights: str) -> dict[str, Engine]:
    """An engine for every single network that the models need; for the usual models, for those that have weights."""
    engines: dict[str, Engine] = {}
    missing: list[Exception] = []
    for name in dict.fromkeys(single for model in models or _usual_models(weights) for single in _singles(model)):
        try:
            engines[name] = _engine(name, _place(weights))
        except (FileNotFoundError, UncataloguedError) as error:
            if models:
                raise
            missing.append(error)
    if not engines:
        raise missing[0]
    return engines


def write_tables(evaluations: Sequence[Evaluation], folder: Path) -> list[Path]:
    """Rows and errors by tag of one set, in a folder of its own. No chart of an earlier test stays beside them."""
    written = write_rows(evaluations, folder) + write_tags(_as_read(evaluations), folder)
    for name in _CHARTS:
        (folder / name).unlink(missing_ok=True)
    return written


def draw_charts(evaluations: Sequence[Evaluation], folder: Path) -> list[Path]:
    """Charts of one set, of all models and of the last; angles that are turned into a camera's frame are in none."""
    as_read = _as_read(evaluations)
    for name, draw in _CHARTS.items():
        draw(as_read, folder / name)
    return [folder / name for name in _CHARTS]


def _as_read(evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    return [evaluation for evaluation in evaluations if not evaluation.turned]


def _say_written(folder: Path, written: Sequence[Path]) -> None:
    log.info("Written to %s: %s", folder, ", ".join(path.name for path in written))


def _usual_models(weights: str) -> tuple[str, ...]:
    """Models to measure where none is named: of a folder those that it holds, the usual ones where it has any."""
    held = held_models(_place(weights))
    return tuple(name for name in DEFAULT_MODELS if name in held) or held or DEFAULT_MODELS


def _singles(model: str) -> tuple[str, ...]:
    return get_spec(model).members or (model,)


def _chosen_sets(sets: Sequence[str], data: Path) -> list[str]:
    """Names of the sets to measure on. The synthetic one is rendered where it is asked for or there is no other.

    The default folder may be missing: it has no sets then.
    """
    if data != DATA and not data.is_dir():
        raise FileNotFoundError(f"There is no folder '{data}' with test sets: check the path after --folder.")
    names = list(dict.fromkeys(_NICKNAMES.get(name, name) for name in sets)) or available_sets(data) or [SYNTHETIC_TEST]
    if SYNTHETIC_TEST in names:
        ensure_synthetic_test(data)
    return names


def _refuse_equal_names(names: Sequence[str]) -> None:
    """Tables, rows and pictures go by the names of sets: two of one name would be taken for one."""
    stems = [Path(name).stem if name.endswith(".npz") else name for name in names]
    for name, stem in zip(names, stems, strict=True):
        if stems.count(stem) > 1:
            raise InputError(f"'{name}' is not the only set called '{stem}': rename one, or test them one by one.")


def _engine(model: str, weights: str) -> Engine:
    """ONNX Runtime where the network is there as ONNX, else Keras: an export takes longer than a test."""
    if ready_onnx(model, weights):
        return create_engine("onnx", model=model, weights=weights)
    with quiet_native_stderr():  # loads the backend
        import keras  # noqa: F401 (where it is missing it is told with all that this verb needs)

        return create_engine("keras", model=model, weights=weights)


def _place(weights: str) -> str:
    """A folder is given with its whole path, so that it is not taken for the name of a training set."""
    return str(Path(weights).resolve()) if Path(weights).is_dir() else weights
