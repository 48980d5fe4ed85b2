"""Turn the faces of a set in the plane of the picture: `make rotate SET=name [DEG=45 SEED= OUT=npz]`.

    fsanet rotate --set BIWI_train               data/BIWI_train_rotated.npz, turns within +-45 degrees
    fsanet rotate --set AFLW2000 --degrees 20

The label of a turned face is that of the turned rotation, R' = Rz(a) R: yaw and pitch change too, see
docs/conventions.md. Labels without roll (Pointing'04's) are taken for those of heads with their ears level. Order
stays; the turn is in the column `clockwise_deg`. Equal seeds give equal bytes; a killed run goes on where it was.
`fsanet test` measures a set and its twin pair by pair.
"""

import argparse

from fsanet.commands.twins import make_twin
from fsanet.datasets.rotated_set import TURN_DEG, rotated_set
from fsanet.datasets.twins import ROTATED
from fsanet.options import add_twin_options


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which set, how far, and where to."""
    add_twin_options(parser)
    parser.add_argument("--degrees", type=float, default=TURN_DEG, help="largest turn (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    """Make the turned twin; whole or not there."""
    return make_twin(
        args,
        ROTATED,
        lambda source, target, given: rotated_set(source, target, given, args.degrees, args.seed),
        lambda _: f"turned by up to {args.degrees:g} degrees",
    )
