"""Models with weights: read a file, rename its arrays, assign them strictly."""

from pathlib import Path

import keras

from fsanet.errors import InputError
from fsanet.models.build import build_model
from fsanet.models.spec import ModelSpec, get_spec
from fsanet.weights.assign import assign, named_variables
from fsanet.weights.name_map import rename_numbered, rename_published
from fsanet.weights.places import weight_files
from fsanet.weights.reading import read_weights


def load_model(name: str, weights: str | Path, **settings) -> keras.Model:
    """A model with weights.

    Args:
        name: one of `fsanet.MODELS`. A fusion of a training set loads the weights of each member.
        weights: a catalogued training set, such as "300W_LP"; or a file: an .h5 of the original repository, a
            .weights.h5 or a .keras; or a folder of them as the original lays it out, <save name>/<save name>.h5.
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
        path: an .h5 of the original repository, a .weights.h5 or a .keras.

    Raises:
        ValueError, FileNotFoundError, OSError: as `load_model`.
    """
    file = read_weights(path)
    if file.layout == "keras3":
        arrays = rename_numbered(file.arrays, named_variables(model))
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
