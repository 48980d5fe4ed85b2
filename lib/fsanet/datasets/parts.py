"""Numbered pieces of a longer piece of work, kept on disk so that a killed run goes on where it was.

The disk may be full, read-only or pulled away: then nothing half-written stays.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from fsanet.errors import InputError
from fsanet.files import NO_ROOM, locked, remove_leftovers, replace_whole

log = logging.getLogger(__name__)


class Parts:
    """A hidden folder beside the file to be, with one file per finished piece of work.

    Pieces of another plan (other settings, other raw files) are thrown away; those of the same plan are kept. A piece
    is whole or not there: whoever writes it uses `fsanet.files.replace_whole`. May be pickled to worker processes.

    Args:
        path: the file that the pieces will be joined into.
        count: number of pieces.
        plan: everything that the pieces depend on, as JSON can say it.
        suffix: of the pieces' names.
    """

    def __init__(self, path: str | Path, count: int, plan: Mapping, suffix: str):
        self.path = Path(path)
        self.count = count
        self.suffix = suffix
        self.folder = self.path.with_name(f".{self.path.name}.parts")
        self._keep_only(json_sha256({"count": count, "plan": plan}))

    def __getitem__(self, index: int) -> Path:
        return self.folder / f"{index:06d}{self.suffix}"

    def missing(self) -> list[int]:
        """Numbers of the pieces that are still to be made."""
        return [index for index in range(self.count) if not self[index].is_file()]

    def suffered(self, error: OSError) -> bool:
        """Whether it is a piece, or the file that they are joined into, that could not be written."""
        if not isinstance(error.filename, str):
            return False
        failed = Path(error.filename)
        is_temporary = failed.parent == self.path.parent and failed.name.startswith(f".{self.path.stem}.")
        return failed == self.path or is_temporary or self.folder in (failed, *failed.parents)

    def discard(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _keep_only(self, plan_sha256: str) -> None:
        stamp = self.folder / "plan.sha256"
        if not stamp.is_file() or stamp.read_text() != plan_sha256:
            self.discard()
            with replace_whole(stamp) as temporary:
                temporary.write_text(plan_sha256)


def json_sha256(value: object) -> str:
    """SHA-256 of anything that JSON can say, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


@contextmanager
def sole_writer(path: Path) -> Iterator[None]:
    """Around all of the making of a file, its parts included: no other process makes the same one meanwhile.

    What killed runs left of the file itself is removed. A hidden lock lies beside it until the block ends.

    Raises:
        OSError: when another process makes it, or its folder cannot be written.
    """
    with locked(path.with_name(f".{path.name}.lock"), f"Another process is writing '{path}'"):
        remove_leftovers(path)
        yield


def require_writable(folder: Path) -> None:
    """Make the folder and write a file into it.

    Raises:
        OSError: when that is not possible.
    """
    probe = folder / f".{uuid4().hex}.writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        remedy = "give another folder with --out (OUT= of make)"
        raise OSError(f"Cannot write to '{folder}' ({error.strerror}): {remedy}.") from None


@contextmanager
def kept_for_the_next_run(megabytes: int, *of_files: Parts) -> Iterator[None]:
    """Around work that is done in parts: what is kept when it breaks off, and what is said.

    After Ctrl-C, a killed worker, an error of ours or a file that cannot be read the parts stay, so that the next run
    goes on with them. Where the disk that they lie on fails they are removed: nothing half-written stays, and a full
    disk is not kept full.

    Args:
        megabytes: how much disk the whole takes at most.
        of_files: the pieces of work, for each file that will be made of them.

    Raises:
        OSError: when the disk failed, with what to do about it.
    """
    try:
        yield
    except BaseException as error:
        of_disk = error if isinstance(error, OSError) and _is_of_disk(error, of_files) else None
        for parts in of_files:
            if of_disk or len(parts.missing()) == parts.count:
                parts.discard()
            elif isinstance(error, KeyboardInterrupt):
                log.warning("%s: stopped; the same command goes on where it was", parts.path.name)
        if of_disk:
            names = ", ".join(f"'{parts.path}'" for parts in of_files)
            raise OSError(
                f"{names} cannot be written ({of_disk.strerror}); nothing of it was kept. Up to {megabytes} MB "
                "are needed while it is made: free some space or give another folder with --out (OUT= of make)."
            ) from error
        raise


def _is_of_disk(error: OSError, of_files: Sequence[Parts]) -> bool:
    """Whether what is made cannot be written; an input that cannot be read is another matter."""
    return error.errno in NO_ROOM or any(parts.suffered(error) for parts in of_files)


def refuse_other_settings(record: Path, wanted: Mapping[str, Any], holds: str) -> None:
    """Refuse a folder whose record says that its files were made with other settings, with which new ones would mix.

    Args:
        record: a JSON file of settings; where there is none, the folder is free.
        wanted: settings, as JSON can say them; `code` among them is the version of what draws the files.
        holds: what the folder holds.

    Raises:
        InputError: when they differ, or when the record is damaged.
    """
    if not record.is_file():
        return
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"'{record}' does not say what the {holds} beside it were made with ({error}): choose another OUT."
        ) from None
    if isinstance(found, dict) and found != wanted and found | {"code": None} == {**wanted, "code": None}:
        raise InputError(
            f"'{record.parent}' holds {holds} that another version of this program made: remove it, or choose another "
            "OUT."
        )
    if found != wanted:
        raise InputError(f"'{record.parent}' holds {holds} made with {found}, not {wanted}: choose another OUT.")
