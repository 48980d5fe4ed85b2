"""Put masks on the faces of a set: `make mask SET=name [BY=points|pose|render KIND= SEED= OUT=npz]`.

    fsanet mask --set AFLW2000                  data/type1/AFLW2000_masked.npz, masks laid over the landmarks
    fsanet mask --set BIWI_noTrack              by the label of the pose and the box of the face: no landmarks needed
    fsanet mask --set my/faces.npz --kind n95 --out my/faces_n95.npz
    fsanet mask --set synthetic_test --by render            rendered again with masks: the same pictures otherwise;
                                                            masks follow the seed of the set, and --seed has no part

Order and labels stay and no face is left out; the kind of each mask is in the columns `mask` and `mask_worn`. Equal
seeds give equal bytes; a killed run goes on where it was. `fsanet test` measures a set and its twin pair by pair.
"""

import argparse

from fsanet.commands.twins import make_twin
from fsanet.datasets.twins import MASKED
from fsanet.options import add_twin_options
from fsanet.overlays.masked_set import masked_set
from fsanet.rendering.masks.kinds import KINDS, WAYS

NEEDS = ("render",)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which set, which masks, and where to."""
    add_twin_options(parser)
    by = "what places the masks (default: points where the set holds landmarks, else pose)"
    parser.add_argument("--by", choices=WAYS, help=by)
    parser.add_argument("--kind", metavar="KIND", help=f"of all masks: {', '.join(KINDS)} (default: one for each face)")


def run(args: argparse.Namespace) -> int:
    """Make the masked twin; whole or not there."""
    return make_twin(
        args,
        MASKED,
        lambda source, target, given: masked_set(source, target, given, args.by, args.kind, args.seed),
        lambda work: f"with masks, placed by {work.settings['by']}",
    )
