"""Files of folders and patterns, without what no search is to look at; what was passed over is kept."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from glob import glob, has_magic
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from fsanet.errors import InputError
from fsanet.files import printable
from fsanet.inference.rows.earlier import holds_copies


@dataclass(frozen=True, slots=True)
class PassedOver:
    """What searches of folders and patterns passed over: the names, in order and each once, as keys.

    Attributes:
        files: that are neither picture nor video, and links that lead nowhere, with words behind their names.
        closed: folders that cannot be read.
        earlier: folders that hold the results of an earlier run, annotated pictures among them.
    """

    files: dict[str, None] = field(default_factory=dict)
    closed: dict[str, None] = field(default_factory=dict)
    earlier: dict[str, None] = field(default_factory=dict)

    def take(self, other: "PassedOver") -> None:
        """Add what another search passed over."""
        self.files.update(other.files)
        self.closed.update(other.closed)
        self.earlier.update(other.earlier)


class Places(NamedTuple):
    """Folders that searches treat in their own way, as `real` has them.

    Attributes:
        skip: that is left out; None for none.
        kept: that are never taken for results of an earlier run, such as those of this one's files of rows.
    """

    skip: Path | None = None
    kept: frozenset[Path] = frozenset()


def files_of_folder(folder: Path, places: Places, passed: PassedOver) -> list[str]:
    """All files below a folder, sorted as paths are, without hidden ones.

    Args:
        folder: where; results of an earlier run are left out where they lie below, not where they lie in it.
        places: folders that are treated in their own way.
        passed: takes what is passed over.

    Raises:
        OSError: when the folder itself cannot be read.
        ValueError: when it is what is left out.
    """
    if real(folder) == places.skip:
        raise _source_and_output(f"The folder '{folder}'")
    os.scandir(folder).close()
    return sorted(_walk(folder, {places.skip}, places.kept, passed), key=_as_paths)


def files_of_pattern(pattern: str, places: Places, passed: PassedOver) -> dict[str, str]:
    """{file: the folder that matched and that it lies below, empty for one that matched itself}.

    Args:
        pattern: with *, ? and [], ** for any folders; those that it leads through by these alone are left out where
            they hold the results of an earlier run.
        places, passed: as in `files_of_folder`.

    Raises:
        ValueError: when all that matches is left out by `places`.
    """
    matches = sorted(map(Path, glob(pattern, recursive=True)))  # noqa: PTH207 (Path.glob takes no absolute pattern)
    elsewhere = [match for match in matches if places.skip not in (place := real(match), *place.parents)]
    if matches and not elsewhere:
        raise _source_and_output(f"The folder of '{pattern}'")
    for folder in _closed_on_the_way(pattern):
        passed.closed[printable(str(folder))] = None
    results_around = _results_on_the_way(pattern, places.kept)
    entered: set[Path | None] = {places.skip}
    found: dict[str, str] = {}
    for match in elsewhere:
        if results := results_around(match):
            passed.earlier[printable(str(results))] = None
        elif os.path.isdir(match):  # noqa: PTH112 (Path.is_dir raises for what may not be looked at)
            files = sorted(_walk(match, entered, places.kept, passed), key=_as_paths)
            found.update({file: str(match) for file in files if file not in found})
        else:
            found.setdefault(str(match), "")
    return found


def real(path: Path) -> Path:
    """Where links lead to; of those that lead round in a circle `Path.resolve` makes an error."""
    return Path(os.path.realpath(path))


def _as_paths(name: str) -> str:
    """By what names sort as paths do, folder by folder; a million paths take thrice the time and memory."""
    return os.path.normcase(name).replace(os.sep, "\0")


def _walk(folder: Path, entered: set[Path | None], kept: frozenset[Path], passed: PassedOver) -> Iterator[str]:
    """Files below a folder, without hidden ones; linked folders once, wherever their links lead.

    Args:
        folder: where.
        entered: folders that were gone through already; those of this walk are added.
        kept: folders that are gone through whatever lies in them.
        passed: takes what is passed over.
    """

    def pass_over(error: OSError) -> None:
        if error.filename is None:
            raise error
        passed.closed[printable(str(error.filename))] = None

    for parent, folders, files in os.walk(folder, onerror=pass_over, followlinks=True):
        here = Path(parent)
        place = real(here)
        if place in entered:  # a link and its folder side by side: both were listed before either was entered
            folders.clear()
            continue
        entered.add(place)
        if here != folder and place not in kept and holds_copies(here, files):
            passed.earlier[printable(parent)] = None
            folders.clear()
            continue
        folders[:] = sorted(f for f in folders if not f.startswith(".") and real(here / f) not in entered)
        start = str(here / "_")[:-1]
        yield from (start + file for file in files if not file.startswith("."))


def _results_on_the_way(pattern: str, kept: frozenset[Path]) -> Callable[[Path], Path | None]:
    """What tells, of a match, the folder with results of an earlier run that it is or lies in; None for none.

    Folders that the pattern names, without a *, and those that are kept, are not asked.
    """
    named = Path(*takewhile(lambda part: not has_magic(part), Path(pattern).parts))

    @cache
    def holds(folder: Path) -> bool:
        try:
            return real(folder) not in kept and holds_copies(folder, [path.name for path in folder.iterdir()])
        except OSError:  # no folder, or a closed one
            return False

    def around(match: Path) -> Path | None:
        return next(filter(holds, takewhile(lambda folder: folder != named, (match, *match.parents))), None)

    return around


def _closed_on_the_way(pattern: str) -> Iterator[Path]:
    """Folders that a pattern goes through and that cannot be read: `glob` says nothing of them."""
    parts = Path(pattern).parts
    for number, part in enumerate(parts):
        if has_magic(part):
            through = os.path.join(*parts[:number], "**" if part == "**" else "", "")  # noqa: PTH118 (a slash behind)
            folders = glob(through, recursive=True) if through else ["."]  # noqa: PTH207
            for folder in map(Path, folders):
                try:
                    os.scandir(folder).close()
                except OSError:
                    yield folder


def _source_and_output(what: str) -> InputError:
    return InputError(f"{what} cannot be both source and --out: give another folder to write to.")
