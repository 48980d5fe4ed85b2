"""What a person may name on the command line: images, folders, globs, video files and camera numbers."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from typing import Literal

from fsanet.errors import InputError
from fsanet.image.reading import IMAGE_SUFFIXES

VIDEO_SUFFIXES = frozenset({".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".wmv", ".3gp"})


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to look at.

    Attributes:
        kind: what it is.
        name: path of the file, or the camera's number, as text.
        folder: the folder on the command line that it was found in; empty for what was named itself.
    """

    kind: Literal["image", "video", "camera"]
    name: str
    folder: str = ""

    @property
    def relative_name(self) -> str:
        """Where results of this source belong below an output folder."""
        if self.kind == "camera":
            return f"camera_{self.name}.mp4"
        path = Path(self.name)
        return str(path.relative_to(self.folder)) if self.folder else path.name


def find_sources(names: list[str], skip_folder: str | Path = "") -> list[Source]:
    """Images, videos and cameras that command line arguments stand for, in the order given; folders sorted.

    A file with another suffix counts as an image: reading it will tell.

    Args:
        names: files, folders (searched with all below), globs and camera numbers.
        skip_folder: a folder that searches leave out: where results go, lest they are looked at again.

    Raises:
        FileNotFoundError: where nothing has that name.
        ValueError: for a folder or a glob without any image or video.
    """
    return [source for name in names for source in _find(name, Path(skip_folder).resolve() if skip_folder else None)]


def _find(name: str, skip: Path | None) -> list[Source]:
    path = Path(name)
    if name.isdecimal() and not path.exists():
        return [Source("camera", name)]
    if path.is_dir():
        return [_file(file, folder=name) for file in _media(_walk(path, skip), f"The folder '{name}'")]
    if path.exists():
        return [_file(path)]
    if has_magic(name):
        matches = map(Path, glob(name, recursive=True))  # noqa: PTH207 (Path.glob takes no absolute pattern)
        return [_file(file) for file in _media(matches, f"The pattern '{name}'")]
    raise FileNotFoundError(f"No file, folder or camera number '{name}': check the path.")


def _walk(folder: Path, skip: Path | None) -> Iterator[Path]:
    """Files below a folder, without hidden ones."""
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        folders[:] = [f for f in folders if not f.startswith(".") and (here / f).resolve() != skip]
        yield from (here / file for file in files if not file.startswith("."))


def _media(files: Iterable[Path], what: str) -> list[Path]:
    """The files that are images or videos by their suffix, sorted."""
    chosen = sorted(f for f in files if f.suffix.lower() in IMAGE_SUFFIXES | VIDEO_SUFFIXES and f.is_file())
    if not chosen:
        raise InputError(f"{what} holds no image and no video ({', '.join(sorted(IMAGE_SUFFIXES | VIDEO_SUFFIXES))}).")
    return chosen


def _file(path: Path, folder: str = "") -> Source:
    return Source("video" if path.suffix.lower() in VIDEO_SUFFIXES else "image", str(path), folder)
