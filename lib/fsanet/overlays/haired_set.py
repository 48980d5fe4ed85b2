"""The twin of a pose set with rendered hair over every face; order and labels stay.

The renderer is imported where hair is drawn: the process that hands out the work does not wait for it.
"""

from functools import partial
from pathlib import Path

import numpy as np

from fsanet.datasets.derive import POINTS_KEY, Derivation, Row, check_landmarks, says_only_where_faces_look
from fsanet.datasets.pose_set import PoseSet
from fsanet.pose.angles import angles_of_facing
from fsanet.rendering.code_version import code_version
from fsanet.rendering.hair_styles import get_style


def haired_set(source: Path, target: Path, given: PoseSet, style: str | None = None, seed: int = 0) -> Derivation:
    """How to make the twin of a set with hair over the faces.

    Args:
        source, target: the npz files.
        given: the set, with landmarks.
        style: a name of `HAIR_STYLES`; None draws one for each face.
        seed: of the hair.

    Raises:
        ValueError: for an unknown style, or a set without landmarks.
    """
    if style is not None:
        get_style(style)
    check_landmarks(given, source)
    settings = {"style": style or "any", "code": code_version(Path(__file__).parent)}
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
