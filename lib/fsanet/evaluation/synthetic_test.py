"""The synthetic test set, rendered on the spot where there is none, so that a fresh clone has something to test on."""

import logging
from pathlib import Path

from fsanet.datasets.protocols import find_set
from fsanet.locations import command_here

NAME = "synthetic_test"
FACES = 1000
log = logging.getLogger(__name__)


def ensure_synthetic_test(folder: str | Path) -> None:
    """Render the first faces of the synthetic test set into a folder, unless a synthetic test set lies there.

    They are those that `make preprocess DB=synthetic` begins its test set with, so figures compare; that command
    replaces the file by the whole set.

    Args:
        folder: usually `data`.

    Raises:
        OSError: when the folder cannot be written.
    """
    if find_set(NAME, folder).is_file():
        return
    from fsanet.rendering.write_sets import write_test_set  # compiles the renderer: only where it is needed

    rendering = f"There is no {NAME}.npz in '{folder}': rendering its first {FACES:,} faces"
    log.info("%s (%s makes all of it).", rendering, command_here("preprocess DB=synthetic", "prepare --set synthetic"))
    write_test_set(folder, FACES)
