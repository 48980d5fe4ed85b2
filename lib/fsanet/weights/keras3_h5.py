"""The HDF5 layout of Keras 3, in `.weights.h5` files and inside `.keras` archives.

Layers lie in nested groups `layers/<class>_<count>`. The counts depend on the order in which a model was built and tell
nothing; what tells is the name of the layer, an attribute of its group `vars`. Inside it, arrays are numbered.
"""

import h5py
import numpy as np


def is_weights_file(file: h5py.File) -> bool:
    """Whether the file has this layout."""
    return isinstance(file.get("layers"), h5py.Group)


def read_arrays(file: h5py.File) -> dict[str, np.ndarray]:
    """All arrays of layers, as "model/layer/number", such as "ssr_G_model/x_conv1/0". The optimizer's are left out."""
    arrays: dict[str, np.ndarray] = {}
    _collect(file["layers"], "", arrays)
    return arrays


def _collect(layers: h5py.Group, prefix: str, arrays: dict[str, np.ndarray]) -> None:
    for key, layer in layers.items():
        variables = layer["vars"]
        name = f"{prefix}{variables.attrs.get('name', key)}"
        arrays.update({f"{name}/{number}": np.asarray(array) for number, array in variables.items()})
        if "layers" in layer:
            _collect(layer["layers"], f"{name}/", arrays)
