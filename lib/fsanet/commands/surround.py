"""Put the faces of a set before other surroundings: `make surround SET=name [BACKGROUNDS=folder SEED= OUT=npz]`.

    fsanet surround --set AFLW2000              data/type1/AFLW2000_surrounded.npz
    fsanet surround --set portraits --backgrounds data/backgrounds

All that lies outside of each face, and a drawn margin around it, comes from another crop of the set or from a picture
without people. A network that reads faces answers as before; one that learnt to read collars and walls does not. Order
and labels stay. The set needs landmarks (`points_xy`). Equal seeds give equal bytes; a killed run goes on where it was.
`fsanet test` measures a set and its twin pair by pair.
"""

import argparse

from fsanet.commands.twins import make_twin
from fsanet.datasets.twins import SURROUNDED
from fsanet.options import add_twin_options

NEEDS = ("render",)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which set, which pictures behind, and where to."""
    add_twin_options(parser)
    behind = "pictures without people, such as `fsanet finder backgrounds` fetches (default: paintings of our own)"
    parser.add_argument("--backgrounds", metavar="FOLDER", help=behind)


def run(args: argparse.Namespace) -> int:
    """Make the twin with other surroundings; whole or not there."""
    from fsanet.scenes.surrounded_set import surrounded_set  # compiles the renderer: only where it is needed

    return make_twin(
        args,
        SURROUNDED,
        lambda source, target, given: surrounded_set(source, target, given, args.backgrounds, args.seed),
        lambda _: "in other surroundings",
    )
