"""What the verbs that make a twin of a set share: `mask`, `hair`, `surround` and `rotate`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from fsanet.console import EXIT_OK
from fsanet.datasets.derive import Derivation, derive_set
from fsanet.datasets.pose_set import PoseSet
from fsanet.datasets.protocols import set_path
from fsanet.datasets.twins import twin_path


def make_twin(
    args: argparse.Namespace,
    suffix: str,
    plan: Callable[[Path, Path, PoseSet], Derivation],
    told: Callable[[Derivation], str],
) -> int:
    """Make the twin of a set, whole or not there, and say so.

    Args:
        args: of `fsanet.options.add_twin_options`.
        suffix: what the twin's name ends in, one of `fsanet.datasets.derive.TWINS`.
        plan: source, target, the set -> how to make the twin.
        told: what its faces are, the end of a sentence.
    """
    source = set_path(args.set, args.folder)
    given = PoseSet.load(source)
    target = args.out or twin_path(source, suffix)
    work = plan(source, target, given)
    fresh = derive_set(work, given, workers=args.workers, quiet=args.quiet)
    print(f"{target}: {len(given):,} faces {told(work)}{'' if fresh else '; was there'}")
    return EXIT_OK
