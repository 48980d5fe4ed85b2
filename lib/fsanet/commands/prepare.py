"""Make npz sets of the raw sets on this machine: `make preprocess [DB= RAW=folder OUT=folder]`.

Without arguments it looks below `data/`, says what is there, what is missing and where to get it, and makes all that it
can; where there is nothing it makes the synthetic set.

    make preprocess DB=AFLW2000 RAW=/big/AFLW2000 OUT=/big/npz
    make preprocess DB=own RAW=my/faces                            a folder with images and one CSV
    python -m fsanet.commands.prepare --db BIWI --bgr-to-mtcnn             the same without make

Exit codes: 0 all is well, 1 nothing could be made, 3 something was broken and the rest was made.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fsanet.console import EXIT_ERROR, EXIT_OK, EXIT_PARTIAL, run_command
from fsanet.datasets.pictures import draw_pictures, picture_paths
from fsanet.errors import InputError
from fsanet.image.face_crop import INPUT_SIZE
from fsanet.locations import work_dir
from fsanet.readers.biwi import SPLIT_FILE
from fsanet.readers.biwi_labels import EULER_ORDERS
from fsanet.readers.raw_sets import RAW_SETS, Options, RawSet, Step
from fsanet.readers.report import summary_lines
from fsanet.readers.set_builder import build_set

DATA = work_dir("data")
SYNTHETIC = "synthetic"


@dataclass
class Outcome:
    """What a run made, and what it could not."""

    made: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    broken_samples: int = 0

    @property
    def exit_code(self) -> int:
        """0 for all, EXIT_PARTIAL where something raw was broken or a set failed, EXIT_ERROR where nothing was made."""
        if not self.made:
            return EXIT_ERROR
        return EXIT_PARTIAL if self.failed or self.broken_samples else EXIT_OK


def preprocess(raw_set: RawSet, raw: Path, out: Path, options: Options, outcome: Outcome) -> None:
    """Make all npz files of one raw set. What fails is noted, the rest is done."""
    try:
        if not raw.is_dir():
            where = f"; get it at {raw_set.url} ({raw_set.terms})" if raw_set.url else ""
            raise FileNotFoundError(f"No folder '{raw}': expected there are {raw_set.layout}{where}.")
        for step in raw_set.steps(raw, out, options):
            _make(step, options, outcome)
    except (ValueError, OSError, ImportError) as error:  # before the first npz: no folder, no detector
        _fail(raw_set.db, error, outcome)


def find_raw(data: Path) -> list[tuple[RawSet, Path]]:
    """Raw sets that lie below `data`; says on the screen which do, and where to get those that do not."""
    found = []
    for raw_set in RAW_SETS.values():
        if raw_set.folder is None:
            continue
        folder = data / raw_set.folder
        if folder.is_dir() and any(folder.iterdir()):
            print(f"found    {raw_set.db}: {folder}")
            found.append((raw_set, folder))
        else:
            print(f"missing  {raw_set.db}: put {raw_set.layout} into {folder}")
            print(f"         {raw_set.url} ({raw_set.terms})")
    return found


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """The `preprocess` command."""
    args = _parser().parse_args(argv)
    options = Options(
        margin=args.margin,
        img_size=args.img_size,
        detector=args.detector,
        bgr_to_mtcnn=args.bgr_to_mtcnn,
        euler_order=args.euler_order,
        biwi_split=args.biwi_split,
        csv=args.csv,
        name=args.name,
        workers=args.workers,
        quiet=args.quiet,
    )
    if args.db == SYNTHETIC:
        return _synthetic(args)
    if args.db is None:
        if args.raw:
            raise InputError(f"RAW= needs DB= to say what it is: {', '.join(RAW_SETS)}.")
        found = find_raw(args.data)
        if not found:
            print("There is no raw set: making the synthetic one, which needs none.")
            return _synthetic(args)
    else:
        raw_set = RAW_SETS[args.db]
        if args.raw is None and raw_set.folder is None:
            raise InputError(f"DB={args.db} needs RAW=folder: {raw_set.layout}.")
        found = [(raw_set, args.raw or args.data / raw_set.folder)]
    outcome = Outcome()
    for raw_set, raw in found:
        preprocess(raw_set, raw, args.out or args.data / raw_set.output, options, outcome)
    return outcome.exit_code


def _make(step: Step, options: Options, outcome: Outcome) -> None:
    try:
        built = build_set(step.recipe(), workers=options.workers, quiet=options.quiet)
        if built.fresh or not all(path.is_file() for path in picture_paths(built.path)):
            draw_pictures(built.path)
    except (ValueError, OSError, ImportError) as error:
        _fail(step.name, error, outcome)
        return
    outcome.made.append(step.name)
    outcome.broken_samples += sum(item.broken for item in built.left_out)
    print("\n".join(summary_lines(built.path, built.samples, built.left_out, fresh=built.fresh)))
    print(f"  pictures: {', '.join(str(path) for path in picture_paths(built.path))}")


def _fail(name: str, error: Exception, outcome: Outcome) -> None:
    print(f"error: {name}: {error}", file=sys.stderr)
    outcome.failed.append(name)


def _synthetic(args: argparse.Namespace) -> int:
    from fsanet.rendering.write_sets import write_synthetic_sets  # compiles the renderer: only where it is needed

    return write_synthetic_sets(args.out or args.data, args.samples, args.seed, args.workers, quiet=args.quiet)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is less than 1")
    return value


def _margin(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 10:
        raise argparse.ArgumentTypeError(f"{value} is not a share of 0 to 10 of the face box")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m fsanet.commands.prepare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--db", choices=[*RAW_SETS, SYNTHETIC], help="which set; all that are there if not given")
    parser.add_argument("--raw", type=Path, help="its folder, where it is not below data/")
    parser.add_argument("--out", type=Path, help="folder for the npz files; below data/ if not given")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder to look in (default: %(default)s)")
    parser.add_argument("--margin", type=_margin, help="share of the face box added on each side")
    parser.add_argument(
        "--img-size", type=_positive, default=INPUT_SIZE, help="side of the crops in pixels (default: 64)"
    )
    parser.add_argument("--detector", help="face detector; mtcnn for BIWI and yunet for the others if not given")
    parser.add_argument("--bgr-to-mtcnn", action="store_true", help="feed MTCNN BGR, as published BIWI sets were made")
    parser.add_argument("--euler-order", choices=EULER_ORDERS, default="xyz", help="of BIWI's labels")
    parser.add_argument("--biwi-split", type=Path, default=SPLIT_FILE, help="JSON with the videos of each side")
    parser.add_argument("--csv", type=Path, help="table of one's own set, where its folder holds several")
    parser.add_argument("--name", help="name of one's own set; its folder's if not given")
    parser.add_argument("--samples", type=_positive, help="size of the synthetic training set")
    parser.add_argument("--seed", type=int, default=0, help="of the synthetic set")
    parser.add_argument("--workers", type=_positive, help="number of processes; one per core if not given")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    return parser


if __name__ == "__main__":
    sys.exit(main())
