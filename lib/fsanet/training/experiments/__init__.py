"""One small file an experiment: `RUNS` are the settings of one or more runs, the docstring has command and result."""

from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path

from fsanet.errors import InputError
from fsanet.training.experiments.base import own_data, protocol_1, protocol_2, synthetic
from fsanet.training.settings import Settings

_RECIPES = {"300W_LP": protocol_1, "BIWI": protocol_2, "synthetic": synthetic}
_NO_EXPERIMENTS = ("__init__", "base")


def experiment_names() -> list[str]:
    """All experiments, by name."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py"))
    return [name for name in names if name not in _NO_EXPERIMENTS]


def runs_of(experiment: str) -> list[Settings]:
    """The runs of an experiment.

    Raises:
        ValueError: for an unknown name, with the nearest or all of them.
    """
    if experiment not in experiment_names():
        near = [name for name in experiment_names() if fnmatch(name, f"*{experiment}*")] or experiment_names()
        raise InputError(f"There is no experiment '{experiment}'. There are: {', '.join(near)}.")
    return list(import_module(f"{__name__}.{experiment}").RUNS)


def recipe_for(model: str, data: str) -> Settings:
    """The usual settings of a model on some data."""
    return _RECIPES[data](model) if data in _RECIPES else own_data(model, data)
