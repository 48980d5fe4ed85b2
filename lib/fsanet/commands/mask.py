"""Put masks on the faces of a set: `make mask SET=name [BY=points|pose|render KIND= SEED= OUT=npz]`.

    fsanet mask --set AFLW2000                  data/type1/AFLW2000_masked.npz, masks laid over the landmarks
    fsanet mask --set BIWI_noTrack              by the label of the pose and the box of the face: no landmarks needed
    fsanet mask --set my/faces.npz --kind n95 --out my/faces_n95.npz
    fsanet mask --set synthetic_test --by render            rendered again with masks: the same pictures otherwise

Order and labels stay and no face is left out; the kind of each mask is in the columns `mask` and `mask_worn`. Equal
seeds give equal bytes; a killed run goes on where it was. `fsanet test` measures a set and its twin pair by pair.
"""

import argparse

from fsanet.console import EXIT_OK
from fsanet.datasets.derive import MASKED, derive_set, twin_path
from fsanet.datasets.pose_set import PoseSet
from fsanet.datasets.protocols import set_path
from fsanet.options import add_twin_options
from fsanet.rendering.masks.kinds import KINDS, WAYS
from fsanet.rendering.masks.masked_set import masked_set


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which set, which masks, and where to."""
    add_twin_options(parser)
    by = "what places the masks (default: points where the set holds landmarks, else pose)"
    parser.add_argument("--by", choices=WAYS, help=by)
    parser.add_argument("--kind", metavar="KIND", help=f"of all masks: {', '.join(KINDS)} (default: one for each face)")


def run(args: argparse.Namespace) -> int:
    """Make the masked twin; whole or not there."""
    source = set_path(args.set, args.folder)
    given = PoseSet.load(source)
    target = args.out or twin_path(source, MASKED)
    work = masked_set(source, target, given, args.by, args.kind, args.seed)
    fresh = derive_set(work, given, workers=args.workers, quiet=args.quiet)
    print(f"{target}: {len(given):,} faces with masks, placed by {work.settings['by']}{'' if fresh else '; was there'}")
    return EXIT_OK
