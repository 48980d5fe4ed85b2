"""Runs on disk: what is done is read, what is not is trained; each run is one file, whole or not there."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.benchmarks.adaptation.scenarios import BEFORE, Cell
from fsanet.benchmarks.adaptation.sets import BenchSets
from fsanet.benchmarks.adaptation.training import Trainer, Weights, train_cell
from fsanet.datasets.npz_file import read_arrays, write_npz
from fsanet.pose.errors import euler_errors
from fsanet.training.adaptation.source_weights import effective_samples

ANGLES = ("pitch", "yaw", "roll")  # in the order of the paper's tables


class Result(NamedTuple):
    """What a run reached.

    Attributes:
        cell: the run.
        errors_deg: mean absolute errors on the people for testing: pitch, yaw, roll.
        counted: share of the source samples that counted at all.
        effective: as many equal source samples say as much (Kish).
        path: file with the weights.
    """

    cell: Cell
    errors_deg: tuple[float, float, float]
    counted: float
    effective: float
    path: Path

    @property
    def mae_deg(self) -> float:
        """Mean of the three."""
        return float(np.mean(self.errors_deg))


class Store:
    """Runs of one model, trained when they are first asked for.

    Args:
        folder: of the files.
        sets: what the runs read.
        samples: SHA-256 of the sets.
        trainer: makes the trainer; called once, and only where a run is missing.
    """

    def __init__(self, folder: Path, sets: BenchSets, samples: str, trainer: Callable[[], Trainer]):
        self.folder, self.sets, self.samples = folder, sets, samples
        self._make = trainer
        self._trainer: Trainer | None = None

    @property
    def trainer(self) -> Trainer:
        """Made when it is first needed: a finished benchmark is read without it."""
        if self._trainer is None:
            self._trainer = self._make()
        return self._trainer

    def path(self, cell: Cell) -> Path:
        """File of a run."""
        name = f"{cell.scenario}_{cell.method}_{cell.settings.seed}_{cell.identity(self.samples)}.npz"
        return self.folder / name

    def result(self, cell: Cell) -> Result:
        """A run, from its file or trained now, together with the one that it starts from."""
        path = self.path(cell)
        if not path.is_file():
            self._train(cell, path)
        figures = json.loads(str(read_arrays(path, ["figures"])["figures"]))
        pitch, yaw, roll = (figures[angle] for angle in ANGLES)
        return Result(cell, (pitch, yaw, roll), figures["counted"], figures["effective"], path)

    def _train(self, cell: Cell, path: Path) -> None:
        if cell.method == BEFORE:
            start = self.trainer.first_weights(cell.settings)
        else:
            start = read_weights(self.result(cell.before).path)
        weights, counts = train_cell(self.trainer, cell, self.sets, start)
        errors = euler_errors(self.trainer.predict(weights, self.sets.test.image), self.sets.test.pose).mean(axis=0)
        yaw, pitch, roll = (float(error) for error in errors)
        figures: dict[str, Any] = {
            "pitch": pitch,
            "yaw": yaw,
            "roll": roll,
            "counted": float(np.count_nonzero(counts) / len(counts)),
            "effective": effective_samples(counts),
        }
        arrays = {f"weight{number:04}": weight for number, weight in enumerate(weights)}
        write_npz(path, {"figures": np.array(json.dumps(figures)), "counts": counts, **arrays})


def read_weights(path: Path) -> Weights:
    """The weights of a run, in Keras' order."""
    arrays = read_arrays(path)
    return [arrays[name] for name in sorted(arrays) if name.startswith("weight")]


def read_counts(path: Path) -> NDArray[np.float64]:
    """How much each source sample counted in a run, (S,)."""
    return read_arrays(path, ["counts"])["counts"]


class Row(NamedTuple):
    """One method in one scenario over all seeds.

    Attributes:
        scenario, method: names.
        setting: what was varied, such as "neighbours=20"; "" where nothing was.
        mean_deg, spread_deg: (4,) pitch, yaw, roll, mean; the spread is the standard deviation of the seeds.
        seeds: how many.
        counted, effective: means of `Result`'s.
    """

    scenario: str
    method: str
    setting: str
    mean_deg: NDArray[np.float64]
    spread_deg: NDArray[np.float64]
    seeds: int
    counted: float
    effective: float


def row_of(results: Sequence[Result], setting: str = "") -> Row:
    """The row of one method's seeds."""
    errors = np.array([[*result.errors_deg, result.mae_deg] for result in results])
    spread = errors.std(axis=0, ddof=1) if len(errors) > 1 else np.zeros(errors.shape[1])
    return Row(
        results[0].cell.scenario,
        results[0].cell.method,
        setting,
        errors.mean(axis=0),
        spread,
        len(results),
        float(np.mean([result.counted for result in results])),
        float(np.mean([result.effective for result in results])),
    )
