"""Render synthetic heads: npz sets, or whole photographs in the layouts of the real sets.

    fsanet render                                                 data/synthetic_{train,validation,test}.npz
    fsanet render --samples 2000 --seed 7 --out my/heads --masked 0.3
    fsanet render --layout 300W_LP --samples 100 --out photos     images and .mat files
    fsanet render --layout BIWI --samples 100 --out videos        one person a folder, poses and rgb.cal

All cores work on npz sets; a killed run goes on where it was, and ends with the same bytes. Other sets of these names
in the folder are replaced when the new ones are done, with a warning before. `fsanet prepare` reads the photographs as
it reads the real sets.
"""

import argparse
from pathlib import Path

from fsanet.console import EXIT_OK
from fsanet.locations import work_dir
from fsanet.options import add_option, positive, refuse_without_part, share
from fsanet.rendering.poses import POSES

NEEDS = ("render",)

NPZ, PHOTOS = "npz", ("300W_LP", "BIWI")
_PARTS = {NPZ: ("per_person", "masked", "hair", "workers", "cluster"), PHOTOS[0]: ("size",), PHOTOS[1]: ("size",)}


def add_options(parser: argparse.ArgumentParser) -> None:
    """What, how many, and who."""
    parser.add_argument("--layout", choices=(NPZ, *PHOTOS), default=NPZ, help="(default: %(default)s)")
    add_option(parser, "--out", "(a folder, default: %(default)s)", type=Path, default=work_dir("data"))
    add_option(
        parser, "--samples", "of the training set or photographs (default: 50000; 100 photographs)", type=positive
    )
    add_option(parser, "--seed", default=0)
    parser.add_argument("--poses", choices=POSES, help="their distribution (default: mixed; that of the layout)")
    sets = parser.add_argument_group("npz sets")
    add_option(sets, "--workers", "(processes; one per core if not given)", type=positive)
    add_option(sets, "--cluster")
    sets.add_argument("--per-person", type=positive, help="pictures of one person")
    sets.add_argument("--masked", type=share(1), help="share with a face mask (default: none)")
    sets.add_argument(
        "--hair", metavar="STYLE", help="hair that everybody wears, all else the same (default: their own)"
    )
    photos = parser.add_argument_group("photographs")
    photos.add_argument("--size", type=_size, metavar="WIDTHxHEIGHT", help="pixels (default: that of the layout)")


def run(args: argparse.Namespace) -> int:
    """Render; the files are whole or not there."""
    refuse_without_part(args, _PARTS, [args.layout], f"--layout {args.layout}")
    return _sets(args) if args.layout == NPZ else _photographs(args)


def _sets(args: argparse.Namespace) -> int:
    from fsanet.cluster.dask_pool import spread_over
    from fsanet.rendering.frame import RenderSettings  # compiles the renderer
    from fsanet.rendering.write_sets import write_synthetic_sets

    given = {
        name: getattr(args, name)
        for name in ("poses", "per_person", "masked", "hair")
        if getattr(args, name) is not None
    }
    with spread_over(args.cluster):
        return write_synthetic_sets(
            args.out, args.samples, args.seed, args.workers, RenderSettings(**given), args.quiet
        )


def _photographs(args: argparse.Namespace) -> int:
    from fsanet.rendering.write_frames import write_frames

    frames = args.samples or 100
    write_frames(args.layout, args.out, frames, args.seed, args.poses, args.size, args.quiet)
    print(f"{frames} frames in {args.out}")
    return EXIT_OK


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and min(int(width), int(height)) >= 64):
        raise argparse.ArgumentTypeError(f"must be as 640x480, 64 pixels or more each, got '{text}'")
    return int(width), int(height)
