"""Training: one function, `train`, behind every command."""

import dataclasses
import json
import math
import time
from pathlib import Path
from typing import NamedTuple

import keras

from fsanet.datasets.batches import Batches
from fsanet.errors import InputError
from fsanet.files import remove_leftovers, replace_whole
from fsanet.models.spec import get_spec
from fsanet.training import checkpoint, logs
from fsanet.training.checkpoint import Progress
from fsanet.training.network import build_network, build_training_model
from fsanet.training.schedule import learning_rate
from fsanet.training.screen import Screen, as_time
from fsanet.training.sets import TrainingSets, load_training_sets
from fsanet.training.settings import RUNS, Settings
from fsanet.training.stopping import StopRequests
from fsanet.training.timing import epochs_within
from fsanet.training.validation import averaged_weights, validate
from fsanet.weights.saving import save_weights

CHECKPOINT_SECONDS = 300.0  # a long epoch is saved that often
# What may change between two starts of one run.
_NOT_IDENTITY = ("run", "data_folder")


class DivergedError(InputError):
    """The loss is no number any more."""


class TrainResult(NamedTuple):
    """What a run reached.

    Attributes:
        folder: with weights, checkpoint, log.csv, curves.png, settings.json and tensorboard/.
        weights: the .h5 of the best epoch.
        best_epoch: counted from 1.
        best_mae: its validation error in degrees.
        history: one row of figures an epoch.
    """

    folder: Path
    weights: Path
    best_epoch: int
    best_mae: float
    history: list[dict]


def train(settings: Settings, *, runs: str | Path = RUNS, resume: bool = True, quiet: bool = False) -> TrainResult:
    """Train one model, or go on where a stopped run of the same settings was.

    Equal settings give equal weights, stopped or not (on one machine, backend and number of threads). Weights of the
    epoch with the smallest validation error are kept in the run's folder, <runs>/<run>/<save name>/<save name>.h5.

    Args:
        settings: what to do.
        runs: folder of all runs.
        resume: False throws an earlier run of that name away.
        quiet: say nothing.

    Raises:
        ValueError, FileNotFoundError: for settings, sets or weights that cannot be used.
        DivergedError: when the loss is no number any more.
        OSError: when something cannot be written.
        KeyboardInterrupt: after Ctrl-C or SIGTERM, once everything is saved.
    """
    sets = load_training_sets(settings)
    run = _Run(settings, sets, Path(runs) / settings.run_name / get_spec(settings.model).save_name, quiet)
    if not resume:
        run.forget()
    run.start()
    with StopRequests() as stop:
        while not run.progress.finished:
            run.epoch(stop)
    return run.result()


