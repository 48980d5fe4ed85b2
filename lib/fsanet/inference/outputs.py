"""Where the annotated copy of each source goes: never onto a source, never onto another copy."""

import os
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from fsanet.errors import InputError
from fsanet.inference.sources import Source

# what OpenCV writes and people open; JPEG's other names become .jpg, and the rest gets .png behind its name
_KEPT_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
_JPEG_SUFFIXES = frozenset({".jfif", ".jpe"})
_SUFFIXES = {b"\xff\xd8": ".jpg", b"BM": ".bmp", b"RIFF": ".webp", b"II": ".tiff", b"MM": ".tiff"}  # by first bytes


def output_paths(sources: Sequence[Source], out: Path) -> dict[str, Path]:
    """{name of a source: path below the output folder}, decided for all before the first is opened.

    Two paths count as one where they lead to one file through links, or differ in letter case or in how accents are
    composed only: some file systems make no difference there.

    Args:
        sources: all sources of a run, failed and finished ones included, so that a resumed run decides alike.
        out: the output folder.
    """
    taken = {key for source in sources if source.is_file for key in _keys(Path(source.name))}
    paths: dict[str, Path] = {}
    numbers: Counter[Path] = Counter()  # the last one that was tried behind a name: many sources may have the same
    for source in sources:
        path = wanted = out / _final_name(source)
        while not taken.isdisjoint(_all_keys(source, path)):
            numbers[wanted] += 1
            path = wanted.with_stem(f"{wanted.stem}_{numbers[wanted] + 1}")
        taken.update(_all_keys(source, path))
        paths[source.name] = path
    return paths


def path_of_still(path: Path, encoded: bytes) -> Path:
    """Where the annotated copy goes of what a stream brought, when it turns out to be one picture.

    Args:
        path: as `output_paths` has it.
        encoded: the picture as it came.
    """
    suffix = next((suffix for start, suffix in _SUFFIXES.items() if encoded.startswith(start)), ".png")
    return path.with_suffix(suffix)


def check_not_a_source(path: Path, sources: Sequence[Source]) -> None:
    """Raise a ValueError where a file of results would replace one of the sources."""
    there = _status(os.path.realpath(path))
    if there is None:  # as where a run begins: a million sources need not be asked
        return
    for source in sources:
        if source.is_file and (status := _status(source.name)) and os.path.samestat(there, status):
            raise InputError(f"'{path}' is one of the sources and would be replaced: give another name.")


def _final_name(source: Source) -> Path:
    """The name of the copy with its final suffix."""
    name = Path(source.relative_name)
    suffix = name.suffix.lower()
    if source.kind != "image":
        return name.with_suffix(".mp4")
    if suffix in _KEPT_SUFFIXES:
        return name
    return name.with_suffix(".jpg") if suffix in _JPEG_SUFFIXES else name.with_name(f"{name.name}.png")


def _all_keys(source: Source, path: Path) -> set[object]:
    """What stands for every path that the copy may get: nobody knows yet whether a stream brings a picture."""
    if source.kind != "stream":
        return _keys(path)
    return set().union(*(_keys(path.with_suffix(suffix)) for suffix in (".mp4", ".png", *_SUFFIXES.values())))


def _keys(path: Path) -> set[object]:
    """What stands for a path: two paths that share a key may be one file."""
    real = os.path.realpath(path)  # also for files that are not there yet, as far as their folders are
    keys: set[object] = {unicodedata.normalize("NFC", real).casefold()}
    status = _status(path)
    return {*keys, (status.st_dev, status.st_ino)} if status else keys


def _status(path: str | Path) -> os.stat_result | None:
    """What the system says of a file; None where there is none."""
    try:
        return os.stat(path)  # noqa: PTH116 (a Path takes three times as long)
    except OSError:
        return None
