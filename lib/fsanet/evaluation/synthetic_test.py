"""The synthetic test set, rendered on the spot where there is none, so that a fresh clone has something to test on."""

from pathlib import Path

from fsanet.datasets.protocols import find_set

NAME = "synthetic_test"
FACES = 1000


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

    whole = "`make preprocess DB=synthetic` makes all of it"
    print(f"There is no {NAME}.npz in '{folder}': rendering its first {FACES:,} faces ({whole}).")
    write_test_set(folder, FACES)
