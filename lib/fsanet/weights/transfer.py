"""One catalogued file into its place, from a path or an address: there under its name only when whole and right."""

import errno
import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from fsanet.weights.catalog import PretrainedFile
from fsanet.weights.download import Progress, download, make_folder_of

_CHUNK = 1 << 20


class WrongContentError(OSError):
    """A file of the right name with other content."""


def is_address(location: str) -> bool:
    """Whether a location is an http(s) address, rather than a path."""
    return urlsplit(location).scheme in ("http", "https")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bring(file: PretrainedFile, location: str, target: Path, on_position: Progress) -> None:
    """Copy or download a file, check it and move it to its place.

    Args:
        file: its row in the catalog.
        location: path or http(s) address.
        target: where it shall lie; its folder is made when missing.
        on_position: called with the number of bytes that are there so far.

    Raises:
        FileNotFoundError: when there is none at that location.
        WrongContentError: when its content is not the catalogued one.
        fsanet.weights.download.UnreachableError: when the server cannot be reached.
        OSError: when it cannot be read or written.
    """
    # Always the same name, so that a broken download goes on at the next call.
    part = target.with_name(f".{target.name}.part")
    try:
        (_download if is_address(location) else _copy)(file, location, part, on_position)
        part.replace(target)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            part.unlink(missing_ok=True)
            raise OSError(
                f"The disk is full: '{target}' needs {file.size / 1e6:.1f} MB; make room and run this again."
            ) from None
        raise


def _copy(file: PretrainedFile, location: str, part: Path, on_position: Progress) -> None:
    with Path(location).open("rb") as source:
        make_folder_of(part)
        try:
            with part.open("wb") as copy:
                while chunk := source.read(_CHUNK):
                    copy.write(chunk)
                    on_position(copy.tell())
        except BaseException:  # copying again is cheap: nothing to go on with, Ctrl-C included
            part.unlink(missing_ok=True)
            raise
    _check(file, part, location)


def _download(file: PretrainedFile, location: str, part: Path, on_position: Progress) -> None:
    resumed = part.exists()
    download(location, part, file.size, on_position)
    try:
        _check(file, part, location)
    except WrongContentError:
        if not resumed:
            raise
        _download(file, location, part, on_position)  # the part was of another file: once more from the start


def _check(file: PretrainedFile, part: Path, location: str) -> None:
    found = sha256_of(part)
    if found != file.sha256:
        part.unlink()
        raise WrongContentError(f"{location} is not the expected file: SHA-256 {found} instead of {file.sha256}.")
