"""Where the weights of a model are, and of which models a folder holds weights. Imports no Keras."""

import json
from pathlib import Path

from fsanet.errors import InputError
from fsanet.models.spec import DEFAULT_MODEL, MODELS, ModelSpec, get_spec
from fsanet.weights.pretrained import BUNDLED_WEIGHTS, WEIGHTS, find_weights

_STARTS = (b"\x89HDF\r\n\x1a\n", b"PK\x03\x04")  # of HDF5, and of the archive that .keras is
_WEIGHT_SUFFIXES = (".h5", ".hdf5", ".keras")


def weight_files(name: str, weights: str | Path) -> dict[str, Path]:
    """The file of each network that a model is made of; they need not exist where `weights` is a path.

    Args:
        name: one of `fsanet.MODELS`.
        weights: a catalogued training set; or a file; or a folder as the original lays it out,
            <save name>/<save name>.h5.

    Returns:
        {model name: file}: one entry for a single model or for a file that holds a whole fusion, else one for each
        member of the fusion.

    Raises:
        ValueError: for an unknown model or training set, and for a file that begins as no weight file does.
        FileNotFoundError: when the weights of a training set are not on this machine, or a folder does not hold them.
    """
    spec = get_spec(name)
    if _is_file(weights):
        files = {name: Path(weights)}
    else:
        files = {part: _file_of(get_spec(part), weights) for part in spec.members or (name,)}
    for path in files.values():
        _require_weights(path)
    return files


def model_of(weights: str | Path | None) -> str:
    """The model that is meant where none is named: `DEFAULT_MODEL`, unless weights are a folder that holds another, or
    a .keras file that is called as one.

    Args:
        weights: a catalogued training set, a file, a folder or an export; None for our own.

    Raises:
        InputError: when a folder holds several models and not the default; the message lists them.
    """
    if weights is None:
        return DEFAULT_MODEL
    if Path(weights).suffix == ".keras":
        return _told_by_keras(Path(weights)) or DEFAULT_MODEL
    held = held_models(weights)
    if not held or DEFAULT_MODEL in held:
        return DEFAULT_MODEL
    if len(held) > 1:
        raise InputError(
            f"The folder '{weights}' holds weights of several models, and not those of {DEFAULT_MODEL}: name one "
            f"({', '.join(f'--model {name}' for name in held)})."
        )
    return held[0]


def _told_by_keras(path: Path) -> str | None:
    """The name of ours that Keras wrote for the model of a .keras file; None where it tells none."""
    import zipfile  # takes 15 ms, which a photograph need not wait for

    try:
        with zipfile.ZipFile(path) as archive:
            name = json.loads(archive.read("config.json"))["config"]["name"]
    except Exception:  # not there, no archive, damaged: to read its weights will tell
        return None
    return name if name in MODELS else None


def held_models(weights: str | Path) -> tuple[str, ...]:
    """Models whose weights a folder holds, fusions with all of their members too; none where weights are no folder."""
    if not _is_folder(weights):
        return ()
    there = {name for name in MODELS if _in_folder(get_spec(name), weights).is_file()}
    return tuple(name for name in MODELS if set(get_spec(name).members or (name,)) <= there)


def _file_of(spec: ModelSpec, weights: str | Path) -> Path:
    if not _is_folder(weights):
        return find_weights(spec.name, str(weights))
    path = _in_folder(spec, weights)
    if Path(weights).is_dir() and not path.is_file():
        held = ", ".join(held_models(weights))
        raise FileNotFoundError(
            f"The folder '{weights}' holds no weight file of {spec.name}: there is no '{path}'"
            f"{f'; it holds those of: {held}' if held else ''}."
        )
    return path


def _in_folder(spec: ModelSpec, folder: str | Path) -> Path:
    return Path(folder) / spec.save_name / f"{spec.save_name}.h5"


def _is_file(weights: str | Path) -> bool:
    """Whether `weights` names a file, rather than a training set or a folder."""
    return Path(weights).suffix in _WEIGHT_SUFFIXES or Path(weights).is_file()


def _is_folder(weights: str | Path) -> bool:
    """Whether `weights` is a path, rather than a training set: a name is one where only a folder has it."""
    if isinstance(weights, Path) or weights != Path(weights).name:
        return True
    return weights not in {file.training_set for file in BUNDLED_WEIGHTS + WEIGHTS} and Path(weights).is_dir()


def _require_weights(path: Path) -> None:
    """Refuse a file of another kind, before anything is imported or installed to read it."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        start = file.read(max(map(len, _STARTS)))
    if not start.startswith(_STARTS):
        raise InputError(
            f"'{path}' is no weight file: it is neither HDF5 nor a .keras archive (to estimate poses, exports are "
            "taken too: .onnx, .tflite, .xml with its .bin, .pb)."
        )
