"""`fsanet weights`: bring the published weights and the detector files into `pre-trained/`.

Every file is checked against the catalog's SHA-256 and appears under its name only when it is whole and right.
"""

import os
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from fsanet.console import progress
from fsanet.errors import InputError
from fsanet.locations import MIRROR_VARIABLE, is_address, names_in_mirror, pretrained_dir
from fsanet.weights.download import Progress, UnreachableError, bring, check_address, is_whole
from fsanet.weights.pretrained import FILES, PretrainedFile

THERE, COPIED, DOWNLOADED, FAILED = "there already", "copied", "downloaded", "FAILED"


class Outcome(NamedTuple):
    """What became of one file.

    Attributes:
        file: its row in the catalog.
        status: THERE, COPIED, DOWNLOADED or FAILED.
        origin: path or address that it came from, "" for THERE and FAILED.
        problem: one sentence, "" unless FAILED.
    """

    file: PretrainedFile
    status: str
    origin: str = ""
    problem: str = ""


def fetch(
    files: Iterable[PretrainedFile] = FILES,
    source: str | None = None,
    target: str | Path | None = None,
    *,
    quiet: bool = False,
) -> list[Outcome]:
    """Bring files into `pre-trained/`; a file that cannot be had does not keep the others.

    Args:
        files: rows of the catalog.
        source: a mirror (see `fsanet.locations`), folder or http(s) address, that alone is asked. None: the mirror
            that FSANET_MIRROR names, where it is set, then each file's own address.
        target: the folder to fill, `fsanet.locations.pretrained_dir()` by default.
        quiet: no progress bar.

    Raises:
        ValueError: when `source` is neither a folder nor an address, and when it or the mirror is an address of which
            no server can be asked.
    """
    files, target = tuple(files), Path(target) if target else pretrained_dir()
    if source is not None and not is_address(source) and not Path(source).expanduser().is_dir():
        raise InputError(f"'{source}' is no source of files: give an existing folder or an http(s) address.")
    if is_address(mirror := _mirror(source)):
        check_address(mirror)
    unreachable: dict[str, UnreachableError] = {}
    outcomes, done = [], 0
    with progress(total=sum(file.size for file in files), unit="B", label="files", quiet=quiet) as bar:
        bar.unit_scale = True
        for file in files:

            def on_position(position: int, before: int = done) -> None:
                bar.update(before + position - bar.n)

            outcomes.append(_obtain(file, target / file.path, _locations(file, source), on_position, unreachable))
            done += file.size
            on_position(file.size)
    return outcomes


def _mirror(source: str | None) -> str:
    """What is asked first: the source that was given, else what FSANET_MIRROR names; "" for none."""
    return source if source is not None else os.environ.get(MIRROR_VARIABLE, "")


def _locations(file: PretrainedFile, source: str | None) -> list[str]:
    """Paths and addresses at which to look for a file, in that order."""
    mirror = _mirror(source)
    names = names_in_mirror(file.path) if mirror else []
    if is_address(mirror):
        found = [f"{mirror.rstrip('/')}/{quote(name)}" for name in names]
    else:
        found = [str(Path(mirror).expanduser() / name) for name in names]
    return found if source is not None or not file.url else [*found, file.url]


def _obtain(
    file: PretrainedFile,
    target: Path,
    locations: list[str],
    on_position: Progress,
    unreachable: dict[str, UnreachableError],
) -> Outcome:
    """The first location that has the file serves; `unreachable` keeps the servers that need not be tried again."""
    problems = []
    if is_whole(file, target):
        return Outcome(file, THERE)
    for location in locations:
        host = urlsplit(location).netloc if is_address(location) else ""
        try:
            if host in unreachable:
                raise unreachable[host]
            bring(file, location, target, on_position)
            return Outcome(file, DOWNLOADED if host else COPIED, location)
        except FileNotFoundError:
            continue  # a mirror may hold the file under another of its names
        except UnreachableError as error:
            unreachable[host] = error
            problems.append(str(error))
        except OSError as error:
            problems.append(f"'{error.filename or target}': {error.strerror}." if error.strerror else str(error))
    return Outcome(file, FAILED, problem=problems[0] if problems else f"It is not at {' or '.join(locations)}.")


def report(outcomes: Iterable[Outcome]) -> str:
    """What came from where under which licence, and what failed and why, for people."""
    groups: dict[str, list[str]] = {}
    for outcome in outcomes:
        file = outcome.file
        heading = f"{outcome.status} from {_root(outcome)}" if outcome.origin else outcome.status
        heading += f": {outcome.problem}" if outcome.problem else f" (licence: {file.licence})"
        groups.setdefault(heading, []).append(f"  {file.size / 1e6:6.2f} MB  {file.path}")
    return "\n".join(line for heading, lines in groups.items() for line in (heading, *lines))


def _root(outcome: Outcome) -> str:
    """The origin less the file's own path, so that files from one place stand together."""
    root = outcome.origin.removesuffix(outcome.file.path)
    if root == outcome.origin:
        root = outcome.origin.removesuffix(Path(outcome.file.path).name)
    return root.rstrip("/")


def chosen_files(patterns: Iterable[str]) -> tuple[PretrainedFile, ...]:
    """Files whose path fits one of the shell patterns; all where there is no pattern.

    Raises:
        ValueError: when a pattern fits none; lists the paths.
    """
    patterns = tuple(patterns)
    for pattern in patterns:
        if not any(fnmatch(file.path, pattern) for file in FILES):
            raise InputError(f"No file fits '{pattern}'; there are: {', '.join(file.path for file in FILES)}.")
    return tuple(file for file in FILES if not patterns or any(fnmatch(file.path, pattern) for pattern in patterns))
