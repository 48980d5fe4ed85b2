"""Take trained weights into the repository, and as ONNX.

fsanet finder bundle scout.weights.h5 --calibrate data/photographs/cc0_portraits
"""

import argparse
from pathlib import Path

from fsanet.console import EXIT_OK, quiet_native_stderr
from fsanet.image.kinds import pictures_in
from fsanet.locations import work_dir

NEEDS = ("keras", "export")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which weights, and what the file in int8 is calibrated on."""
    parser.add_argument("weights", type=Path, metavar="WEIGHTS", help="scout.weights.h5 of a run")
    parser.add_argument(
        "--calibrate", type=Path, required=True, metavar="FOLDER", help="photographs of people, for the file in int8"
    )
    parser.add_argument("--only", default="*", help="pattern for their names (default: all)")


def run(args: argparse.Namespace) -> int:
    """Write both files, and say what they are."""
    with quiet_native_stderr():
        from fsanet.export.finder_file import bundle_finder
    from fsanet.image.reading import read_image
    from fsanet.weights.pretrained import BUNDLED_FINDER

    kept, onnx = (
        work_dir(name) for name in (f"pre-trained/{BUNDLED_FINDER.path}", "lib/fsanet/bundled/scout/scout.onnx")
    )
    files = pictures_in(args.calibrate, args.only)
    print(bundle_finder("scout", args.weights, kept, onnx, [read_image(file) for file in files]))
    return EXIT_OK
