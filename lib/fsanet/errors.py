"""Errors that the person can mend: their text is all that a command shows."""

import re

_BREAKS = re.compile(r"\s*[\x00-\x1f\x7f-\x9f\u2028\u2029]+\s*")  # and what else moves a terminal's cursor


class InputError(ValueError):
    """Something that was given cannot be used; the message says what was expected, what came and what to do.

    The message is one line, whatever of a damaged file it quotes. Our own mistakes are other exceptions: a command
    keeps their traceback.
    """

    def __init__(self, message: object = ""):
        super().__init__(_BREAKS.sub(" ", str(message)))


class MissingPackageError(InputError, ImportError):
    """A package is needed that is not installed; the message says how to install it."""


# packages that a plain installation lacks, and the extra of `fsanet[...]` that brings them
EXTRAS = {
    **dict.fromkeys(("keras", "tensorflow", "h5py"), "keras"),
    **dict.fromkeys(("onnx", "tf2onnx", "openvino", "ai_edge_litert"), "export"),
    **dict.fromkeys(("scipy", "numba", "matplotlib"), "render"),
}


def missing_package(error: ModuleNotFoundError) -> MissingPackageError | None:
    """The sentence for a package of `EXTRAS` that is not installed; None for any other module."""
    package = (error.name or "").split(".")[0]
    if package not in EXTRAS:
        return None
    return MissingPackageError(
        f"This needs {package}, which is not installed: pip install 'fsanet[{EXTRAS[package]}]'."
    )
