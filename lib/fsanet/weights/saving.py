"""Weights in the original repository's layout: what is trained here loads there."""

from collections.abc import Mapping
from pathlib import Path

import h5py
import keras
import numpy as np

from fsanet.errors import InputError
from fsanet.files import replace_whole
from fsanet.models.spec import get_spec
from fsanet.weights.loading import named_variables
from fsanet.weights.name_map import published_layers

# Without a version the reader of Keras 2 takes a file for one of Keras 1 and reshapes its kernels.
_ATTRIBUTES = {"backend": "tensorflow", "keras_version": "2.2.4"}


def save_weights(model: keras.Model, path: str | Path) -> None:
    """Write the weights of a single model as an .h5 that `load_model` and the original repository read.

    Args:
        model: as `build_model` returns it; its name says which one it is.
        path: the file to make; it is whole or not there.

    Raises:
        ValueError: for a fusion, whose members each have a file of their own.
        OSError: when the file cannot be written.
    """
    spec = get_spec(model.name)
    if spec.members:
        raise InputError(f"{model.name!r} is a fusion: save each of its members, {', '.join(spec.members)}.")
    variables = named_variables(model)
    groups: dict[str, dict[str, np.ndarray]] = {}
    # Keras 2 keeps the moving statistics of a sub-model behind all its trainable arrays.
    for moving in (False, True):
        for layer in published_layers(spec):
            group = groups.setdefault(layer.group, {})
            for name, variable in variables.items():
                owner, _, short = name.rpartition("/")
                if owner == layer.ours and short.startswith("moving_") == moving:
                    group[f"{layer.published}/{short}"] = keras.ops.convert_to_numpy(variable.value)
    with replace_whole(path) as temporary:
        write_arrays(temporary, groups)


def write_arrays(path: str | Path, groups: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    """Write arrays in this layout.

    The file is made in memory: HDF5 ends the whole process where it cannot write what it holds back, as on a full disk.

    Args:
        path: the file to make.
        groups: for each top-level layer, in order, its arrays as "layer/variable", in order. Keras 2 reads by order.
    """
    with h5py.File(path, "w", driver="core", backing_store=False) as file:
        file.attrs.update(_ATTRIBUTES)
        file.attrs["layer_names"] = np.array([name.encode() for name in groups])
        for layer, arrays in groups.items():
            group = file.create_group(layer)
            group.attrs["weight_names"] = np.array([f"{name}:0".encode() for name in arrays], dtype="S")
            for name, array in arrays.items():
                group.create_dataset(f"{name}:0", data=array)
        file.flush()
        Path(path).write_bytes(file.id.get_file_image())
