"""ONNX files of models: those that come with the package, and those exported once and kept.

A file in the cache is named after the SHA-256 of what it was made of, so that other weights are another file and
nothing has to be thrown away by hand. Several processes may export the same model at once: each renames its whole file
onto the same name.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

from fsanet.errors import told_extras
from fsanet.locations import BUNDLED_DIR, HOME_VARIABLE, NoHomeError, cache_dir
from fsanet.weights.model_files import weight_files

# Part of every hash. Raise it when the exported graph changes, so that files of older versions are not used.
GRAPH_VERSION = 5


def onnx_dir() -> Path:
    """The folder of exported files: in the folder that FSANET_HOME names, else in the user's cache."""
    home = os.environ.get(HOME_VARIABLE)
    return (Path(home).expanduser() if home else cache_dir()) / "onnx"


def bundled_onnx(model: str, weights: str | Path) -> Path | None:
    """The ONNX file that comes with the package, for a catalogued training set; None where there is none."""
    if isinstance(weights, Path) or Path(weights).name != weights:  # a path
        return None
    path = BUNDLED_DIR / weights / f"{model}.onnx"
    return path if path.is_file() else None


def ready_onnx(model: str, weights: str | Path) -> Path | None:
    """An ONNX file that can be used at once, without Keras: bundled, or in the cache."""
    found = bundled_onnx(model, weights)
    if found is None:
        with suppress(NoHomeError):  # and so no cache
            cached = _cache_path(model, weights)
            with suppress(PermissionError):  # a cache that is not this user's has nothing for this one
                found = cached if cached.is_file() else None
    return found


def can_keep() -> bool:
    """Whether a file can be written to the cache, whose folder is made.

    Raises:
        NoHomeError: as `cache_dir`.
    """
    try:
        onnx_dir().mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=onnx_dir()):
            return True
    except OSError:
        return False


def exported_onnx(model: str, weights: str | Path) -> Path:
    """The ONNX file of a model and its weights, exported to the cache when it is not there; see `export_anew`."""
    return ready_onnx(model, weights) or export_anew(model, weights)


def export_anew(model: str, weights: str | Path) -> Path:
    """The ONNX file of a model and its weights, exported to the cache; one that is there is replaced.

    Args:
        model: a name of `fsanet.MODELS`.
        weights: a catalogued training set, a weight file or a folder of them.

    Raises:
        MissingPackageError: when a package for that is not installed.
    """
    with told_extras(("keras", "export")):
        from fsanet.export.formats.table import describe
        from fsanet.export.onnx_file import write_onnx
        from fsanet.tensors import layers_in
        from fsanet.weights.loading import load_model

        path = _cache_path(model, weights)
        with layers_in("float32"):  # TensorFlow has no grouped convolution in float16 for processors
            return write_onnx(load_model(model, weights=weights), path, describe(model, weights), spread=True)


def _cache_path(model: str, weights: str | Path) -> Path:
    """The file in the cache, there or not, for the content of the weight files."""
    digest = hashlib.sha256(f"{GRAPH_VERSION} {model}".encode())
    for file in weight_files(model, weights).values():
        digest.update(_content(file))
    return onnx_dir() / f"{model}-{digest.hexdigest()[:16]}.onnx"


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise FileNotFoundError(f"There is no weight file '{file}'.")
    return file.read_bytes()
