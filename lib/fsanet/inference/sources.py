"""What a person may name on the command line: pictures, folders, globs, videos, cameras, streams and pipes."""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from typing import Literal, NamedTuple

from fsanet.errors import InputError
from fsanet.files import printable
from fsanet.image.kinds import kind_of_file
from fsanet.inference.addresses import without_user
from fsanet.inference.video.spans import Span

_NAMED = 3  # skipped files of a kind that are named
_CLOSED = " (a folder that cannot be read)"  # behind the names of those in what was skipped


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to look at.

    Attributes:
        kind: what it is: an image, many pictures in one file, a video, a camera's number, or a stream (an address, a
            device, a pipe; "-" is standard input).
        name: path of the file, the camera's number or the address, as text.
        folder: the folder on the command line that it was found in; empty for what was named itself.
        span: the part of a video that is meant; None for all of it.
    """

    kind: Literal["image", "pictures", "video", "camera", "stream"]
    name: str
    folder: str = ""
    span: Span | None = None

    @property
    def shown_name(self) -> str:
        """The name as rows, journals and messages have it: without the password of a camera."""
        return without_user(self.name)

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
            words = "".join(letter if letter.isalnum() else "_" for letter in self.shown_name.split("://", 1)[-1])
            return f"stream_{words.strip('_')[-60:] or 'input'}.mp4"
        path = Path(self.name)
        return str(path.relative_to(self.folder)) if self.folder else path.name


class Sources(NamedTuple):
    """What is there to look at, and what was passed over.

    Attributes:
        sources: in the order given, folders sorted, each once.
        skipped: files of folders and globs that are neither picture nor video, links that lead nowhere, and folders
            below that cannot be read, with words behind the names of the latter two.
    """

    sources: list[Source]
    skipped: list[str]


def find_sources(names: list[str], skip_folder: str | Path = "") -> Sources:
    """Pictures, videos, cameras and streams that command line arguments stand for.

    What a file is, is told by its content. A file that was named itself and is nothing known counts as an image:
    reading it will tell.

    Args:
        names: files, folders (searched with all below, links followed), globs, camera numbers, addresses, "-".
        skip_folder: a folder that searches leave out: where results go, lest they are looked at again.

    Raises:
        FileNotFoundError: where nothing has that name.
        PermissionError: for a folder that may not be read.
        ValueError: for a folder or a glob without any image or video, and for an empty name.
    """
    skip = _real(Path(skip_folder)) if skip_folder else None
    found: dict[str, Source] = {}
    skipped: list[str] = []
    for name in names:
        for source in _find(name, skip, skipped):
            found.setdefault(source.label, source)
    return Sources(list(found.values()), skipped)


def summary_of_skipped(skipped: list[str]) -> str:
    """One line on what was passed over: how many files of each suffix, and folders, with a few names."""
    closed, files = _closed(skipped), [name for name in skipped if not name.endswith(_CLOSED)]
    suffixes = Counter(Path(name).suffix.lower() or "no suffix" for name in files)
    kinds = ", ".join(f"{count} x {suffix}" for suffix, count in suffixes.most_common(6))
    of_files = f"{len(files)} files are neither picture nor video ({kinds}): {_some(files)}"
    of_folders = f"{len(closed)} folders cannot be read: {_some(closed)}"
    return "; ".join([of_files] * bool(files) + [of_folders] * bool(closed))


def _closed(skipped: list[str]) -> list[str]:
    """The folders that cannot be read among what was passed over."""
    return [name.removesuffix(_CLOSED) for name in skipped if name.endswith(_CLOSED)]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _find(name: str, skip: Path | None, skipped: list[str]) -> list[Source]:
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
        if _real(path) == skip:
            raise _source_and_output(f"The folder '{name}'")
        return _media(_walk(path, skip, skipped), f"The folder '{name}'", skipped, folder=name)
    if path.exists():
        return [_named_file(path)]
    if has_magic(name):
        matches = map(Path, glob(name, recursive=True))  # noqa: PTH207 (Path.glob takes no absolute pattern)
        files = [match for match in matches if not match.is_dir()]
        elsewhere = [file for file in files if skip not in _real(file).parents]
        if files and not elsewhere:
            raise _source_and_output(f"The folder of '{name}'")
        return _media(elsewhere, f"The pattern '{name}'", skipped)
    raise FileNotFoundError(f"No file, folder or camera number '{name}': check the path.")


def _real(path: Path) -> Path:
    """Where links lead to; of those that lead round in a circle `Path.resolve` makes an error."""
    return Path(os.path.realpath(path))


def _source_and_output(what: str) -> InputError:
    return InputError(f"{what} cannot be both source and --out: give another folder to write to.")


def _named_file(path: Path) -> Source:
    mode = path.stat().st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        return Source("stream", str(path))
    return Source(_kind(path) or "image", str(path))


def _kind(path: Path):
    try:
        return kind_of_file(path)
    except OSError:
        return "image"  # reading it will tell why it cannot be read


def _walk(folder: Path, skip: Path | None, skipped: list[str]) -> Iterator[Path]:
    """Files below a folder, without hidden ones; linked folders once, wherever their links lead.

    Folders below that cannot be read are added to `skipped`.
    """

    def pass_over(error: OSError) -> None:
        if error.filename is None or Path(error.filename) == folder:
            raise error
        skipped.append(printable(error.filename) + _CLOSED)

    seen = {skip}
    for parent, folders, files in os.walk(folder, onerror=pass_over, followlinks=True):
        here = Path(parent)
        real = _real(here)
        if real in seen:  # a link and its folder side by side: both were listed before either was entered
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and _real(here / f) not in seen)
        yield from (here / file for file in files if not file.startswith("."))


def _media(files: Iterable[Path], what: str, skipped: list[str], folder: str = "") -> list[Source]:
    """The files that are pictures or videos, sorted; the others are added to `skipped`."""
    sources, before = [], len(skipped)
    for file in sorted(files):
        kind = _kind(file) if _may_be_read_as_file(file) else None
        if kind is None:
            skipped.append(printable(str(file)) + ("" if file.exists() else " (a link that leads nowhere)"))
        else:
            sources.append(Source(kind, str(file), folder))
    if not sources and (closed := _closed(skipped[before:])):
        raise InputError(f"{what} holds no image and no video where it can be read; this cannot: {_some(closed)}.")
    if not sources:
        raise InputError(f"{what} holds no image and no video, by content or by name.")
    return sources


def _may_be_read_as_file(path: Path) -> bool:
    """Whether it is a file, or its folder does not show what it is: reading it will tell why it cannot be read."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except PermissionError:
        return True
    except OSError:
        return False
