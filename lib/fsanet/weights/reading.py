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

_KERAS_ARCHIVE_MEMBER = "model.weights.h5"


class WeightFile(NamedTuple):
    """What a weight file holds.

    Attributes:
        layout: "keras2" (the original repository's .h5, and what any Keras saves as .h5) or "keras3" (.weights.h5 and
            .keras).
        arrays: by the names that the file has for them: "group/layer/variable" in the layout of Keras 2, such as
            "ssr_G_model/separable_conv2d_8/depthwise_kernel"; "model/layer/number" in that of Keras 3.
    """

    layout: str
    arrays: dict[str, np.ndarray]


def read_weights(path: str | Path) -> WeightFile:
    """Read all arrays of a weight file. The content decides on the layout, not the name.

    Args:
        path: an .h5 of the original repository, an .h5 of a whole model, a .weights.h5, or a .keras archive.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when it is no weight file.
        OSError: when it is cut off or damaged.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no weight file '{path}'.")
    with _damage_named(path), _open_hdf5(path) as file:
        if (group := _keras2_group(file)) is not None:
            return WeightFile("keras2", _keras2_arrays(group))
        if isinstance(file.get("layers"), h5py.Group):
            return WeightFile("keras3", dict(_keras3_arrays(file["layers"], "")))
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
    with h5py.File(path, "r") as file:
        yield file


def _weights_in_archive(path: Path, archive: zipfile.ZipFile) -> bytes:
    if _KERAS_ARCHIVE_MEMBER not in archive.namelist():
        raise InputError(f"'{path}' is an archive, but not of a Keras model: it has no {_KERAS_ARCHIVE_MEMBER}.")
    return archive.read(_KERAS_ARCHIVE_MEMBER)


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Errors of h5py and zipfile about broken content, which are of many kinds, as one sentence that names the file."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise OSError(f"The weight file '{path}' is cut off or damaged, get it again: {error}.") from error


def _keras2_group(file: h5py.File) -> h5py.Group | None:
    """The group with the layers, in a file of weights or of a whole model; None when the file has another layout.

    Keras 2 lays weights out as a group per top-level layer, in the order of the root's attribute `layer_names`. Its
    attribute `weight_names` lists the arrays inside, such as "separable_conv2d_8/depthwise_kernel:0".
    """
    for group in (file, file.get("model_weights")):
        if group is not None and _names(group, "layer_names"):
            return group
    return None


def _keras2_arrays(group: h5py.Group) -> dict[str, np.ndarray]:
    arrays = {}
    for layer in _names(group, "layer_names"):
        for name in _names(group[layer], "weight_names"):
            *_, owner, variable = ("", layer, *name.removesuffix(":0").split("/"))[-3:]
            arrays[f"{layer}/{owner}/{variable}"] = _numbers(group[layer][name])
    return arrays


def _numbers(found: h5py.Dataset) -> np.ndarray:
    array = np.asarray(found)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"'{found.name}' holds no numbers but {array.dtype}")
    return array


def _names(group: h5py.Group, attribute: str) -> list[str]:
    """Names in an attribute, which Keras splits into "layer_names0", "layer_names1", ... when it is too long."""
    keys = [attribute] if attribute in group.attrs else []
    while not keys or f"{attribute}{len(keys)}" in group.attrs:
        if (key := f"{attribute}{len(keys)}") not in group.attrs:
            break
        keys.append(key)
    names = (name for key in keys for name in group.attrs[key])
    return [name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name) for name in names]


def _keras3_arrays(layers: h5py.Group, prefix: str) -> Iterator[tuple[str, np.ndarray]]:
    """Arrays of all layers, those of sub-models included; the optimizer's lie elsewhere.

    Layers lie in nested groups `layers/<class>_<count>`. The counts depend on the order in which a model was built and
    tell nothing; what tells is the name of the layer, an attribute of its group `vars`. Inside it, arrays are numbered.
    """
    for key, layer in layers.items():
        variables = layer["vars"]
        name = f"{prefix}{variables.attrs.get('name', key)}"
        yield from ((f"{name}/{number}", _numbers(array)) for number, array in variables.items())
        if "layers" in layer:
            yield from _keras3_arrays(layer["layers"], f"{name}/")
