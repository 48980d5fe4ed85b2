"""Writing files so that they are whole or not there, with names of any characters in them."""

import csv
import errno
import hashlib
import io
import json
import logging
import os
import platform
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from glob import escape
from pathlib import Path
from typing import TextIO
from uuid import uuid4
from zlib import crc32

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)  # the disk takes no more; no reading fails so
_LONGEST_STEM = 200  # bytes
_MARKS = (32 * "[0-9a-f]", 8 * "[0-9a-f]")  # in temporary names: of today, and of versions that named no process
_TEMPORARY = re.compile(rf"\.(.*)\.({'|'.join(_MARKS)})\.part(\.[^.]*)?", re.DOTALL)
_PROCESS = uuid4().hex[:8]  # tells this process from earlier ones that had its number
_LONG_S = 24 * 60 * 60
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@contextmanager
def replace_whole(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` on success, remove it on any failure.

    The temporary name keeps the suffix, because writers such as OpenCV and Keras choose the format by it. An
    existing file at `path` stays intact until the new one is complete.

    Args:
        path: where the finished file shall lie. Its folder is made when missing.

    Raises:
        OSError: when the folder or the file cannot be written, with the path in the message.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{_short(path.stem)}.{_mark()}.part{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        if error.filename is None and error.errno in NO_ROOM:  # a write tells no name
            error.filename = str(path)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: str | Path, value: object, indent: int | None = None) -> None:
    """Write a value whole, or not at all: in one compact line, or indented, for people to read.

    Raises:
        OSError: as `replace_whole`.
    """
    separators = None if indent else (",", ":")
    with replace_whole(path) as temporary:
        temporary.write_text(json.dumps(value, indent=indent, separators=separators), encoding="utf-8")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def replace_whole_folder(path: str | Path) -> Iterator[Path]:
    """Yield the path of a folder that is not there yet; rename it to `path` on success, remove it on any failure.

    An existing folder at `path` stays intact until the new one is complete.

    Args:
        path: where the finished folder shall lie. The folder around it is made when missing.

    Raises:
        OSError: when something cannot be written, with the path in the message.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    mark = _mark()
    temporary, former = (path.with_name(f".{path.name}.{mark}.{end}") for end in ("part", "former"))
    try:
        yield temporary
        if path.exists():
            path.replace(former)
        temporary.replace(path)
    finally:
        if former.exists() and not path.exists():  # the new one could not take its place
            former.replace(path)
        for folder in (temporary, former):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(path: Path, problem: str, *, wait: bool = False) -> Iterator[None]:
    """Hold a file that one process at a time can hold, and remove it in the end; a kill lets go of it.

    Where the system or the disk knows no such locks nothing is held.

    Args:
        path: of the file.
        problem: what it means that another one holds it, without a full stop.
        wait: for the other one to let go of it, rather than to raise.

    Raises:
        OSError: with the problem.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not fcntl:
        yield
        return
    with ExitStack() as opened:
        while not _held(opened.enter_context(path.open("w")), problem, wait):
            if not wait:
                raise OSError(f"{problem}: '{path}' is locked.")
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def writing_alone(paths: Iterable[Path]) -> Iterator[None]:
    """Within it no other run that asks for it writes any of some files.

    Raises:
        OSError: when another one does.
    """
    with ExitStack() as stack:
        for path in dict.fromkeys(paths):
            stack.enter_context(locked(path.with_name(f".{path.name}.lock"), f"Another run is writing '{path}'"))
        yield


def _held(file: TextIO, problem: str, wait: bool) -> bool:
    """Whether the lock is ours now, or there are none; False too where who held it removed it since it was opened."""
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                return False
            log.info("%s: waiting for it.", problem)
            fcntl.flock(file, fcntl.LOCK_EX)
    except OSError as error:
        log.debug("'%s' cannot be locked: %s", file.name, error)
        return True
    return os.fstat(file.fileno()).st_nlink > 0


def remove_leftovers(path: str | Path) -> None:
    """Remove what killed runs left of `path`, a file or a folder: who dies at once cannot remove the temporary one.

    Call it where no other process writes the same.
    """
    path = Path(path)
    endings = [f"{mark}.part" for mark in _MARKS]
    of_files = [f".{escape(_short(path.stem))}.{ending}{escape(path.suffix)}" for ending in endings]
    of_folders = [f".{escape(path.name)}.{ending}" for ending in endings]
    for leftover in {found for pattern in of_files + of_folders for found in path.parent.glob(pattern)}:
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def remove_all_leftovers(paths: Iterable[str | Path]) -> None:
    """Remove what killed runs left of many files, each folder gone through once.

    Other processes may write the same or their neighbours: what a process writes that lives stays. Of processes of
    other machines, and of before this one was started, nobody knows here: what they leave goes when nothing was written
    to it for a day.
    """
    known: dict[Path, set[tuple[str, str]]] = {}
    for path in map(Path, paths):
        known.setdefault(path.parent, set()).add((_short(path.stem), path.suffix))
    for folder, names in known.items():
        for leftover in folder.glob(".*.part*"):
            found = _TEMPORARY.fullmatch(leftover.name)
            if found and (found[1], found[3] or "") in names and not _is_written(leftover, found[2]):
                leftover.unlink(missing_ok=True)


def is_file(path: Path) -> bool:
    """Whether there is a file; under a name that is longer than the system takes there is none."""
    try:
        return path.is_file()
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        return False


def visible(files: Iterable[Path]) -> list[Path]:
    """Files in the order of their paths without those whose name begins with a dot, such as what killed runs left."""
    return sorted(file for file in files if not file.name.startswith("."))


def printable(text: str) -> str:
    """As `as_utf8`, with what would break a line or move a terminal's cursor escaped as Python does: \\n, \\x1b."""
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), as_utf8(text))


def as_utf8(text: str) -> str:
    """Text that every file takes: bytes of a name that are no UTF-8 become \\x and two digits."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def csv_line(fields: Iterable[object]) -> str:
    """A line of CSV; None is an empty field, and a field with an end of line of any kind is quoted."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(fields)  # it quotes the characters of its own end of line only
    return text.getvalue().removesuffix("\r\n") + "\n"


def _short(stem: str) -> str:
    """As much of a name as leaves room for a temporary one: file systems take 255 bytes."""
    while len(stem.encode("utf-8", "surrogateescape")) > _LONGEST_STEM:
        stem = stem[:-1]
    return stem


def _mark() -> str:
    """What makes a temporary name, and tells who writes there: 8 digits each of machine, process and file."""
    return f"{_machine()}{os.getpid():08x}{_PROCESS}{uuid4().hex[:8]}"


@cache
def _machine() -> str:
    """What tells where numbers of processes have a meaning: on this machine since it started, in this container."""
    try:
        start = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        container = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 (it leads to no path)
    except OSError:
        start = container = ""
    return f"{crc32(f'{platform.node()} {start} {container}'.encode(errors='replace')):08x}"


def _is_written(path: Path, mark: str) -> bool:
    """Whether the process that a temporary name tells of may be at it still."""
    if not fcntl or mark[:8] != _machine():
        return _age_s(path) < _LONG_S
    number, process = int(mark[8:16], 16), mark[16:24]
    if number == os.getpid():
        return process == _PROCESS
    try:
        os.kill(number, 0)  # asks only
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # somebody else's
        return True
    return True


def _age_s(path: Path) -> float:
    """Seconds since a file was written to; of none that is gone meanwhile, infinity."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
