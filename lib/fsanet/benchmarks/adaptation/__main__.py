"""Which way of adapting helps, on rendered sets with the roles of the paper's: `make adapt-bench [SEEDS= ARGS=]`.

    python -m fsanet.benchmarks.adaptation                                     both scenarios, all methods, three seeds
    python -m fsanet.benchmarks.adaptation --methods padaco --sweep neighbours=5,20,80
    python -m fsanet.benchmarks.adaptation --sets SynHead.npz BIWI_train.npz BIWI_test.npz --setting image_size=64

A network learns a labelled source of ten people from random weights, and is then adapted to unlabelled pictures of
people, light and a camera that it has not seen. Measured on further people of the target. "closed" draws the source by
the target's poses, "partial" takes all of it. The oracle may read the target's labels; padaco_known and rcrw_known,
run where they are named, may weight the source by them. Runs that are done are read from --out, so that the same
command goes on after a stop; equal seeds give equal figures on one machine.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fsanet.benchmarks.adaptation.scenarios import KNOWN, RUNS, SCENARIOS, BenchSettings, Cell, grid, samples_of
from fsanet.benchmarks.adaptation.sets import BenchSets, rendered_sets
from fsanet.console import EXIT_OK, progress, quiet_native_stderr, run_command
from fsanet.datasets.pose_set import PoseSet
from fsanet.errors import InputError
from fsanet.locations import work_dir
from fsanet.options import positive
from fsanet.training.adaptation.methods import METHODS
from fsanet.training.settings import override

if TYPE_CHECKING:
    from fsanet.benchmarks.adaptation.results import Row, Store

_SHOWN = ("dann", "padaco", "rcrw")  # whose features are drawn
_WEIGHTED = tuple(name for name, method in METHODS.items() if method.weighting and method.adversarial)
Variant = tuple[str, BenchSettings]  # what was varied, such as "neighbours=20", and the settings


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """Render, train what is missing, compare."""
    args = _parser().parse_args(argv)
    base = override(BenchSettings(), args.setting)
    variants = varied(base, args.sweep)
    sets = _read(args.sets, base.image_size) if args.sets else _rendered(args, base)
    with quiet_native_stderr():  # loads the backend
        from fsanet.benchmarks.adaptation.results import Store, row_of
        from fsanet.benchmarks.adaptation.training import Trainer
        from fsanet.training.learner import limit_threads

    limit_threads(args.threads)
    store = Store(args.out / "runs", sets, samples_of(sets), lambda: Trainer(base))
    seeds = range(args.seeds)
    seeded = [replace(settings, seed=seed) for seed in seeds for _, settings in variants]
    cells = grid(args.scenarios, args.methods, seeded)
    done = {cell: store.result(cell) for cell in progress(cells, unit="run", label="training", quiet=args.quiet)}
    rows = [
        row_of([done[Cell(scenario, method, replace(settings, seed=seed))] for seed in seeds], label)
        for scenario in args.scenarios
        for method in args.methods
        for label, settings in variants
    ]
    _report(rows, args.out, bool(args.sweep))
    _draw(store, grid(args.scenarios, args.methods, seeded[:1]), args.out)
    return EXIT_OK


def _report(rows: Sequence["Row"], out: Path, swept: bool) -> None:
    """The figures as text, CSV and chart."""
    from fsanet.benchmarks.adaptation.pictures import draw_sweep
    from fsanet.benchmarks.adaptation.report import as_text, draw_rows, write_csv

    name = "sweep" if swept else "adaptation"
    print(as_text(rows))
    write_csv(rows, out / f"{name}.csv")
    (draw_sweep if swept else draw_rows)(rows, out / f"{name}.png")
    print(f"{out / name}.csv, {out / name}.png")


def _draw(store: "Store", cells: Sequence[Cell], out: Path) -> None:
    """Pictures of the first seed's runs."""
    from fsanet.benchmarks.adaptation.pictures import draw_counts, draw_features

    adapted = [cell for cell in cells if cell.method in _SHOWN and cell.scenario == cells[-1].scenario]
    if adapted:
        draw_features(store, [store.result(cell) for cell in (adapted[0].before, *adapted)], out / "features.png")
    if weighted := [cell for cell in cells if cell.row in _WEIGHTED]:
        draw_counts(store, [store.result(cell) for cell in weighted], out / "counts.png")


def varied(base: BenchSettings, sweep: str) -> list[Variant]:
    """The settings of a sweep such as "neighbours=5,20,80"; without one the base alone.

    Raises:
        ValueError: for what sets nothing, or sets what there is not.
    """
    if not sweep:
        return [("", base)]
    name, _, values = sweep.partition("=")
    assignments = [f"{name}={value}" for value in values.split(",") if value]
    if not assignments:
        raise InputError(f"'{sweep}' varies nothing; write name=value,value, such as neighbours=5,20,80.")
    return [(assignment, override(base, [assignment])) for assignment in assignments]


def _read(paths: Sequence[Path], size: int) -> BenchSets:
    source, target, test = (PoseSet.load(path, img_size=size) for path in paths)
    return BenchSets(source, target, test)


def _rendered(args: argparse.Namespace, settings: BenchSettings) -> BenchSets:
    pictures = {"source": args.source_pictures, "target": args.target_pictures, "test": args.test_pictures}
    return rendered_sets(args.out / "sets", pictures, settings.image_size, workers=args.workers, quiet=args.quiet)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m fsanet.benchmarks.adaptation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--scenarios", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    add("--methods", nargs="+", choices=RUNS, default=[name for name in RUNS if name not in KNOWN])
    add("--seeds", type=positive, default=3, help="how many (default: %(default)s)")
    add("--source-pictures", type=positive, default=120, help="of each of its people (default: %(default)s)")
    add("--target-pictures", type=positive, default=32, help="likewise (default: %(default)s)")
    add("--test-pictures", type=positive, default=48, help="likewise (default: %(default)s)")
    files = ("SOURCE", "TARGET", "TEST")
    add("--sets", nargs=3, type=Path, metavar=files, help="labelled npz sets of one's own instead of rendered ones")
    add("--setting", nargs="+", default=[], metavar="NAME=VALUE", help="such as steps=600 image_size=64")
    add("--sweep", default="", metavar="NAME=V,V,...", help="a row for each value, such as strength=0.3,1,3")
    add("--out", type=Path, default=work_dir("training_and_testing/output/adaptation"), help="(default: %(default)s)")
    add("--workers", type=positive, help="processes that render; one per core if not given")
    add("--threads", type=positive, help="cores to train on")
    add("--quiet", action="store_true", help="no progress bars")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
