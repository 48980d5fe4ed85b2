"""Errors that the person can mend: their text is all that a command shows."""

import errno
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_BREAKS = re.compile(r"\s*[\x00-\x1f\x7f-\x9f\u2028\u2029]+\s*")  # and what else moves a terminal's cursor


class InputError(ValueError):
    """Something that was given cannot be used; the message says what was expected, what came and what to do.

    The message is one line, whatever of a damaged file it quotes. Our own mistakes are other exceptions: a command
    keeps their traceback.
    """

    def __init__(self, message: object = ""):
        super().__init__(_BREAKS.sub(" ", str(message)))


class UnreadableError(InputError):
    """A file cannot be read as what it should be: it is damaged, or of another kind."""


_OF_THE_SYSTEM = {  # what the system says by number, as people say it
    errno.EEXIST: "is there already, and is no folder",
    errno.ENOTDIR: "lies below a file, where a folder is needed",
    errno.EISDIR: "is a folder, where a file is needed",
    errno.ENOENT: "is not there, and cannot be made there",
    errno.EACCES: "may not be read or written by this user",
    errno.EPERM: "may not be read or written by this user",
    errno.EROFS: "lies on a disk that is read-only",
    errno.ELOOP: "leads round in a circle of links",
    errno.ENAMETOOLONG: "has a name that is too long",
}
_FULL = {
    errno.ENOSPC: "The disk is full",
    errno.EDQUOT: "This user's share of the disk is full",
    errno.EFBIG: "The file is larger than the disk, or this user's limit, takes",
}


def sentence_of(error: InputError | OSError) -> str:
    """What to tell a person: the error's own sentence, or one for what the operating system says of a file."""
    number, name = getattr(error, "errno", None) or 0, getattr(error, "filename", None)
    if number in _FULL:  # told by the write, which mostly knows no name
        where = "" if name is None else f" at '{name}'"
        return str(InputError(f"{_FULL[number]}{where}: free some space, or give a path on another disk."))
    words = _OF_THE_SYSTEM.get(number)
    if words is None or name is None:
        return str(InputError(error))
    return str(InputError(f"'{name}' {words}: check the path, or give another one."))


class MissingPackageError(InputError, ImportError):
    """A package is needed that is not installed; the message says how to install it."""


# packages that a plain installation lacks, and the extras of `fsanet[...]` that bring them, the usual one first
EXTRAS = {
    **dict.fromkeys(("keras", "tensorflow", "h5py"), ("keras",)),
    **dict.fromkeys(("onnx", "tf2onnx", "openvino", "ai_edge_litert"), ("export",)),
    **dict.fromkeys(("scipy", "numba"), ("render", "scenes")),
    "matplotlib": ("render", "keras"),
    "av": ("video",),
}


def missing_package(error: ModuleNotFoundError, needed: Sequence[str] = ()) -> MissingPackageError | None:
    """The sentence for a package of `EXTRAS` that is not installed; None for any other module.

    Args:
        error: as the import raised it.
        needed: extras that what was asked for needs at all events: they are named together, so that one installation
            is enough.
    """
    package = (error.name or "").split(".")[0]
    if package not in EXTRAS:
        return None
    extras = [*needed] if set(EXTRAS[package]) & set(needed) else [*needed, EXTRAS[package][0]]
    return MissingPackageError(
        f"This needs {package}, which is not installed: pip install 'fsanet[{','.join(extras)}]'."
    )


@contextmanager
def told_extras(needed: Sequence[str] = ()) -> Iterator[None]:
    """Within it, a package that is not installed is told with the extras that bring it.

    Args:
        needed: as `missing_package` takes them.

    Raises:
        MissingPackageError: for a package of `EXTRAS`.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if missing := missing_package(error, needed):
            raise missing from error
        raise
