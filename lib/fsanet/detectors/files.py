"""The files that detectors load: found, or missed with the remedy."""

from pathlib import Path

from fsanet.locations import DETECTORS, command_here, find_pretrained, pretrained_dir


def find_detector_file(name: str) -> Path | None:
    """A detector file by name, in `pre-trained/detectors/` or in the mirror; None where there is none."""
    return find_pretrained(f"{DETECTORS}/{name}")


def read_detector_file(name: str, path: str | Path | None = None) -> bytes:
    """Content of a detector file: of `path` where given, else of the one found by `name`.

    Raises:
        FileNotFoundError: when there is none, with what to do.
    """
    found = Path(path) if path is not None else find_detector_file(name)
    if found is None:
        raise FileNotFoundError(
            f"The detector file '{name}' is not in '{pretrained_dir() / DETECTORS}': "
            f"run {command_here('weights', 'weights')} once to get it."
        )
    if not found.is_file():
        raise FileNotFoundError(f"No detector file at '{found}'.")
    return found.read_bytes()
