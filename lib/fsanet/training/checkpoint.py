"""Everything a stopped run needs to go on as if it had not stopped, in one file."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keras
import numpy as np

from fsanet.errors import InputError
from fsanet.files import replace_whole

FILE_NAME = "checkpoint.npz"


@dataclass
class Progress:
    """Where a run stands.

    Attributes:
        epoch: the epoch it is in, from 0 on.
        step: steps done in that epoch.
        epochs: how many there will be.
        totals: sums of the figures of these steps.
        best_epoch: the one with the smallest validation error so far, -1 for none.
        best_mae: that error in degrees.
        seconds: training time so far.
        history: one row of figures an epoch.
    """

    epochs: int
    epoch: int = 0
    step: int = 0
    totals: dict[str, float] = field(default_factory=dict)
    best_epoch: int = -1
    best_mae: float = float("inf")
    seconds: float = 0.0
    history: list[dict] = field(default_factory=list)

    def count_step(self, figures: dict[str, float]) -> None:
        """Add the figures of a step."""
        self.step += 1
        self.totals = {name: self.totals.get(name, 0.0) + value for name, value in figures.items()}

    def means(self) -> dict[str, float]:
        """Means of the figures over the epoch so far."""
        return {name: total / self.step for name, total in self.totals.items()}

    def close_epoch(self, row: dict) -> None:
        """Keep the figures of a whole epoch and go on to the next."""
        self.history.append(row)
        self.epoch, self.step, self.totals = self.epoch + 1, 0, {}

    @property
    def finished(self) -> bool:
        """Whether all epochs are done."""
        return self.epoch >= self.epochs


def save_checkpoint(path: Path, model: keras.Model, progress: Progress, identity: Mapping) -> None:
    """Write weights, optimizer, random state, running metrics and progress, whole or not at all.

    Args:
        path: the file.
        model: the compiled training model.
        progress: where the run stands.
        identity: what a run must have in common with the file to go on from it, as JSON can say it.

    Raises:
        OSError: when it cannot be written, saying that the earlier one is intact.
    """
    arrays = {f"{number:04d}": keras.ops.convert_to_numpy(variable.value) for number, variable in _numbered(model)}
    record = json.dumps({"progress": asdict(progress), "identity": identity})
    try:
        with replace_whole(path) as temporary, temporary.open("wb") as file:
            np.savez(file, record=np.array(record), **arrays)
    except OSError as error:
        earlier = "The earlier one is intact: make room and start the same command again." if path.is_file() else ""
        raise OSError(f"The checkpoint '{path}' could not be written ({error.strerror or error}). {earlier}") from error


def load_checkpoint(path: Path, model: keras.Model, identity: Mapping) -> Progress:
    """Bring a model to where a checkpoint left it.

    Raises:
        ValueError: when the file is damaged or of a run with other settings; the message says which.
    """
    arrays, record = _read(path)
    theirs = record["identity"]
    if different := [key for key in {**identity, **theirs} if identity.get(key) != theirs.get(key)]:
        changes = ", ".join(f"{key} was {theirs.get(key)!r} and is {identity.get(key)!r}" for key in sorted(different))
        raise InputError(
            f"'{path.parent}' holds a run with other settings: {changes}. Give those, name another folder with "
            "--run, or start anew with --resume never."
        )
    variables = dict(_numbered(model))
    shapes = {number: tuple(variable.shape) for number, variable in variables.items()}
    if {int(key): array.shape for key, array in arrays.items()} != shapes:
        raise InputError(f"'{path}' does not fit the model: start anew with --resume never.")
    for number, variable in variables.items():
        variable.assign(arrays[f"{number:04d}"])
    return Progress(**record["progress"])


def load_progress(path: Path) -> Progress:
    """Where the run of a checkpoint stands."""
    return Progress(**_read(path)[1]["progress"])


def snapshot(model: keras.Model) -> list[np.ndarray]:
    """The values of all variables, to be put back with `restore`."""
    return [np.array(keras.ops.convert_to_numpy(variable.value)) for _, variable in _numbered(model)]


def restore(model: keras.Model, values: list[np.ndarray]) -> None:
    """Put the values of `snapshot` back."""
    for (_, variable), value in zip(_numbered(model), values, strict=True):
        variable.assign(value)


def _numbered(model: keras.Model):
    """All variables in a fixed order: weights, random state, then the optimizer's."""
    return enumerate([*model.variables, *model.optimizer.variables])


def _read(path: Path) -> tuple[dict[str, np.ndarray], dict]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
        return arrays, json.loads(str(arrays.pop("record")))
    except (zipfile.BadZipFile, EOFError, ValueError, KeyError) as error:
        raise InputError(f"The checkpoint '{path}' is damaged ({error}): start anew with --resume never.") from None
