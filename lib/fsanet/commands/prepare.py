"""Make npz sets of the raw sets on this machine: `make preprocess [DB= RAW=folder OUT=folder]`.

    fsanet prepare                                          all that lies below the folder of sets
    fsanet prepare --set AFLW2000 --raw /big/AFLW2000 --out /big/npz
    fsanet prepare --set own --raw my/faces                 a folder with images and one CSV
    fsanet prepare --set BIWI --bgr-to-mtcnn                as published BIWI sets were made
    fsanet prepare --set synthetic --samples 50000

Without arguments it says what is there, what is missing and where to get it, and makes all that it can; where there is
nothing it makes the synthetic set.
"""

import argparse
import logging
from dataclasses import dataclass, field, fields
from pathlib import Path

from fsanet.checks import MOST_MARGIN
from fsanet.console import EXIT_ERROR, EXIT_OK, EXIT_PARTIAL
from fsanet.errors import InputError
from fsanet.image.face_crop import INPUT_SIZE
from fsanet.locations import work_dir
from fsanet.options import add_option, positive, refuse_without_part, share
from fsanet.readers.biwi_protocol import EULER_ORDERS
from fsanet.readers.own import ANGLE_UNITS
from fsanet.readers.raw_sets import RAW_SETS, Options, RawSet, Step
from fsanet.readers.report import summary_lines
from fsanet.readers.set_builder import build_set

NEEDS = ("render",)

SYNTHETIC = "synthetic"
_ALL_RAW = ("raw", "margin", "img_size")
_SEARCHED = (*_ALL_RAW, "detector", "bgr_to_mtcnn")
_PARTS = {
    "300W_LP": _ALL_RAW,
    "AFLW2000": _ALL_RAW,
    "BIWI": (*_SEARCHED, "euler_order", "biwi_split"),
    "Pointing04": _SEARCHED,
    "own": (*_SEARCHED, "csv", "angles", "name"),
    SYNTHETIC: ("samples", "seed"),
}
log = logging.getLogger(__name__)


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
    except (InputError, OSError) as error:  # before the first npz: no folder, no detector
        _fail(raw_set.db, error, outcome)


def find_raw(data: Path) -> list[tuple[RawSet, Path]]:
    """Raw sets that lie below `data`; says which do, and where to get those that do not."""
    found = []
    for raw_set in RAW_SETS.values():
        if raw_set.folder is None:
            continue
        folder = data / raw_set.folder
        if folder.is_dir() and any(folder.iterdir()):
            log.info("found    %s: %s", raw_set.db, folder)
            found.append((raw_set, folder))
        else:
            log.info("missing  %s: put %s into %s", raw_set.db, raw_set.layout, folder)
            log.info("         %s (%s)", raw_set.url, raw_set.terms)
    return found


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which set, from where to where, and how it is cut."""
    add_option(parser, "--set", "to make; all that are there if not given", choices=[*RAW_SETS, SYNTHETIC])
    parser.add_argument("--raw", type=Path, help="folder of the raw set, where it is not below the folder of sets")
    add_option(parser, "--out", "(a folder; below the folder of sets if not given)", type=Path)
    add_option(parser, "--folder", "and of the raw sets (default: %(default)s)", type=Path, default=work_dir("data"))
    parser.add_argument("--margin", type=share(MOST_MARGIN), help="share of the face box added on each side")
    parser.add_argument("--img-size", type=positive, help=f"side of the crops in pixels (default: {INPUT_SIZE})")
    parser.add_argument("--detector", help="face detector; mtcnn for BIWI and yunet for the others if not given")
    parser.add_argument("--bgr-to-mtcnn", action="store_true", help="feed MTCNN BGR, as published BIWI sets were made")
    order, split = f"(default: {Options.euler_order})", "(default: the protocol's)"
    parser.add_argument("--euler-order", choices=EULER_ORDERS, help=f"of BIWI's labels {order}")
    parser.add_argument("--biwi-split", type=Path, help=f"JSON with BIWI's videos of each side {split}")
    parser.add_argument("--csv", type=Path, help="table of one's own set, where its folder holds several")
    parser.add_argument("--angles", choices=ANGLE_UNITS, help="of that table; degrees if not given, asked where unsure")
    parser.add_argument("--name", help="name of one's own set; its folder's if not given")
    add_option(parser, "--samples", "of the synthetic training set", type=positive)
    add_option(parser, "--seed", "(of the synthetic set; 0 if not given)")
    add_option(parser, "--workers", "(processes; one per core if not given)", type=positive)
    add_option(parser, "--cluster")


def run(args: argparse.Namespace) -> int:
    """Make the sets; 0 all is well, 1 nothing could be made, 3 something was broken and the rest was made."""
    from fsanet.cluster.dask_pool import spread_over

    with spread_over(args.cluster):
        return _run(args)


def _run(args: argparse.Namespace) -> int:
    if args.set is not None:
        refuse_without_part(args, _PARTS, [args.set], f"--set {args.set}")
    if args.set == SYNTHETIC:
        return _synthetic(args)
    found = _chosen(args)
    if not found:
        refuse_without_part(args, _PARTS, [SYNTHETIC], "the synthetic set, which is made where there is no raw one")
        log.info("There is no raw set: making the synthetic one, which needs none.")
        return _synthetic(args)
    names = [raw_set.db for raw_set, _ in found]
    refuse_without_part(args, _PARTS, names, f"what is there ({', '.join(names)})")
    given = {field.name: getattr(args, field.name) for field in fields(Options)}
    options = Options(**{name: value for name, value in given.items() if value is not None})
    outcome = Outcome()
    for raw_set, raw in found:
        preprocess(raw_set, raw, args.out or args.folder / raw_set.output, options, outcome)
    return outcome.exit_code


def _chosen(args: argparse.Namespace) -> list[tuple[RawSet, Path]]:
    """The raw set that is named, with its folder, or all that are there."""
    if args.set is None:
        if args.raw:
            raise InputError(f"--raw needs --set to say what it is: {', '.join(RAW_SETS)}.")
        return find_raw(args.folder)
    raw_set = RAW_SETS[args.set]
    if args.raw is None and raw_set.folder is None:
        raise InputError(f"--set {args.set} needs --raw: a folder with {raw_set.layout}.")
    return [(raw_set, args.raw or args.folder / raw_set.folder)]


def _make(step: Step, options: Options, outcome: Outcome) -> None:
    from fsanet.datasets.pictures import draw_pictures, picture_paths  # Matplotlib: missed before the work, not after

    try:
        built = build_set(step.recipe(), workers=options.workers, quiet=options.quiet)
        if built.fresh or not all(path.is_file() for path in picture_paths(built.path)):
            draw_pictures(built.path)
    except (InputError, OSError) as error:
        _fail(step.name, error, outcome)
        return
    outcome.made.append(step.name)
    outcome.broken_samples += sum(item.broken for item in built.left_out)
    print("\n".join(summary_lines(built.path, built.samples, built.left_out, fresh=built.fresh)))
    print(f"  pictures: {', '.join(str(path) for path in picture_paths(built.path))}")


def _fail(name: str, error: Exception, outcome: Outcome) -> None:
    log.error("%s: %s", name, error)
    outcome.failed.append(name)


def _synthetic(args: argparse.Namespace) -> int:
    from fsanet.rendering.write_sets import write_synthetic_sets  # compiles the renderer: only where it is needed

    return write_synthetic_sets(args.out or args.folder, args.samples, args.seed or 0, args.workers, quiet=args.quiet)
