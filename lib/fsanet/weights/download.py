"""One file over HTTP: broken transfers go on where they stopped, passing troubles are tried again.

The standard library serves: the usual download libraries check hashes and retry, but begin anew after a broken
transfer.
"""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

ATTEMPTS = 4
TIMEOUT_S = 30
_CHUNK = 1 << 16
_FIRST_PAUSE_S = 1.0  # doubled after every attempt
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})

Progress = Callable[[int], None]


class UnreachableError(OSError):
    """The server cannot be reached at all; other files of it need not be tried."""


class _BrokenTransferError(OSError):
    """Worth another attempt."""


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


def make_folder_of(part: Path) -> None:
    """Make the folder of a file to be written. Its errors are never FileNotFoundError, which means: no such source."""
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(f"The folder '{part.parent}' cannot be made ({error.strerror}).") from None


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
        _check_length(response, size - have, url)
        make_folder_of(part)
        with part.open("ab" if have else "wb") as file:
            _copy(response, file, have, size, on_position, url)


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
        raise refusal(f"{url} was refused (HTTP {error.code} {error.reason}).") from None
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
        reason = getattr(error, "reason", error)
        reason = getattr(reason, "strerror", None) or reason
        raise UnreachableError(f"{urlsplit(url).netloc} cannot be reached ({reason}).") from None


def _check_length(response: http.client.HTTPResponse, expected: int, url: str) -> None:
    """An error page or a Git LFS pointer in place of the file shows here, before anything is written."""
    announced = response.headers.get("Content-Length")
    if announced is not None and int(announced) != expected:
        raise OSError(f"{url} is not the expected file: it sends {announced} bytes instead of {expected}.")


def _copy(
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
