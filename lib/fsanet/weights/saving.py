"""Weights in the original repository's layout: what is trained here loads there."""

from pathlib import Path

import keras
import numpy as np

from fsanet.errors import InputError
from fsanet.files import replace_whole
from fsanet.models.spec import get_spec
from fsanet.weights.assign import named_variables
from fsanet.weights.legacy_h5 import write_arrays
from fsanet.weights.name_map import published_layers


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
