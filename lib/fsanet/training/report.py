"""What a run says while it trains, and what it leaves to look at: a CSV, TensorBoard events and learning curves."""

import csv
import sys
import time
from pathlib import Path

from fsanet.console import progress, quiet_native_stderr
from fsanet.files import replace_whole
from fsanet.plots import new_figure, save_figure
from fsanet.training.task import Task, Words

_LINE_SECONDS = 120.0  # between two lines within an epoch, where there is no terminal
_BAR_SECONDS = 0.5  # between two looks at the figures, where there is one

Row = dict[str, float]


class Screen:
    """Progress of a run: a bar on a terminal, now and then a line in a log file.

    Args:
        epochs: of the run.
        steps: of an epoch.
        batch_size: samples a step.
        words: how figures are said.
        quiet: say nothing but errors.
    """

    def __init__(self, epochs: int, steps: int, batch_size: int, words: Words, quiet: bool = False):
        self.epochs, self.steps, self.batch_size, self.words, self.quiet = epochs, steps, batch_size, words, quiet
        self._bar = progress(quiet=True)
        self._compiled = False  # the first step of a run takes much longer than all others
        self._epoch, self._first, self._started, self._due = 0, 0, 0.0, 0.0

    def say(self, text: str) -> None:
        """One line."""
        if not self.quiet:
            print(text, flush=True)

    def start_epoch(self, epoch: int, step: int) -> None:
        """Show a new bar."""
        self._epoch, self._first, self._started = epoch, step, time.monotonic()
        total, done = self.steps * self.batch_size, step * self.batch_size
        label = f"epoch {epoch + 1}/{self.epochs}"
        self._bar = progress(total=total, initial=done, unit="img", label=label, quiet=self.quiet)
        self._due = self._started + (_LINE_SECONDS if self._bar.disable else 0.0)

    def step(self, step: int) -> bool:
        """Note that `step` steps of the epoch are done; whether it is time to `show` figures."""
        self._bar.update(self.batch_size)
        now = time.monotonic()
        if not self._compiled:  # how long the rest will take is not known yet
            self._compiled, self._first, self._started = True, step, now
            return False
        return now >= self._due and not self.quiet

    def show(self, step: int, figures: Row) -> None:
        """Show the means of the figures of so many steps."""
        now = time.monotonic()
        text, seconds = self.words.step.format_map(figures), now - self._started
        left = as_time(seconds / max(step - self._first, 1) * self._steps_after(step))
        if not self._bar.disable:
            self._due = now + _BAR_SECONDS
            self._bar.set_postfix_str(f"{text}, run {left} left", refresh=False)
            return
        self._due = now + _LINE_SECONDS
        rate = (step - self._first) * self.batch_size / max(seconds, 1e-9)
        where = f"epoch {self._epoch + 1}/{self.epochs}, step {step}/{self.steps}"
        self.say(f"{where}: {text}, {rate:.0f} img/s, {left} left")

    def end_epoch(self, row: Row, best: bool) -> None:
        """The figures of a whole epoch."""
        self.close()
        left = (self.epochs - row["epoch"]) * row["seconds"]
        self.say(
            f"epoch {row['epoch']:3d}/{self.epochs}  {self.words.epoch.format_map(row)}  "
            f"{row['images_per_second']:.0f} img/s, {as_time(left)} left{'  best' if best else ''}"
        )

    def close(self) -> None:
        """Take the bar away."""
        self._bar.leave = False
        self._bar.close()
        sys.stdout.flush()

    def _steps_after(self, step: int) -> int:
        return self.steps - step + self.steps * (self.epochs - self._epoch - 1)


class TensorBoardLog:
    """Scalars for TensorBoard; nothing where the package is not installed.

    Args:
        folder: of the event files. A run that goes on starts another file there.
    """

    def __init__(self, folder: Path):
        try:
            from tensorboard.summary import Writer
        except ImportError:
            self._writer = None
        else:
            with quiet_native_stderr():  # loads TensorFlow where it is installed
                self._writer = Writer(str(folder))

    def __enter__(self) -> "TensorBoardLog":
        return self

    def __exit__(self, *_) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, row: Row) -> None:
        """The figures of an epoch."""
        if self._writer is not None:
            for name, value in row.items():
                self._writer.add_scalar(name, value, step=row["epoch"])
            self._writer.flush()


def write_csv(path: Path, history: list[Row]) -> None:
    """One row an epoch; the whole file each time, so that a run that goes on leaves no row twice."""
    with replace_whole(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list({name: None for row in history for name in row}))
        writer.writeheader()
        writer.writerows(history)


def draw_curves(path: Path, history: list[Row], task: Task) -> None:
    """The figures that the task names and the learning rate over the epochs, as PNG."""
    words, epochs = task.words, [row["epoch"] for row in history]
    figure, (upper, lower) = new_figure(2, 1, size=(7, 6), heights=(3, 1), share_x=True)
    for key, label in words.curves.items():
        upper.plot(epochs, [row[key] for row in history], ".-", label=label)
    for key, label in words.parts.items():
        upper.plot(epochs, [row[key] for row in history], ".-", label=label, lw=0.9, ms=3, alpha=0.7)
    if best := best_row(history, task):
        label = f"best: {words.best.format_map(best)} in epoch {best['epoch']}"
        upper.plot(best["epoch"], best[task.decides], "k*", ms=10, label=label)
    upper.set(ylabel=words.axis, title=task.title, ylim=(0, None))
    upper.legend(fontsize=8)
    lower.plot(epochs, [row["learning_rate"] for row in history], ".-", color="0.3")
    lower.set(ylabel="learning rate", xlabel="epoch", yscale="log", xlim=(0.5, len(history) + 0.5))
    lower.xaxis.get_major_locator().set_params(integer=True)
    save_figure(figure, path)


def best_row(history: list[Row], task: Task) -> Row | None:
    """The first row with the best value of the figure that decides; None where the task refuses all."""
    kept = (row for row in history if not task.refuses(row))
    return (max if task.highest else min)(kept, key=lambda row: row[task.decides], default=None)


def as_time(seconds: float) -> str:
    """3725 -> "1:02:05"."""
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{second:02d}"
