"""The training loop: steps, validation, checkpoints; what is trained is a `Task`."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import keras

from fsanet.errors import InputError
from fsanet.files import locked
from fsanet.training import checkpoint, report
from fsanet.training.checkpoint import Progress
from fsanet.training.learner import Figures, Learner, as_numbers
from fsanet.training.plan import Plan
from fsanet.training.report import Row, Screen, TensorBoardLog, as_time, best_row
from fsanet.training.run_files import RunFiles
from fsanet.training.stopping import StopRequests, epochs_within
from fsanet.training.task import LOSS, Task

CHECKPOINT_SECONDS = 300.0  # a long epoch is saved that often
_FORMAT = 2  # of a checkpoint: the order of its variables
_MOST_UNREAD = 100  # steps whose figures wait on the accelerator: so soon a loss that is no number is seen


class DivergedError(InputError):
    """The loss is no number any more."""


class TrainResult(NamedTuple):
    """What a run reached.

    Attributes:
        folder: with weights, checkpoint, log.csv, curves.png, settings.json and tensorboard/.
        weights: those of the best epoch.
        best_epoch: counted from 1.
        best: its value of the validation figure that decides.
        history: one row of figures an epoch.
    """

    folder: Path
    weights: Path
    best_epoch: int
    best: float
    history: list[Row]


def run_task(
    task: Task,
    plan: Plan,
    folder: Path,
    *,
    resume: bool = True,
    quiet: bool = False,
    make_learner: Callable[[keras.Model, Plan], Learner] = Learner,
) -> TrainResult:
    """Train, or go on where a stopped run of the same plan and samples was.

    Equal plans give equal weights, stopped or not (on one machine, backend and number of threads). Weights of the epoch
    with the best validation are kept. One run at a time trains in a folder.

    Args:
        task: what to train.
        plan: how long and how fast.
        folder: of the run, for all that it writes.
        resume: False throws an earlier run in that folder away, once all is there to begin anew.
        quiet: say nothing.
        make_learner: model, plan -> what updates the model.

    Raises:
        ValueError: for a checkpoint of another run or a damaged one.
        DivergedError: when the loss is no number any more.
        InputError: where the task refused every epoch, with its words: no weights are written then.
        OSError: when something cannot be written, or another process is training in the folder.
        KeyboardInterrupt: after Ctrl-C or SIGTERM, once everything is saved; also where the run is finished by then.
    """
    files = RunFiles(folder, task.file_name)
    learner = make_learner(task.model, plan)
    with locked(files.lock, f"Another process is training in '{folder}'"):
        run = _begin(task, plan, files, learner, resume, quiet)
        with StopRequests() as stop, TensorBoardLog(files.events) as events:
            while not run.progress.finished:
                events.write(run.epoch(stop))
            result = run.result()
        if stop.seen:  # in the last validation: whoever trains several networks does not go on with the next
            run.screen.say("Stopped. This run is finished and saved.")
            raise KeyboardInterrupt
    return result


def _begin(task: Task, plan: Plan, files: RunFiles, learner: Learner, resume: bool, quiet: bool) -> "_Run":
    """A run at its start, or where its checkpoint left it. An earlier one is removed when nothing can fail any more."""
    batches = task.batches
    identity = plan.identity() | {
        "backend": keras.backend.backend(),
        "samples": task.samples,
        "checkpoint format": _FORMAT,
    }
    found = resume and files.checkpoint.is_file()
    if found:
        progress = checkpoint.load_checkpoint(files.checkpoint, learner.variables, identity)
    elif plan.max_minutes:
        rate = plan.rate_at(0, len(batches))
        progress = Progress(epochs_within(plan.max_minutes, learner, batches, rate, task.validate))
    else:
        progress = Progress(plan.epochs)
    screen = Screen(progress.epochs, len(batches), batches.batch_size, task.words, quiet)
    run = _Run(task, plan, files, learner, progress, screen, identity)
    files.clear(everything=not resume)
    run.introduce(found)
    if not found:
        files.write_settings(plan)
    return run


@dataclass
class _Run:
    """A run and where it stands.

    Attributes:
        identity: what a later start must have in common with it.
        unread: figures of the latest steps, which nobody has looked at yet and `progress` has not counted.
    """

    task: Task
    plan: Plan
    files: RunFiles
    learner: Learner
    progress: Progress
    screen: Screen
    identity: dict[str, Any]
    unread: list[Figures] = field(default_factory=list)

    def introduce(self, found: bool) -> None:
        """Say what is going to be trained."""
        task, progress = self.task, self.progress
        steps = f"{len(task.batches):,} batch{'es' if len(task.batches) != 1 else ''}"
        self.screen.say(
            f"{task.title}: {task.about}; {progress.epochs} epochs of {steps} of {task.batches.batch_size}, "
            f"Keras backend {keras.backend.backend()}"
        )
        if found:
            place = f"going on in epoch {progress.epoch + 1}, step {progress.step}"
            where = "it is finished" if progress.finished else place
            self.screen.say(f"Found this run in {self.files.folder}: {where}. (--resume never starts anew.)")
            if progress.history:
                self.write_report()  # a kill may have come between the checkpoint and the last report

    def epoch(self, stop: StopRequests) -> Row:
        """Train from where the progress is to the end of the epoch, and validate."""
        progress, first, before = self.progress, self.progress.step, self.progress.seconds
        started = saved = time.monotonic()
        self.screen.start_epoch(progress.epoch, first)
        for step, batch in enumerate(self.task.batches.epoch(progress.epoch, first), start=first):
            self.step(batch, step)
            now = time.monotonic()
            if stop.seen or now - saved > CHECKPOINT_SECONDS:
                saved, progress.seconds = now, before + now - started
                self.save()
            if stop.seen:
                self.leave()
        self.read()
        trained = time.monotonic() - started
        progress.seconds = before + trained
        return self.end_epoch((progress.step - first) * self.task.batches.batch_size / max(trained, 1e-9))

    def step(self, batch, step: int) -> None:
        """One update of the weights; its figures are looked at when they are shown, or when too many wait."""
        self.unread.append(self.learner.step(batch, self.rate(step)))
        if self.screen.step(step + 1):
            self.read()
            self.screen.show(step + 1, self.progress.means())
        elif len(self.unread) >= _MOST_UNREAD:
            self.read()

    def read(self) -> None:
        """Count the steps whose figures nobody has looked at."""
        for figures in map(as_numbers, self.unread):
            if not math.isfinite(figures[LOSS]):
                self.give_up()
            self.progress.count_step(figures)
        self.unread.clear()

    def rate(self, step: int) -> float:
        """The learning rate at a step of the present epoch."""
        steps = len(self.task.batches)
        return self.plan.rate_at(self.progress.epoch * steps + step, self.progress.epochs * steps)

    def end_epoch(self, samples_per_second: float) -> Row:
        """Validate, keep the weights where they are the best, and write what there is to look at."""
        task, progress, started = self.task, self.progress, time.monotonic()
        with self.learner.optimizer.averaged():
            validation = task.validate()
            deciding = validation[task.decides]
            if not math.isfinite(deciding):
                self.give_up()
            if best := task.is_better(validation, progress.best):
                progress.best, progress.best_epoch = deciding, progress.epoch
                task.save(self.files.weights)
        progress.seconds += time.monotonic() - started
        row = {
            "epoch": progress.epoch + 1,
            "learning_rate": self.rate(step=len(task.batches) // 2),  # of the epoch's middle
            **progress.means(),
            **validation,
            "images_per_second": samples_per_second,
            "seconds": progress.seconds - sum(earlier["seconds"] for earlier in progress.history),
        }
        progress.close_epoch(row)
        self.save()
        self.write_report()
        self.screen.end_epoch(row, best)
        return row

    def write_report(self) -> None:
        """Write what there is to look at of the epochs so far."""
        report.write_csv(self.files.log, self.progress.history)
        report.draw_curves(self.files.curves, self.progress.history, self.task)

    def save(self) -> None:
        """Write the checkpoint."""
        self.read()
        checkpoint.save_checkpoint(self.files.checkpoint, self.learner.variables, self.progress, self.identity)

    def leave(self) -> None:
        """Say how to go on, and stop."""
        self.screen.close()
        self.screen.say(f"Stopped and saved in {self.files.folder}. The same command goes on from there.")
        raise KeyboardInterrupt

    def give_up(self) -> None:
        """Say where the loss became no number."""
        self.screen.close()
        batches, epoch = self.task.batches, self.progress.epoch
        step = min(self.progress.step, len(batches) - 1)
        kept = f"The checkpoint before it is kept in {self.files.folder}. " if self.files.checkpoint.is_file() else ""
        raise DivergedError(
            f"The loss is no number from batch {step + 1} of epoch {epoch + 1} on ({batches.describe(epoch, step)}, "
            f"...; learning rate {self.rate(step):.2g}). {kept}Lower the rate, set clip_norm, or look at these samples."
        )

    def result(self) -> TrainResult:
        """What the finished run reached."""
        progress, files = self.progress, self.files
        best = best_row(progress.history, self.task)
        if best is None:
            raise InputError(self.task.words.none_kept)
        self.screen.say(
            f"Best: {self.task.words.best.format_map(best)} in validation, epoch {progress.best_epoch + 1}, trained in "
            f"{as_time(progress.seconds)}. Weights: {files.weights}"
        )
        return TrainResult(
            files.folder, files.weights, progress.best_epoch + 1, best[self.task.decides], progress.history
        )
