"""The twin of a pose set with rendered hair over every face; order and labels stay.

The renderer is imported where hair is drawn: the process that hands out the work does not wait for it.
"""

from functools import partial
from pathlib import Path

import numpy as np

from fsanet.datasets.derive import Derivation, Row
from fsanet.datasets.pose_set import POINTS_KEY, PoseSet
from fsanet.datasets.twins import check_landmarks, says_only_where_faces_look
from fsanet.errors import InputError
from fsanet.pose.angles import angles_of_facing
from fsanet.rendering.code_version import HAIRED, code_version
from fsanet.rendering.hair_styles import HAIR_STYLES

LAID_STYLES = tuple(style.name for style in HAIR_STYLES if style.name != "bald")  # what can lie over a face


def haired_set(source: Path, target: Path, given: PoseSet, style: str | None = None, seed: int = 0) -> Derivation:
    """How to make the twin of a set with hair over the faces.

    Args:
        source, target: the npz files.
        given: the set, with landmarks.
        style: one of `LAID_STYLES`; None draws one for each face.
        seed: of the hair.

    Raises:
        ValueError: for an unknown style, or a set without landmarks.
    """
    if style is not None and style not in LAID_STYLES:
        raise InputError(f"No hair '{style}' can lie over faces: choose one of {', '.join(LAID_STYLES)}.")
    check_landmarks(given, source)
    settings = {"style": style or "any", "code": code_version(HAIRED)}
    ears_level = says_only_where_faces_look(given.meta)
    if ears_level:
        settings["pose"] = "where the face looks"  # a twin whose hair followed the bare labels is another one
    change = partial(_haired, style=style, ears_level=ears_level)
    return Derivation(source, target, change, "haired", settings, seed)


def _haired(row: Row, rng: np.random.Generator, *, style: str | None, ears_level: bool) -> Row:
    from fsanet.overlays.hair import hair_over
    from fsanet.rendering.tags import hair_tags

    pose = angles_of_facing(row.pose[:2]) if ears_level else row.pose
    result = hair_over(row.image, row.extras[POINTS_KEY], pose, rng, style)
    worn = np.str_(result.style)
    tags = {name: holds for name, holds in hair_tags(worn).items() if name in row.extras}
    return Row(row.number, result.image_bgr, row.pose, {**row.extras, "hair": worn, **tags})
