"""Reading a weight file of any layout into named arrays, without building or running anything that it holds."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from fsanet.errors import InputError
from fsanet.weights import keras3_h5, legacy_h5

_KERAS_ARCHIVE_MEMBER = "model.weights.h5"


class WeightFile(NamedTuple):
    """What a weight file holds.

    Attributes:
        layout: "keras2" (the original repository's .h5) or "keras3" (.weights.h5 and .keras).
        arrays: by the names that the file has for them.
    """

    layout: str
    arrays: dict[str, np.ndarray]


def read_weights(path: str | Path) -> WeightFile:
    """Read all arrays of a weight file. The content decides on the layout, not the name.

    Args:
        path: an .h5 of the original repository (weights or whole model), a .weights.h5, or a .keras archive.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when it is no weight file.
        OSError: when it is cut off or damaged.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no weight file '{path}'.")
    with _open_hdf5(path) as file, _damage_named(path):
        if (group := legacy_h5.weights_group(file)) is not None:
            return WeightFile("keras2", legacy_h5.read_arrays(group))
        if keras3_h5.is_weights_file(file):
            return WeightFile("keras3", keras3_h5.read_arrays(file))
    raise InputError(f"'{path}' is an HDF5 file, but holds no weights of a Keras model.")


@contextmanager
def _open_hdf5(path: Path) -> Iterator[h5py.File]:
    """The file itself, or the one inside a .keras archive."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(_weights_in_archive(path, archive))) as file:
            yield file
        return
    if not h5py.is_hdf5(path):
        raise InputError(f"'{path}' is no weight file: it is neither HDF5 nor a .keras archive.")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise _damaged(path, error) from error
    with file:
        yield file


def _weights_in_archive(path: Path, archive: zipfile.ZipFile) -> bytes:
    if _KERAS_ARCHIVE_MEMBER not in archive.namelist():
        raise InputError(f"'{path}' is an archive, but not of a Keras model: it has no {_KERAS_ARCHIVE_MEMBER}.")
    with _damage_named(path):
        return archive.read(_KERAS_ARCHIVE_MEMBER)


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Errors of h5py and zipfile about broken content, as one sentence that names the file."""
    try:
        yield
    except (OSError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> OSError:
    return OSError(f"The weight file '{path}' is cut off or damaged, get it again: {error}.")
