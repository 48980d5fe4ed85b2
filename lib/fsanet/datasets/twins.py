"""Twins of sets, the same faces with something done to them: how they are called, and what their labels say."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fsanet.datasets.pose_set import POINTS_KEY, PoseSet
from fsanet.errors import InputError

# what is added to the name of a set
MASKED, ROTATED, HAIRED, SURROUNDED = TWINS = ("_masked", "_rotated", "_haired", "_surrounded")


def plain_name(name: str) -> str:
    """The name of the set that a twin, or a twin of twins, was made of: AFLW2000_masked_rotated -> AFLW2000.

    Any other name as it is.
    """
    while suffix := next((suffix for suffix in TWINS if name.endswith(suffix)), ""):
        name = name.removesuffix(suffix)
    return name


def changes_of(meta: Mapping[str, Any]) -> dict[str, Any]:
    """What was done to the samples of a set that is a twin, by the name of each change; empty for any other set."""
    return {key: meta[key] for key in (suffix.removeprefix("_") for suffix in TWINS) if key in meta}


def made_from(meta: Mapping[str, Any], name: str, meta_of_name: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """How a set was made of another one without a set between them; None where it was not.

    Args:
        meta: of the set.
        name: of the other.
        meta_of_name: of the other.

    Returns:
        The record of the change: `from`, `from_sha256`, `seed`, its settings.
    """
    changes, before = changes_of(meta), changes_of(meta_of_name)
    for change, made in changes.items():
        is_the_last = changes.keys() - {change} == before.keys() - {change}
        if is_the_last and isinstance(made, Mapping) and made.get("from") == f"{name}.npz":
            return made
    return None


def says_only_where_faces_look(meta: Mapping[str, Any]) -> bool:
    """Whether yaw and pitch of a set are a direction (pan and tilt) and its roll is no label.

    Its heads are then taken to have their ears level, see `fsanet.pose.angles.angles_of_facing`. The turned twin of
    such a set has the angles of whole heads.
    """
    return not meta.get("roll_labelled", True) and ROTATED.removeprefix("_") not in meta


def twin_path(source: Path, suffix: str) -> Path:
    """Where the twin of a set lies: beside it."""
    return source.with_name(f"{source.stem}{suffix}.npz")


def check_landmarks(given: PoseSet, source: Path, otherwise: str = "") -> None:
    """Raise unless every face of a set has its landmarks.

    Args:
        given: the set.
        source: its file.
        otherwise: what else can be done, as the end of a sentence.

    Raises:
        InputError: where some have none.
    """
    points = given.extras.get(POINTS_KEY)
    if points is None:
        raise InputError(
            f"'{source}' holds no landmarks (`{POINTS_KEY}`): make it again with `fsanet prepare`{otherwise}."
        )
    bad = np.flatnonzero(~np.isfinite(points).all(axis=(1, 2)))
    if len(bad):
        raise InputError(
            f"'{source}': {len(bad)} faces have no landmarks, sample {bad[0]} first: leave them out{otherwise}."
        )
