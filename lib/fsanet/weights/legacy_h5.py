"""The HDF5 layout of Keras 2, which the original repository's weight files have.

A group per top-level layer, in the order of the root's attribute `layer_names`. Its attribute `weight_names` lists the
arrays inside, such as "separable_conv2d_8/depthwise_kernel:0". A file of a whole model has all that in `model_weights`.
"""

from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

# Without a version the reader of Keras 2 takes a file for one of Keras 1 and reshapes its kernels.
_ATTRIBUTES = {"backend": "tensorflow", "keras_version": "2.2.4"}


def weights_group(file: h5py.File) -> h5py.Group | None:
    """The group with the layers; None when the file has another layout."""
    for group in (file, file.get("model_weights")):
        if group is not None and _names(group, "layer_names"):
            return group
    return None


def read_arrays(group: h5py.Group) -> dict[str, np.ndarray]:
    """All arrays, as "layer/variable", such as "separable_conv2d_8/depthwise_kernel"."""
    arrays = {}
    for layer in _names(group, "layer_names"):
        for name in _names(group[layer], "weight_names"):
            *_, owner, variable = ("", layer, *name.removesuffix(":0").split("/"))[-3:]
            arrays[f"{owner}/{variable}"] = np.asarray(group[layer][name])
    return arrays


def write_arrays(path: str | Path, groups: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    """Write arrays in this layout.

    Args:
        path: the file to make.
        groups: for each top-level layer, in order, its arrays as "layer/variable", in order. Keras 2 reads by order.
    """
    with h5py.File(path, "w") as file:
        file.attrs.update(_ATTRIBUTES)
        file.attrs["layer_names"] = np.array([name.encode() for name in groups])
        for layer, arrays in groups.items():
            group = file.create_group(layer)
            group.attrs["weight_names"] = np.array([f"{name}:0".encode() for name in arrays], dtype="S")
            for name, array in arrays.items():
                group.create_dataset(f"{name}:0", data=array)


def _names(group: h5py.Group, attribute: str) -> list[str]:
    """Names in an attribute, which Keras splits into "layer_names0", "layer_names1", ... when it is too long."""
    keys = [attribute] if attribute in group.attrs else []
    while not keys or f"{attribute}{len(keys)}" in group.attrs:
        if (key := f"{attribute}{len(keys)}") not in group.attrs:
            break
        keys.append(key)
    return [name.decode() if isinstance(name, bytes) else str(name) for key in keys for name in group.attrs[key]]
