"""One file into its place, from a path or over HTTP: there under its name only when whole and right.

Broken transfers go on where they stopped, also at the next call; passing troubles are tried again. The standard library
serves: `pooch`, the usual library for this, checks hashes too, but downloads to a name of its own that it throws away
when the transfer breaks; to go on, or to try again within a file, needs a downloader of our own all the same.
"""

import errno
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeAlias
from urllib.parse import urlsplit

from fsanet.errors import InputError
from fsanet.files import locked, sha256_of
from fsanet.locations import is_address
from fsanet.weights.pretrained import PretrainedFile

ATTEMPTS = 4
TIMEOUT_S = 30
_CHUNK = 1 << 16
_FIRST_PAUSE_S = 1.0  # doubled after every attempt
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})

Progress: TypeAlias = Callable[[int], None]  # takes the number of bytes that are there so far


class UnreachableError(OSError):
    """The server cannot be reached at all; other files of it need not be tried."""


class WrongContentError(OSError):
    """A file of the right name with other content."""


class _BrokenTransferError(OSError):
    """Worth another attempt."""


def check_address(address: str) -> None:
    """Refuse an http(s) address of which no server can be asked.

    Raises:
        InputError: when its host or port can be none.
    """
    try:
        parts = urlsplit(address)
        host, _ = (parts.hostname or "").encode("idna"), parts.port
    except ValueError:
        host = b""
    if not host:
        raise InputError(f"'{address}' is no http(s) address: give one such as https://host:8000/folder.")


def bring(file: PretrainedFile, location: str, target: Path, on_position: Progress) -> None:
    """Copy or download a file, check it and move it to its place. Where another process does so, wait for its file.

    Args:
        file: its row in the catalogue.
        location: path or http(s) address.
        target: where it shall lie; its folder is made when missing.
        on_position: called with the number of bytes that are there so far.

    Raises:
        FileNotFoundError: when there is none at that location.
        WrongContentError: when its content is not the catalogued one.
        UnreachableError: when the server cannot be reached.
        OSError: when it cannot be read or written.
    """
    if not is_address(location):
        Path(location).stat()
    _make_folder_of(target)
    with locked(target.with_name(f".{target.name}.lock"), f"Another process is bringing '{target}'", wait=True):
        if not is_whole(file, target):
            _bring_alone(file, location, target, on_position)


def is_whole(file: PretrainedFile, target: Path) -> bool:
    """Whether a file lies in its place with the content that the catalogue says."""
    return target.is_file() and sha256_of(target) == file.sha256


def _bring_alone(file: PretrainedFile, location: str, target: Path, on_position: Progress) -> None:
    # Always the same name, so that a broken download goes on at the next call.
    part = target.with_name(f".{target.name}.part")
    try:
        (_download_checked if is_address(location) else _copy_checked)(file, location, part, on_position)
        part.replace(target)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            part.unlink(missing_ok=True)
            raise OSError(
                f"The disk is full: '{target}' needs {file.size / 1e6:.1f} MB; make room and run this again."
            ) from None
        raise


def _copy_checked(file: PretrainedFile, location: str, part: Path, on_position: Progress) -> None:
    content = Path(location).read_bytes()
    try:
        part.write_bytes(content)
        on_position(len(content))
    except BaseException:  # copying again is cheap: nothing to go on with, Ctrl-C included
        part.unlink(missing_ok=True)
        raise
    _check(file, part, location)


def _download_checked(file: PretrainedFile, location: str, part: Path, on_position: Progress) -> None:
    resumed = part.exists()
    download(location, part, file.size, on_position)
    try:
        _check(file, part, location)
    except WrongContentError:
        if not resumed:
            raise
        _download_checked(file, location, part, on_position)  # the part was of another file: once more from the start


def _check(file: PretrainedFile, part: Path, location: str) -> None:
    found = sha256_of(part)
    if found != file.sha256:
        part.unlink()
        raise WrongContentError(f"{location} is not the expected file: SHA-256 {found} instead of {file.sha256}.")


def _make_folder_of(part: Path) -> None:
    """Make the folder of a file to be written. Its errors are never FileNotFoundError, which means: no such source."""
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(f"The folder '{part.parent}' cannot be made ({error.strerror}).") from None


def download(url: str, part: Path, size: int, on_position: Progress) -> None:
    """Bring `part` to `size` bytes of what lies at `url`, going on behind the bytes that it has.

    Args:
        url: http or https address.
        part: the unfinished file; it stays when the transfer breaks for good, so that the next call goes on there.
            Its folder is made when missing.
        size: expected length of the whole in bytes.
        on_position: called with the number of bytes in `part` as it grows.

    Raises:
        FileNotFoundError: when the server has no such file.
        UnreachableError: when there is no answer from the server.
        OSError: when it refuses, sends something of another length, breaks off every attempt, or the disk fails.
    """
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(_FIRST_PAUSE_S * 2 ** (attempt - 1))
        try:
            return _go_on(url, part, size, on_position)
        except (_BrokenTransferError, UnreachableError) as error:
            trouble = error
    raise trouble


def _go_on(url: str, part: Path, size: int, on_position: Progress) -> None:
    """One attempt."""
    have = part.stat().st_size if part.exists() else 0
    if have > size:
        part.unlink()
        have = 0
    if have == size:
        return
    with _open(url, have) as response:
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            have = 0  # the server knows no ranges and sends the whole
        announced = response.headers.get("Content-Length", "").strip()
        if announced.isdecimal() and int(announced) != size - have:  # an error page, or a pointer of Git LFS
            raise OSError(f"{url} is not the expected file: it sends {announced} bytes instead of {size - have}.")
        _make_folder_of(part)
        with part.open("ab" if have else "wb") as file:
            _receive(response, file, have, size, on_position, url)


def _open(url: str, have: int) -> http.client.HTTPResponse:
    headers = {"User-Agent": "fsanet", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (404, 410):
            raise FileNotFoundError(f"{url} is not there (HTTP {error.code}).") from None
        refusal = _BrokenTransferError if error.code in _PASSING else OSError
        raise refusal(f"{url} was refused (HTTP {error.code} {_in_one_line(error.reason)}).") from None
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
        reason = getattr(error, "reason", error)
        reason = getattr(reason, "strerror", None) or reason
        raise UnreachableError(f"{urlsplit(url).netloc} cannot be reached ({_in_one_line(reason)}).") from None
    except ValueError as error:  # as of an address that is none, to which the server sends on
        raise OSError(f"{url} cannot be had ({error}).") from None


def _in_one_line(words: object) -> str:
    """What is told of redirects in a circle has three lines, and what a server says that is none may have any."""
    return " ".join(str(words).split())


def _receive(
    response: http.client.HTTPResponse, file: BinaryIO, position: int, size: int, on_position: Progress, url: str
) -> None:
    while True:
        try:
            chunk = response.read(_CHUNK)
        except (http.client.HTTPException, ConnectionError, TimeoutError) as error:
            raise _BrokenTransferError(f"{url} broke off after {position} of {size} bytes ({error}).") from None
        if not chunk:
            break
        position += len(chunk)
        if position > size:
            raise OSError(f"{url} is not the expected file: it is longer than {size} bytes.")
        file.write(chunk)
        on_position(position)
    if position < size:
        raise _BrokenTransferError(f"{url} broke off after {position} of {size} bytes.")
