"""Errors that the person can mend: their text is all that a command shows."""


class InputError(ValueError):
    """Something that was given cannot be used; the message says what was expected, what came and what to do.

    Our own mistakes are other exceptions: a command keeps their traceback.
    """


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
