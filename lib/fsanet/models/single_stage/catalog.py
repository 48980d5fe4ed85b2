"""Networks for whole pictures by name. A new one is one builder and one row."""

from collections.abc import Callable

import keras

from fsanet.errors import InputError
from fsanet.models.single_stage.scout import build_scout

BUILDERS: dict[str, Callable[..., keras.Model]] = {"scout": build_scout}
FINDERS: tuple[str, ...] = tuple(BUILDERS)


def build_finder(name: str, height: int | None = None, width: int | None = None) -> keras.Model:
    """A network by name: (N, height, width, 3) BGR 0..255 -> (N, cells, 21), columns of `fsanet.dense.layout`.

    Args:
        name: one of FINDERS.
        height, width: multiples of 32; None for any.

    Raises:
        InputError: for an unknown name; lists the right ones.
    """
    if name not in BUILDERS:
        raise InputError(f"Unknown finder '{name}'; choose one of: {', '.join(FINDERS)}.")
    return BUILDERS[name](height, width)
