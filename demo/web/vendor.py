"""Packages of the npm registry, pinned and kept in a cache; ONNX Runtime for the browser is three files of one."""

import hashlib
import os
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from fsanet.errors import InputError
from fsanet.files import replace_whole


class NpmPackage(NamedTuple):
    """A package of the npm registry.

    Attributes:
        name: with its version.
        sha256: of the archive that `npm pack` makes.
    """

    name: str
    sha256: str

    @property
    def cached(self) -> Path:
        """Where its archive is kept."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fsanet" / "web"
        return cache / f"{self.name.replace('@', '-')}.tgz"


RUNTIME = NpmPackage("onnxruntime-web@1.30.0", "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71")
# The plain WebAssembly build: the package's usual entry brings WebGPU along, 27 MB of it.
FILES = {
    "ort.wasm.min.mjs": "package/dist/ort.wasm.min.mjs",
    "ort-wasm-simd-threaded.mjs": "package/dist/ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm": "package/dist/ort-wasm-simd-threaded.wasm",
}


def runtime_files(archive: Path | None = None) -> dict[str, bytes]:
    """ONNX Runtime's files by name.

    Args:
        archive: the package as `npm pack` makes it; None fetches it once and keeps it.

    Raises:
        FileNotFoundError: when there is no npm to fetch it with, or no such file.
        ValueError: when the archive is another one than the page was made for.
    """
    return members(RUNTIME, FILES, archive or fetched(RUNTIME))


def members(package: NpmPackage, names: Mapping[str, str], archive: Path) -> dict[str, bytes]:
    """Some files of a package: {our name: its name} -> {our name: content}."""
    content = archive.read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != package.sha256:
        raise InputError(f"'{archive}' is not {package.name}: its SHA-256 is {found}, not {package.sha256}. Remove it.")
    with tarfile.open(archive) as opened:
        return {ours: _member(opened, theirs) for ours, theirs in names.items()}


def _member(opened: tarfile.TarFile, name: str) -> bytes:
    try:
        file = opened.extractfile(name)
    except KeyError:
        file = None
    if file is None:
        raise InputError(f"The package '{opened.name}' holds no file '{name}'.")
    return file.read()


def fetched(package: NpmPackage) -> Path:
    """The archive of a package, fetched by npm where it is not kept yet.

    Raises:
        FileNotFoundError: without npm.
        OSError: when npm cannot fetch it.
    """
    if package.cached.is_file():
        return package.cached
    remedy = "or give its archive with --archive"
    with TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", package.name]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        except FileNotFoundError:
            raise FileNotFoundError(f"npm is needed to fetch {package.name}: install Node.js, {remedy}.") from None
        except subprocess.CalledProcessError as error:
            reason = (error.stderr or "no reason given").strip().splitlines()[-1]
            raise OSError(f"npm could not fetch {package.name} ({reason}): try again later, {remedy}.") from None
        (archive,) = Path(folder).glob("*.tgz")
        with replace_whole(package.cached) as temporary:
            temporary.write_bytes(archive.read_bytes())
    return package.cached
