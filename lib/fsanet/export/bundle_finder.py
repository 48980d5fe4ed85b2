"""Take trained weights of the network that finds faces into the repository, and as ONNX in float32 and int8.

    python -m fsanet.export.bundle_finder scout.weights.h5 --calibrate data/photographs/cc0_portraits

The weights go to `pre-trained/`, the ONNX files to `lib/fsanet/bundled/scout/`. What is printed, size and SHA-256,
belongs into `fsanet/weights/pretrained.py`.
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import fsanet
from fsanet.console import EXIT_OK, run_command
from fsanet.dense import layout
from fsanet.export.finder_file import write_finder_onnx, write_int8_finder
from fsanet.files import replace_whole, sha256_of
from fsanet.image.kinds import pictures_in
from fsanet.image.reading import read_image
from fsanet.locations import BUNDLED_DIR, PRETRAINED, checkout
from fsanet.models.single_stage.table import load_finder
from fsanet.weights.pretrained import BUNDLED_FINDER, FREE_LICENCE


def bundle_finder(name: str, weights: Path, kept: Path, onnx: Path, pictures: Sequence[NDArray[np.uint8]]) -> str:
    """Take trained weights into the repository, and as ONNX in float32 and int8.

    Args:
        name: of the network.
        weights: a .weights.h5 of a training run.
        kept: where they are to lie.
        onnx: the .onnx file to write; the one in int8 lies beside it, `int8_beside`.
        pictures: (h, w, 3) uint8 BGR, some dozens with faces, that the one in int8 is calibrated on.

    Returns:
        Size and SHA-256 of the weights, for the catalogue.
    """
    model, about = load_finder(name, weights), _about(name, weights)
    with replace_whole(onnx) as temporary:  # both files are of these weights, or of those before
        write_finder_onnx(model, temporary, about)
        write_int8_finder(model, int8_beside(onnx), pictures, about)
    with replace_whole(kept) as temporary:
        shutil.copyfile(weights, temporary)
    return f'{kept.stat().st_size}, "{sha256_of(kept)}"'


def int8_beside(onnx: Path) -> Path:
    """Where the file in int8 lies: `scout_int8.onnx` beside `scout.onnx`."""
    return onnx.with_name(f"{onnx.stem}_int8.onnx")


def _about(name: str, weights: Path) -> dict[str, str]:
    """What the file says of itself."""
    return {
        "model": name,
        "weights_sha256": sha256_of(weights),
        "licence": FREE_LICENCE,
        "prediction": "a row a cell: score (logit), box (4), five points (10), two columns of the rotation (6), "
        f"logits of masks (3: {', '.join(layout.MASKS)})",
        "colour_order": "BGR",
        "value_range": "0..255",
        "fsanet_version": fsanet.__version__,
    }


@run_command
def main(argv: list[str] | None = None) -> int:
    """Parse the command line, write all files, and print the row of the catalogue."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path, metavar="WEIGHTS", help="scout.weights.h5 of a run")
    parser.add_argument(
        "--calibrate", type=Path, required=True, metavar="FOLDER", help="photographs of people, for the file in int8"
    )
    parser.add_argument("--only", default="*", help="pattern for their names (default: all)")
    args = parser.parse_args(argv)
    kept = checkout() / PRETRAINED / BUNDLED_FINDER.path
    pictures = [read_image(file) for file in pictures_in(args.calibrate, args.only)]
    print(bundle_finder("scout", args.weights, kept, BUNDLED_DIR / "scout" / "scout.onnx", pictures))
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
