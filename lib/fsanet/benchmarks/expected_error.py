"""How far the answers of a fusion are off, by how far its members are apart; and what its file says of that.

    python -m fsanet.benchmarks.expected_error free --set CC0_even synthetic_validation --keep
    python -m fsanet.benchmarks.expected_error free --set AFLW2000 --chart reliability.png

The first fits, for each angle, the error to be expected as a straight line over the standard deviation of the members,
every set with the same weight, and writes it into the bundled file: choose with sets that are not for testing. The
second shows how well that holds on other sets: faces by the error that is expected of them, a fifth after the other.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.console import EXIT_OK, run_command
from fsanet.engines.onnx_engine import OnnxEngine
from fsanet.engines.reading import EXPECTED_ERROR, SPREAD, ExpectedError
from fsanet.engines.straightened import StraightenedEngine
from fsanet.errors import InputError
from fsanet.evaluation.poses.labelled_sets import (
    LabelledSet,
    available_sets,
    ensure_synthetic_test,
    load_labelled_set,
)
from fsanet.evaluation.poses.measure import ANGLES
from fsanet.export.onnx_cache import bundled_onnx
from fsanet.files import replace_whole
from fsanet.models.spec import DEFAULT_MODEL
from fsanet.options import add_option
from fsanet.plots import new_figure, save_figure
from fsanet.pose.errors import euler_errors
from fsanet.training.settings import DATA

PARTS = 5  # of the faces, by what is expected of them


class Part(NamedTuple):
    """Faces of which about the same error is expected.

    Attributes:
        faces: how many.
        expected_deg, found_deg: mean over the angles that are labelled.
    """

    faces: int
    expected_deg: float
    found_deg: float


def fit(spread_deg: Sequence[NDArray], error_deg: Sequence[NDArray]) -> ExpectedError:
    """Straight lines through errors over spreads by least squares, no coefficient below zero.

    Args:
        spread_deg, error_deg: (N, 3) for each set; a set counts as much as another, whatever its N. Errors of an angle
            that a set does not label are NaN: its line is fitted to the other sets.

    Raises:
        InputError: when no set labels an angle.
    """
    from scipy.optimize import nnls

    lines = []
    for angle in range(3):
        rows, wanted = [], []
        for spread, error in zip(spread_deg, error_deg, strict=True):
            if np.isnan(error[:, angle]).any():
                continue
            weight = 1 / np.sqrt(len(spread))
            rows.append(weight * np.column_stack([np.ones(len(spread)), spread[:, angle]]))
            wanted.append(weight * error[:, angle])
        if not rows:
            raise InputError(f"No set labels the {ANGLES[angle]}, so nothing can be fitted to it: add one that does.")
        lines.append(nnls(np.concatenate(rows), np.concatenate(wanted))[0])
    at_one, per_degree = np.round(np.transpose(lines), 4).tolist()
    return ExpectedError(tuple(at_one), tuple(per_degree))


def parts_of(expected_deg: NDArray, error_deg: NDArray, parts: int = PARTS) -> list[Part]:
    """The faces (N, 3) in as many parts of equal number, from those of which the least error is expected.

    Of angles whose errors are NaN neither counts.
    """
    labelled = ~np.isnan(error_deg).any(axis=0)
    expected, found = expected_deg[:, labelled].mean(axis=1), error_deg[:, labelled].mean(axis=1)
    order = np.array_split(np.argsort(expected, kind="stable"), min(parts, len(expected)))
    return [Part(len(part), float(expected[part].mean()), float(found[part].mean())) for part in order]


def keep(path: Path, expected: ExpectedError) -> None:
    """Write what is expected into an ONNX file, which is whole at every moment."""
    import onnx

    proto = onnx.load(path)
    told = {entry.key: entry.value for entry in proto.metadata_props}
    onnx.helper.set_model_props(proto, {**told, EXPECTED_ERROR: expected.as_text()})
    with replace_whole(path) as temporary:
        onnx.save(proto, temporary)


def draw(series: dict[str, list[Part]], path: Path) -> None:
    """Found over expected error, a line for each set; on the diagonal they are equal."""
    chart, axes = new_figure(size=(6.0, 4.5))
    most = max(max(part.expected_deg, part.found_deg) for parts in series.values() for part in parts)
    axes.plot([0, most], [0, most], color="0.7", linestyle="--", label="as expected")
    for name, parts in series.items():
        axes.plot([p.expected_deg for p in parts], [p.found_deg for p in parts], marker="o", label=Path(name).stem)
    axes.set_xlabel("expected error, degrees")
    axes.set_ylabel("found error, degrees")
    axes.legend(frameon=False)
    save_figure(chart, path)


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """Fit or show."""
    args = _parser().parse_args(argv)
    path = bundled_onnx(DEFAULT_MODEL, args.weights)
    if path is None:
        raise InputError(f"There is no bundled fusion '{args.weights}' whose members could be told apart.")
    engine = OnnxEngine(path)
    sets = {name: load_labelled_set(name, args.folder) for name in args.set or _there(args.folder)}
    told, engine.expected = engine.expected, SPREAD
    spreads, errors = zip(*(_apart(StraightenedEngine(engine), samples) for samples in sets.values()), strict=True)
    if args.keep:
        told = fit(spreads, errors)
        keep(path, told)
    if told is None:
        raise InputError(f"'{path}' tells no expected errors: fit them with --keep first.")
    expected = [told.of(spread) for spread in spreads]
    series = {name: parts_of(*both) for name, *both in zip(sets, expected, errors, strict=True)}
    for name, parts in series.items():
        angles = "" if sets[name].roll_labelled else "; no roll in its labels: errors are of yaw and pitch"
        print(f"{name}, {sum(part.faces for part in parts)} faces{angles}")
        print("\n".join(f"  expected {part.expected_deg:5.2f}  found {part.found_deg:5.2f}" for part in parts))
    if args.chart:
        draw(series, args.chart)
    return EXIT_OK


def _there(folder: Path) -> list[str]:
    """The test sets in a folder; where it has none, faces are rendered."""
    if not available_sets(folder):
        ensure_synthetic_test(folder)
    return available_sets(folder)


def _apart(engine: StraightenedEngine, samples: LabelledSet) -> tuple[NDArray, NDArray]:
    """Standard deviations of the members and absolute errors of the fusion, (N, 3) degrees each.

    Errors of a roll that is not labelled are NaN.
    """
    poses, spread = engine.read(samples.image)
    errors = euler_errors(poses, samples.true)
    if not samples.roll_labelled:
        errors[:, 2] = np.nan
    return spread, errors


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m fsanet.benchmarks.expected_error",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("weights", help="a training set whose fusion is bundled, such as free")
    add_option(parser, "--set", "(several may be given; default: all that are there, else renders)", nargs="+")
    add_option(parser, "--folder", "(default: %(default)s)", type=Path, default=DATA)
    parser.add_argument("--keep", action="store_true", help="fit to these sets and write it into the bundled file")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="draw what is printed")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
