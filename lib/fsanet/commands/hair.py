"""Lay rendered hair over the faces of a set: `make hair SET=name [STYLE= SEED= OUT=npz]`.

    fsanet hair --set AFLW2000                  data/type1/AFLW2000_haired.npz, a style of its own for each face
    fsanet hair --set my/faces.npz --style curtain --out my/faces_curtain.npz

Real hair falls over temples, cheeks, brows and eyes, and misleads networks that have seen none there. Order and labels
stay and no face is left out; the style is in the column `hair`. The set needs landmarks (`points_xy`). Equal seeds give
equal bytes; a killed run goes on where it was. `fsanet test` measures a set and its twin pair by pair.
"""

import argparse

from fsanet.commands.twins import make_twin
from fsanet.datasets.twins import HAIRED
from fsanet.options import add_twin_options
from fsanet.overlays.haired_set import LAID_STYLES, haired_set

NEEDS = ("render",)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which set, which hair, and where to."""
    add_twin_options(parser)
    styles = f"of all hair: {', '.join(LAID_STYLES)} (default: one for each face)"
    parser.add_argument("--style", metavar="STYLE", help=styles)


def run(args: argparse.Namespace) -> int:
    """Make the twin with hair; whole or not there."""
    return make_twin(
        args,
        HAIRED,
        lambda source, target, given: haired_set(source, target, given, args.style, args.seed),
        lambda _: "with hair over them",
    )
