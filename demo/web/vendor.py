"""ONNX Runtime for the browser: three files of a package of the npm registry, pinned and kept in a cache."""

import hashlib
import os
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from fsanet.errors import InputError
from fsanet.files import replace_whole

PACKAGE = "onnxruntime-web@1.30.0"
ARCHIVE_SHA256 = "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71"
# The plain WebAssembly build: the package's usual entry brings WebGPU along, 27 MB of it.
FILES = {
    "ort.wasm.min.mjs": "package/dist/ort.wasm.min.mjs",
    "ort-wasm-simd-threaded.mjs": "package/dist/ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm": "package/dist/ort-wasm-simd-threaded.wasm",
}


def vendor_files(archive: Path | None = None) -> dict[str, bytes]:
    """The runtime's files by name.

    Args:
        archive: the package as `npm pack` makes it; None fetches it once and keeps it.

    Raises:
        FileNotFoundError: when there is no npm to fetch it with, or no such file.
        ValueError: when the archive is another one than the page was made for.
    """
    path = archive or _fetched()
    content = path.read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != ARCHIVE_SHA256:
        raise InputError(f"'{path}' is not {PACKAGE}: its SHA-256 is {found}, expected {ARCHIVE_SHA256}. Remove it.")
    with tarfile.open(path) as package:
        return {name: _member(package, member) for name, member in FILES.items()}


def _member(package: tarfile.TarFile, name: str) -> bytes:
    file = package.extractfile(name)
    if file is None:
        raise InputError(f"The package {PACKAGE} holds no file '{name}'.")
    return file.read()


def _fetched() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fsanet" / "web"
    kept = cache / f"{PACKAGE.replace('@', '-')}.tgz"
    if kept.is_file():
        return kept
    with TemporaryDirectory() as folder:
        try:
            subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True, text=True)
        except FileNotFoundError:
            raise FileNotFoundError(f"npm is needed to fetch {PACKAGE}; or give its archive with --archive.") from None
        except subprocess.CalledProcessError as error:
            reason = (error.stderr or "no reason given").strip().splitlines()[-1]
            raise OSError(f"npm could not fetch {PACKAGE} ({reason}); or give its archive with --archive.") from None
        (fetched,) = Path(folder).glob("*.tgz")
        with replace_whole(kept) as temporary:
            temporary.write_bytes(fetched.read_bytes())
    return kept
