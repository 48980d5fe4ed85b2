"""What covers a face or makes it hard to read, as tags by which `fsanet test` reports errors.

They follow from what was drawn, not from how much of it is seen: hair may fall beside the face and hide nothing.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.datasets.pose_set import TAG
from fsanet.rendering.hair_styles import HAIR_STYLES
from fsanet.rendering.headwear import HIDES_HAIR, SHOWS_HAIR
from fsanet.rendering.lights import HARD_LIGHT

_BESIDE_FACE = [style.name for style in HAIR_STYLES if style.beside_face]
_FRINGES = [style.name for style in HAIR_STYLES if style.fringe]


def hair_tags(style: ArrayLike) -> dict[str, NDArray[np.bool_]]:
    """Which tags of hair hold for the names of styles (...,) that nothing hides, as columns of a set, (...,) bool."""
    return {f"{TAG}hair": np.isin(style, _BESIDE_FACE), f"{TAG}fringe": np.isin(style, _FRINGES)}


def tags_of(kinds: Mapping[str, NDArray[np.str_]]) -> dict[str, NDArray[np.bool_]]:
    """Which tags hold, as columns of a set.

    Args:
        kinds: the kinds of `samples.Frame` by name, (N,) each.

    Returns:
        (N,) bool by column: loose hair beside the face, a fringe over the forehead, a hat, the frame of glasses, a face
        mask, an object or a hand before the face, hard light.
    """
    bare = kinds["headwear"] == "none"
    hair = hair_tags(kinds["style"])
    tags = {
        "hair": hair[f"{TAG}hair"] & ~np.isin(kinds["headwear"], HIDES_HAIR),
        "fringe": hair[f"{TAG}fringe"] & (bare | np.isin(kinds["headwear"], SHOWS_HAIR)),
        "hat": ~bare,
        "frame": kinds["eyewear"] != "none",
        "mask": kinds["mask"] != "none",
        "object": kinds["occluder"] != "none",
        "light": np.isin(kinds["light"], HARD_LIGHT),
    }
    return {f"{TAG}{name}": holds for name, holds in tags.items()}
