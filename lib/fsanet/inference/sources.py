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
from fsanet.inference.spans import Span

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
    """

    kind: Literal["image", "pictures", "video", "camera", "stream"]
    name: str
    folder: str = ""
    span: Span | None = None

    @property
    def label(self) -> str:
        """What tells it from every other source of a run."""
        return f"{self.name}, {self.span}" if self.span else self.name

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
            words = "".join(letter if letter.isalnum() else "_" for letter in self.name.split("@")[-1])
            return f"stream_{words.strip('_')[-60:] or 'input'}.mp4"
        path = Path(self.name)
        return str(path.relative_to(self.folder)) if self.folder else path.name


class Sources(NamedTuple):
    """What is there to look at, and what was passed over.

    Attributes:
        sources: in the order given, folders sorted, each once.
        skipped: files of folders and globs that are neither picture nor video, and links that lead nowhere.
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
        ValueError: for a folder or a glob without any image or video.
    """
    skip = Path(skip_folder).resolve() if skip_folder else None
    found: dict[str, Source] = {}
    skipped: list[str] = []
    for name in names:
        for source in _find(name, skip, skipped):
            found.setdefault(source.name, source)
    return Sources(list(found.values()), skipped)


def summary_of_skipped(skipped: list[str]) -> str:
    """One line on files that were passed over: how many of each suffix, with a few names."""
    suffixes = Counter(Path(name).suffix.lower() or "no suffix" for name in skipped)
    kinds = ", ".join(f"{count} x {suffix}" for suffix, count in suffixes.most_common(6))
    more = f" and {len(skipped) - _NAMED} more" if len(skipped) > _NAMED else ""
    return f"{len(skipped)} files are neither picture nor video ({kinds}): {', '.join(skipped[:_NAMED])}{more}"


def _find(name: str, skip: Path | None, skipped: list[str]) -> list[Source]:
    path = Path(name)
    if name == "-" or "://" in name:
        return [Source("stream", name)]
    if name.isdecimal() and not path.exists():
        return [Source("camera", name)]
    if path.is_dir():
        if path.resolve() == skip:
            raise InputError(f"The folder '{name}' cannot be both source and --out: give another folder to write to.")
        return _media(_walk(path, skip), f"The folder '{name}'", skipped, folder=name)
    if path.exists():
        return [_named_file(path)]
    if has_magic(name):
        matches = map(Path, glob(name, recursive=True))  # noqa: PTH207 (Path.glob takes no absolute pattern)
        files = (match for match in matches if not match.is_dir() and skip not in match.resolve().parents)
        return _media(files, f"The pattern '{name}'", skipped)
    raise FileNotFoundError(f"No file, folder or camera number '{name}': check the path.")


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


def _walk(folder: Path, skip: Path | None) -> Iterator[Path]:
    """Files below a folder, without hidden ones; linked folders once, wherever their links lead."""
    seen = {skip}
    for parent, folders, files in os.walk(folder, followlinks=True):
        here = Path(parent)
        seen.add(here.resolve())
        folders[:] = sorted(f for f in folders if not f.startswith(".") and (here / f).resolve() not in seen)
        yield from (here / file for file in files if not file.startswith("."))


def _media(files: Iterable[Path], what: str, skipped: list[str], folder: str = "") -> list[Source]:
    """The files that are pictures or videos, sorted; the others are added to `skipped`."""
    sources = []
    for file in sorted(files):
        kind = _kind(file) if file.is_file() else None
        if kind is None:
            skipped.append(printable(str(file)) + ("" if file.exists() else " (a link that leads nowhere)"))
        else:
            sources.append(Source(kind, str(file), folder))
    if not sources:
        raise InputError(f"{what} holds no image and no video, by content or by name.")
    return sources