class _Run:
    """One model, its data, and where it stands."""

    def __init__(self, settings: Settings, sets: TrainingSets, folder: Path, quiet: bool):
        self.settings, self.sets, self.folder, self.quiet = settings, sets, folder, quiet
        self.checkpoint = folder / checkpoint.FILE_NAME
        self.weights = folder / f"{folder.name}.h5"
        self.log, self.curves = folder / "log.csv", folder / "curves.png"
        self.batches = Batches(sets.train, settings.batch_size_of(), settings.seed)
        keras.utils.set_random_seed(settings.seed)
        self.network = build_network(settings)
        self.model = build_training_model(self.network, settings, next(self.batches.epoch(0)))
        self.identity = _identity(settings, sets)

    def forget(self) -> None:
        for file in (self.checkpoint, self.weights):
            file.unlink(missing_ok=True)

    def start(self) -> None:
        """Begin, or go on from the checkpoint."""
        for file in (self.checkpoint, self.weights, self.log, self.curves):
            remove_leftovers(file)  # of a run that was killed
        epochs = self.settings.epochs
        if self.checkpoint.is_file():
            self.progress = checkpoint.load_checkpoint(self.checkpoint, self.model, self.identity)
            epochs = self.progress.epochs
        elif self.settings.max_minutes:
            epochs = epochs_within(self.settings.max_minutes, self.model, self.batches, self._validate)
        self.screen = Screen(epochs, len(self.batches), self.batches.batch_size, self.quiet)
        self._introduce(epochs)
        if not self.checkpoint.is_file():
            self.progress = Progress(epochs=epochs)
            self._write_settings()
        self.events = logs.TensorBoardLog(self.folder / "tensorboard")

    def epoch(self, stop: StopRequests) -> None:
        """Train from where the progress is to the end of the epoch, and validate."""
        progress, first, before = self.progress, self.progress.step, self.progress.seconds
        started = saved = time.monotonic()
        self.screen.start_epoch(progress.epoch, first)
        for batch in self.batches.epoch(progress.epoch, first):
            self._step(batch)
            self.screen.step(progress.step, progress.means())
            now = time.monotonic()
            progress.seconds = before + now - started
            if stop.seen or now - saved > CHECKPOINT_SECONDS:
                self._save()
                saved = now
            if stop.seen:
                self._leave()
        self._end_epoch((progress.step - first) * self.batches.batch_size / max(progress.seconds - before, 1e-9))

    def result(self) -> TrainResult:
        """What the finished run reached."""
        progress = self.progress
        self.events.close()
        self.screen.say(
            f"Best: {progress.best_mae:.3f}° in validation, epoch {progress.best_epoch + 1}, trained in "
            f"{as_time(progress.seconds)}. Weights: {self.weights}"
        )
        return TrainResult(self.folder, self.weights, progress.best_epoch + 1, progress.best_mae, progress.history)

    def _introduce(self, epochs: int) -> None:
        settings, progress = self.settings, self.checkpoint.is_file() and self.progress
        steps = f"{len(self.batches):,} batch{'es' if len(self.batches) != 1 else ''}"
        self.screen.say(
            f"{settings.model} on {settings.data}: {self.sets.describe()}; {epochs} epochs of {steps} of "
            f"{self.batches.batch_size}, Keras backend {keras.backend.backend()}"
        )
        if progress:
            place = f"going on in epoch {progress.epoch + 1}, step {progress.step}"
            where = "it is finished" if progress.finished else place
            self.screen.say(f"Found this run in {self.folder}: {where}. (--resume never starts anew.)")

    def _learning_rate(self, step: int) -> float:
        """At a step of the present epoch."""
        settings, steps = self.settings, len(self.batches)
        place, total = self.progress.epoch * steps + step, self.progress.epochs * steps
        return learning_rate(place, total, settings.learning_rate, settings.schedule, settings.warmup_steps)

    def _step(self, batch) -> None:
        """One update of the weights."""
        progress = self.progress
        self.model.optimizer.learning_rate = self._learning_rate(progress.step)
        logged = self.model.train_on_batch(tuple(batch), batch.pose, return_dict=True)
        figures = {"loss": float(logged["loss"]), "mae": float(logged["mean_absolute_error_deg"])}
        if not math.isfinite(figures["loss"]):
            self._diverged()
        progress.count_step(figures)

    def _diverged(self) -> None:
        self.screen.close()
        progress = self.progress
        step = min(progress.step, len(self.batches) - 1)
        names = ", ".join(self.batches.names(self.batches.order(progress.epoch)[step])[:4])
        kept = f"The checkpoint before it is kept in {self.folder}. " if self.checkpoint.is_file() else ""
        raise DivergedError(
            f"The loss is no number from batch {step + 1} of epoch {progress.epoch + 1} on ({names}, ...; learning "
            f"rate {self._learning_rate(step):.2g}). {kept}Lower the rate, set clip_norm, or look at these samples."
        )

    def _end_epoch(self, rate: float) -> None:
        progress, started = self.progress, time.monotonic()
        with averaged_weights(self.model):
            validation = self._validate()
            if not math.isfinite(validation["val_mae"]):
                self._diverged()
            if best := validation["val_mae"] < progress.best_mae:
                progress.best_mae, progress.best_epoch = validation["val_mae"], progress.epoch
                save_weights(self.network, self.weights)
        progress.seconds += time.monotonic() - started
        row = {
            "epoch": progress.epoch + 1,
            "learning_rate": self._learning_rate(step=len(self.batches) // 2),  # of the epoch's middle
            **progress.means(),
            **validation,
            "images_per_second": rate,
            "seconds": progress.seconds - sum(earlier["seconds"] for earlier in progress.history),
        }
        progress.close_epoch(row)
        self._save()
        logs.write_csv(self.log, progress.history)
        logs.draw_curves(self.curves, progress.history, f"{self.settings.model} on {self.settings.data}")
        self.events.write(row, progress.epoch)
        self.screen.end_epoch(row, best)

    def _validate(self) -> dict:
        return validate(self.network, self.sets.validation)

    def _save(self) -> None:
        checkpoint.save_checkpoint(self.checkpoint, self.model, self.progress, self.identity)

    def _leave(self) -> None:
        self.screen.close()
        self.screen.say(f"Stopped and saved in {self.folder}. The same command goes on from there.")
        raise KeyboardInterrupt

    def _write_settings(self) -> None:
        with replace_whole(self.folder / "settings.json") as temporary:
            temporary.write_text(json.dumps(dataclasses.asdict(self.settings), indent=2), encoding="utf-8")


def _identity(settings: Settings, sets: TrainingSets) -> dict:
    """What two starts of one run have in common, as JSON gives it back."""
    identity = {key: value for key, value in dataclasses.asdict(settings).items() if key not in _NOT_IDENTITY}
    if settings.max_minutes:
        del identity["epochs"]  # chosen by the clock at the first start
    identity |= {"backend": keras.backend.backend(), "samples": sets.fingerprint()}
    return json.loads(json.dumps(identity))
