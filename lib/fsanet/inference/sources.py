"""What a person may name on the command line: pictures, folders, globs, videos, cameras, streams and pipes."""

import os
import stat
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from glob import has_magic
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple

from fsanet.errors import InputError
from fsanet.files import as_utf8, printable
from fsanet.image.kinds import SINGLE_PICTURE_SUFFIXES, Kind, kind_of_file
from fsanet.inference.addresses import without_secrets
from fsanet.inference.search import PassedOver, Places, files_of_folder, files_of_pattern, real
from fsanet.inference.video.spans import Span

_NAMED = 3  # skipped files of a kind that are named


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to look at.

    Attributes:
        kind: what it is: an image, many pictures in one file, a video, a camera's number, or a stream (an address, a
            device, a pipe; "-" is standard input).
        name: path of the file, the camera's number or the address, as text.
        folder: the folder on the command line that it was found in; empty for what was named itself.
        span: the part of a video that is meant; None for all of it.
        alike: how many sources before it would be shown by the same name: their secrets are left out, and bytes that
            are no UTF-8 are written as digits.
    """

    kind: Literal["image", "pictures", "video", "camera", "stream"]
    name: str
    folder: str = ""
    span: Span | None = None
    alike: int = 0

    @property
    def shown_name(self) -> str:
        """The name as rows, journals and messages have it: without the password of a camera, numbered where alike."""
        name = without_secrets(self.name)
        return f"{name} ({self.alike + 1})" if self.alike else name

    @property
    def label(self) -> str:
        """What tells it from every other source of a run."""
        return f"{self.shown_name}, {self.span}" if self.span else self.shown_name

    @property
    def is_file(self) -> bool:
        """Whether the name is the path of a file."""
        return self.kind in ("image", "pictures", "video")

    @property
    def relative_name(self) -> str:
        """Where results of this source belong below an output folder, with the suffix that it has itself."""
        if self.kind == "camera":
            return f"camera_{self.name}.mp4"
        if self.kind == "stream":
            address = without_secrets(self.name).split("://", 1)[-1]
            words = "".join(letter if letter.isalnum() else "_" for letter in address)
            return f"stream_{words.strip('_')[-60:] or 'input'}.mp4"
        return self.name[_start_below(self.folder) :] if self.folder else Path(self.name).name


class Sources(NamedTuple):
    """What is there to look at, and what was passed over.

    Attributes:
        sources: in the order given, folders sorted, each once.
        passed: what searches of folders and patterns passed over.
    """

    sources: list[Source]
    passed: PassedOver


@lru_cache
def _start_below(folder: str) -> int:
    """Where the names of files found in a folder begin to tell where they lie below it."""
    return len(str(Path(folder) / "_")) - 1


def find_sources(
    names: list[str], skip_folder: str | Path = "", rows: Iterable[Path] = (), by_name: bool = False
) -> Sources:
    """Pictures, videos, cameras and streams that command line arguments stand for.

    What a file is, is told by its content. A file that was named itself and is nothing known counts as an image:
    reading it will tell. Folders that a pattern matches are searched too, as those are whose names a shell puts in.
    Folders with annotated copies of an earlier run are left out, unless they are named themselves.

    Args:
        names: files, folders (searched with all below, links followed), globs, camera numbers, addresses, "-".
        skip_folder: a folder that searches leave out: where results go, lest they are looked at again.
        rows: files of rows that the run writes: what lies beside them is looked at.
        by_name: take what searches find under a name of single pictures, such as .jpg, for that and do not open it:
            there are as many sources, `with_kind` looks into them.

    Raises:
        FileNotFoundError: where nothing has that name.
        PermissionError: for a folder that may not be read.
        ValueError: for a folder or a glob without any image or video, and for an empty name.
    """
    skip = real(Path(skip_folder)) if skip_folder else None
    places = Places(skip, frozenset(real(path.parent) for path in rows))
    found: dict[str, Source] = {}
    shown: Counter[str] = Counter()
    passed = PassedOver()
    for name in names:
        of_name = PassedOver()
        for source in _find(name, places, of_name, by_name):
            if source.name not in found:
                alike = shown[written := as_utf8(source.shown_name)]
                found[source.name] = replace(source, alike=alike) if alike else source
                shown[written] += 1
        passed.take(of_name)
    return Sources(list(found.values()), passed)


def summary_of_skipped(passed: PassedOver) -> str:
    """One line on what was not to be read: how many files of each suffix, with a few names, and earlier results."""
    suffixes = Counter(Path(name).suffix.lower() or "no suffix" for name in passed.files)
    kinds = ", ".join(f"{count} x {suffix}" for suffix, count in suffixes.most_common(6))
    of_files = f"{len(passed.files)} files are neither picture nor video ({kinds}): {_some(passed.files)}"
    return "; ".join([of_files] * bool(passed.files) + [_of_earlier(passed.earlier)] * bool(passed.earlier))


def summary_of_closed(passed: PassedOver) -> str:
    """One line on the folders that could not be read; empty where there is none."""
    return f"{len(passed.closed)} folders cannot be read: {_some(passed.closed)}" if passed.closed else ""


def _of_earlier(folders: Collection[str]) -> str:
    what = f"{len(folders)} folders hold results of an earlier run and are left out: {_some(folders)}"
    return f"{what} (name such a folder itself to have it read)"


def _some(names: Collection[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(islice(names, _NAMED))}{more}"


def with_kind(source: Source) -> Source:
    """A source that was taken by its name, with the kind that its content tells."""
    return replace(source, kind=_kind(source.name) or "image") if source.kind == "image" else source


def _find(name: str, places: Places, passed: PassedOver, by_name: bool) -> list[Source]:
    path = Path(name)
    if not name:
        raise InputError(
            "The name of a source is empty: give files, folders, cameras or addresses ('.' is this folder)."
        )
    if name == "-" or "://" in name:
        return [Source("stream", name)]
    if name.isdecimal() and not path.exists():
        return [Source("camera", name)]
    if path.is_dir():
        files = dict.fromkeys(files_of_folder(path, places, passed), name)
        return _media(files, f"The folder '{name}'", passed, by_name)
    if path.exists():
        return [_named_file(path)]
    if has_magic(name):
        return _media(files_of_pattern(name, places, passed), f"The pattern '{name}'", passed, by_name)
    raise FileNotFoundError(f"No file, folder or camera number '{name}': check the path.")


def _named_file(path: Path) -> Source:
    mode = path.stat().st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        return Source("stream", str(path))
    return Source(_kind(str(path)) or "image", str(path))


def _kind(name: str) -> Kind | None:
    try:
        return kind_of_file(Path(name))
    except OSError:
        return "image"  # reading it will tell why it cannot be read


def _media(files: Mapping[str, str], what: str, passed: PassedOver, by_name: bool) -> list[Source]:
    """The files that are pictures or videos, with the folder of each; the others are added to `passed`."""
    sources = []
    for file, folder in files.items():
        is_told = by_name and file.lower().endswith(SINGLE_PICTURE_SUFFIXES)
        kind: Kind | None = None
        if _may_be_read_as_file(file):
            kind = "image" if is_told else _kind(file)
        if kind is None:
            passed.files[printable(file) + ("" if Path(file).exists() else " (a link that leads nowhere)")] = None
        else:
            sources.append(Source(kind, file, folder))
    if sources:
        return sources
    if passed.closed:
        cannot = f"this cannot: {_some(passed.closed)}"
        raise InputError(f"{what} holds no image and no video where it can be read; {cannot}.")
    but = f"; {_of_earlier(passed.earlier)}" if passed.earlier else ", by content or by name"
    raise InputError(f"{what} holds no image and no video{but}.")


def _may_be_read_as_file(name: str) -> bool:
    """Whether it is a file, or its folder does not show what it is: reading it will tell why it cannot be read."""
    try:
        return stat.S_ISREG(os.stat(name).st_mode)  # noqa: PTH116 (a Path takes three times as long)
    except PermissionError:
        return True
    except OSError:
        return False
