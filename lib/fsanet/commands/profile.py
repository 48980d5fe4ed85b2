"""Turn photographs of faces in 3D to other poses, or label them: `make profile RAW=folder [OUT= COPIES= ONLY= SEED=]`.

    fsanet profile my/photographs                            18 copies of each, and mirrored ones
    fsanet profile my/photographs --other-shapes --out more  each with the face shape of another one of them
    fsanet profile my/photographs --as-they-are              labels, no turns, and 18 crops of each for training
    fsanet profile faces --only '*[13579].jpg' --copies 20 --out data

Writes the copies in the layout of 300W-LP (<out>/<folder>/<photo>_<k>.jpg and .mat, mirrored ones in <folder>_Flip)
and <out>/<folder>.npz with a crop of each. The points of the faces come from .mat files beside the photographs, where
there are any, else from MediaPipe's Face Mesh, which is set up in an environment of its own on first use. A stopped run
goes on where it was when the same command is given again.
"""

import argparse
from pathlib import Path

from fsanet.console import EXIT_OK, EXIT_PARTIAL
from fsanet.locations import work_dir
from fsanet.options import add_option, positive, refuse_without_part

NEEDS = ("render",)

_COPIES, _YAW_DEG = 18, 90.0
_TURNED, _AS_THEY_ARE = "turned", "--as-they-are"
_PARTS = {_TURNED: ("yaw",), _AS_THEY_ARE: ()}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which photographs, and how many copies."""
    parser.add_argument("raw", type=Path, help="folder of photographs, a face in each")
    add_option(parser, "--out", "(a folder, default: %(default)s)", type=Path, default=work_dir("data"))
    copies = "of each photograph, with --as-they-are crops of it (default: %(default)s)"
    parser.add_argument("--copies", type=positive, default=_COPIES, help=copies)
    back = "who looks up to 8 further aside is turned back to it, who looks further is left out"
    yaw = f"largest yaw of a copy, degrees; {back} (default: {_YAW_DEG:g})"
    parser.add_argument("--yaw", type=float, help=yaw)
    parser.add_argument("--only", default="*", help="pattern of file names, such as '*[13579].jpg' (default: all)")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--other-shapes", action="store_true", help="each copy with the face shape of another person")
    way.add_argument("--as-they-are", action="store_true", help="no turned copies: the photographs, labelled")
    parser.add_argument("--no-flips", action="store_true", help="no mirrored copies")
    add_option(parser, "--seed", default=0)
    add_option(parser, "--workers", "(processes; one per core if not given)", type=positive)


def run(args: argparse.Namespace) -> int:
    """Profile; every file is whole or not there."""
    from fsanet.datasets.pictures import draw_pictures, picture_paths
    from fsanet.profiling.write import ProfileSettings, left_out_lines, profile_folder  # compiles
    from fsanet.readers.scattered import scattered_recipe
    from fsanet.readers.set_builder import build_set

    refuse_without_part(args, _PARTS, [_AS_THEY_ARE if args.as_they_are else _TURNED], _AS_THEY_ARE)
    settings = ProfileSettings(
        args.copies,
        _YAW_DEG if args.yaw is None else args.yaw,
        args.seed,
        not args.no_flips,
        args.only,
        other_shapes=args.other_shapes,
        turned=not args.as_they_are,
    )
    profiled = profile_folder(args.raw, args.out, settings, args.workers, args.quiet)
    places = ", ".join(map(str, profiled.folders))
    made = f"{settings.copies} copies of each" if settings.turned else "as they are, labelled"
    print(f"{profiled.photographs} photographs, {made}: {places}")
    for line in left_out_lines(profiled.left_out):
        print(line)
    npz = args.out / f"{profiled.folders[0].name}.npz"
    recipe = scattered_recipe(list(profiled.folders), npz, crops=settings.crops, seed=args.seed)
    built = build_set(recipe, workers=args.workers, quiet=args.quiet)
    if built.fresh:
        draw_pictures(npz)
    print(f"{npz}: {built.samples:,} crops; look at {', '.join(picture.name for picture in picture_paths(npz))}")
    return EXIT_PARTIAL if any(item.broken for item in profiled.left_out) else EXIT_OK
