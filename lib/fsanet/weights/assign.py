"""Putting named arrays into a model: all of them, each where it belongs, or none."""

from collections.abc import Iterator, Mapping

import keras
import numpy as np

from fsanet.errors import InputError


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
    faults = [f"{fault}: {', '.join(names)}" for fault, names in _faults(variables, arrays).items() if names]
    if faults:
        raise InputError(f"{source} cannot be loaded into the model {model.name!r}. " + ". ".join(faults) + ".")
    for name, variable in variables.items():
        variable.assign(arrays[name])


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
