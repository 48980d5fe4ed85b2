"""Which files a model's weights are in. Imports no Keras, so that an exported file can be found without it."""

from pathlib import Path

from fsanet.models.spec import ModelSpec, get_spec
from fsanet.weights.catalog import find_weights

_SUFFIXES = (".h5", ".hdf5", ".keras")


def is_file(weights: str | Path) -> bool:
    """Whether `weights` names a file, rather than a training set or a folder."""
    return Path(weights).suffix in _SUFFIXES or Path(weights).is_file()


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
        ValueError: for an unknown model or training set.
        FileNotFoundError: when the weights of a training set are not on this machine.
    """
    spec = get_spec(name)
    if is_file(weights):
        return {name: Path(weights)}
    return {part: _file_of(get_spec(part), weights) for part in spec.members or (name,)}


def _file_of(spec: ModelSpec, weights: str | Path) -> Path:
    if isinstance(weights, Path) or weights != Path(weights).name:
        return Path(weights) / spec.save_name / f"{spec.save_name}.h5"
    return find_weights(spec.name, weights)
