"""Models with weights: read a file, rename its arrays, assign them strictly."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from fsanet.errors import InputError
from fsanet.models.build import build_model
from fsanet.models.spec import ModelSpec, get_spec
from fsanet.weights.model_files import weight_files
from fsanet.weights.name_map import has_own_names, rename_grouped, rename_numbered, rename_published
from fsanet.weights.reading import read_weights

_SHOWN = 10  # names in each list of an error: enough to see what is wrong


def load_model(name: str, weights: str | Path, **settings: Any) -> keras.Model:
    """A model with weights.

    Args:
        name: one of `fsanet.MODELS`. A fusion of a training set loads the weights of each member.
        weights: a catalogued training set, such as "300W_LP"; or a file: an .h5 of the original repository or
            of `model.save`, a .weights.h5 or a .keras; or a folder of them as the original lays it out,
            <save name>/<save name>.h5.
        **settings: as `build_model` takes them, for weights that were trained with others than the default.

    Returns:
        A `keras.Model`: (batch, 64, 64, 3) BGR 0..255 -> (batch, 3) yaw, pitch, roll in degrees.

    Raises:
        ValueError: for an unknown model or training set, and when file and model do not fit: one message that lists
            missing, unexpected, misshapen and non-finite arrays.
        FileNotFoundError: when the weights are not on this machine.
        OSError: when the file is damaged.
    """
    model = build_model(name, **settings)
    for part, path in weight_files(name, weights).items():
        load_weights(model if part == name else model.get_layer(part), path)
    return model


def load_weights(model: keras.Model, path: str | Path) -> None:
    """Fill a model of ours from a weight file, strictly.

    Args:
        model: as `build_model` returns it; its name says which one it is.
        path: an .h5 of the original repository or of `model.save`, a .weights.h5 or a .keras.

    Raises:
        ValueError, FileNotFoundError, OSError: as `load_model`.
    """
    file, names = read_weights(path), named_variables(model)
    if file.layout == "keras3":
        arrays = rename_numbered(file.arrays, names)
    elif has_own_names(file.arrays, names):
        arrays = rename_grouped(file.arrays, names)
    else:
        arrays = rename_published(file.arrays, _single(model.name, path))
    assign(model, arrays, f"The weight file '{path}'")


def _single(name: str, path: str | Path) -> ModelSpec:
    spec = get_spec(name)
    if spec.members:
        raise InputError(
            f"'{path}' holds one network, but {name!r} is a fusion: give a training set, or a folder with the weights "
            f"of {', '.join(spec.members)}."
        )
    return spec


def named_variables(model: keras.Model) -> dict[str, keras.Variable]:
    """All variables of a model, as "sub-model/layer/variable", such as "ssr_G_model/x_conv1/bias"."""
    return dict(_walk(model, ""))


def _walk(model: keras.Model, prefix: str) -> Iterator[tuple[str, keras.Variable]]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _walk(layer, f"{prefix}{layer.name}/")
        else:
            yield from ((f"{prefix}{layer.name}/{variable.name}", variable) for variable in layer.weights)


def assign(model: keras.Model, arrays: Mapping[str, np.ndarray], source: str) -> None:
    """Set every variable of a model. Nothing is changed unless all arrays fit.

    Args:
        model: the model to fill.
        arrays: by the names of `named_variables`.
        source: where they come from, for the message.

    Raises:
        ValueError: one message that lists missing, unexpected, misshapen and non-finite arrays.
    """
    variables = named_variables(model)
    faults = [f"{fault}: {_listed(names)}" for fault, names in _faults(variables, arrays).items() if names]
    if faults:
        raise InputError(f"{source} cannot be loaded into the model {model.name!r}. " + ". ".join(faults) + ".")
    for name, variable in variables.items():
        variable.assign(arrays[name])


def _listed(names: list[str]) -> str:
    """Some names, and how many more there are."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _faults(variables: Mapping[str, keras.Variable], arrays: Mapping[str, np.ndarray]) -> dict[str, list[str]]:
    common = [name for name in variables if name in arrays]
    return {
        "Missing": [name for name in variables if name not in arrays],
        "Unexpected": [name for name in arrays if name not in variables],
        "Of another shape": [
            f"{name} {arrays[name].shape} instead of {tuple(variables[name].shape)}"
            for name in common
            if arrays[name].shape != tuple(variables[name].shape)
        ],
        "The file itself holds NaN or infinite values in": [
            name for name, array in arrays.items() if not np.isfinite(array).all()
        ],
    }
