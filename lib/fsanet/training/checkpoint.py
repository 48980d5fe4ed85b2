"""Everything a stopped run needs to go on as if it had not stopped, in one file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from fsanet.datasets.npz_file import read_arrays
from fsanet.errors import InputError
from fsanet.files import replace_whole

FILE_NAME = "checkpoint.npz"
Variables = Sequence[keras.Variable]


@dataclass
class Progress:
    """Where a run stands.

    Attributes:
        epochs: how many there will be.
        epoch: the one it is in, from 0 on.
        step: steps done in that epoch.
        totals: sums of the figures of these steps.
        best_epoch: the one with the best validation so far, -1 for none.
        best: its value of the figure that decides.
        seconds: training time so far.
        history: one row of figures an epoch.
    """

    epochs: int
    epoch: int = 0
    step: int = 0
    totals: dict[str, float] = field(default_factory=dict)
    best_epoch: int = -1
    best: float | None = None
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)

    def count_step(self, figures: dict[str, float]) -> None:
        """Add the figures of a step."""
        self.step += 1
        self.totals = {name: self.totals.get(name, 0.0) + value for name, value in figures.items()}

    def means(self) -> dict[str, float]:
        """Means of the figures over the epoch so far."""
        return {name: total / self.step for name, total in self.totals.items()}

    def close_epoch(self, row: dict[str, float]) -> None:
        """Keep the figures of a whole epoch and go on to the next."""
        self.history.append(row)
        self.epoch, self.step, self.totals = self.epoch + 1, 0, {}

    @property
    def finished(self) -> bool:
        """Whether all epochs are done."""
        return self.epoch >= self.epochs


def save_checkpoint(path: Path, variables: Variables, progress: Progress, identity: Mapping[str, Any]) -> None:
    """Write all state of a run, whole or not at all.

    Args:
        path: the file.
        variables: of the `Learner`: weights, random generators, optimizer.
        progress: where the run stands.
        identity: what a run must have in common with the file to go on from it, as JSON can say it.

    Raises:
        OSError: when it cannot be written, saying that the earlier one is intact.
    """
    arrays: dict[str, Any] = {_key(number): value for number, value in enumerate(snapshot(variables))}
    record = json.dumps({"progress": asdict(progress), "identity": _as_json(identity)})
    try:
        with replace_whole(path) as temporary, temporary.open("wb") as file:
            np.savez(file, record=np.array(record), **arrays)
    except OSError as error:
        earlier = "The earlier one is intact: make room and start the same command again." if path.is_file() else ""
        raise OSError(f"The checkpoint '{path}' could not be written ({error.strerror or error}). {earlier}") from error


def load_checkpoint(path: Path, variables: Variables, identity: Mapping[str, Any]) -> Progress:
    """Bring variables to where a checkpoint left them.

    Raises:
        ValueError: when the file is damaged or of a run with other settings; the message says which.
    """
    arrays, record = _read(path)
    ours, theirs = _as_json(identity), record["identity"]
    if different := [key for key in {**ours, **theirs} if ours.get(key) != theirs.get(key)]:
        changes = ", ".join(f"{key} was {theirs.get(key)!r} and is {ours.get(key)!r}" for key in sorted(different))
        raise InputError(
            f"'{path.parent}' holds a run with other settings: {changes}. Give those, name another folder with "
            "--run, or start anew with --resume never."
        )
    shapes = {_key(number): tuple(variable.shape) for number, variable in enumerate(variables)}
    if {key: array.shape for key, array in arrays.items()} != shapes:
        raise InputError(f"'{path}' does not fit the model: start anew with --resume never.")
    restore(variables, [arrays[key] for key in shapes])
    return Progress(**record["progress"])


def snapshot(variables: Variables) -> list[np.ndarray]:
    """The values of variables, to be put back with `restore`."""
    return [np.array(keras.ops.convert_to_numpy(variable.value)) for variable in variables]


def restore(variables: Variables, values: Sequence[np.ndarray]) -> None:
    """Put the values of `snapshot` back."""
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _key(number: int) -> str:
    return f"{number:04d}"


def _as_json(identity: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON gives it back: tuples are lists there."""
    return json.loads(json.dumps(identity))


def _read(path: Path) -> tuple[dict[str, np.ndarray], dict]:
    try:
        arrays = read_arrays(path)
        return arrays, json.loads(str(arrays.pop("record")))
    except (InputError, KeyError, json.JSONDecodeError) as error:
        raise InputError(f"The checkpoint '{path}' is damaged ({error}): start anew with --resume never.") from None
