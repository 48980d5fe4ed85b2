"""What a run says while it trains: a bar on a terminal, now and then a line in a log file."""

import sys
import time

from fsanet.console import progress

_LINE_SECONDS = 120.0  # between two lines within an epoch, where there is no terminal


def as_time(seconds: float) -> str:
    """3725 -> "1:02:05"."""
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{second:02d}"


class Screen:
    """Progress of a run.

    Args:
        epochs: of the run.
        steps: of an epoch.
        batch_size: images a step.
        quiet: say nothing but errors.
    """

    def __init__(self, epochs: int, steps: int, batch_size: int, quiet: bool = False):
        self.epochs, self.steps, self.batch_size, self.quiet = epochs, steps, batch_size, quiet
        self._bar = None
        self._compiled = False  # the first step of a run takes much longer than all others

    def say(self, text: str) -> None:
        """One line."""
        if not self.quiet:
            print(text, flush=True)

    def start_epoch(self, epoch: int, step: int) -> None:
        """Show a new bar."""
        self._epoch, self._first, self._started = epoch, step, time.monotonic()
        self._line_due = self._started + _LINE_SECONDS
        total, done = self.steps * self.batch_size, step * self.batch_size
        label = f"epoch {epoch + 1}/{self.epochs}"
        self._bar = progress(total=total, initial=done, unit="img", label=label, quiet=self.quiet)

    def step(self, step: int, figures: dict) -> None:
        """Show that `step` steps of the epoch are done."""
        self._bar.update(self.batch_size)
        text = f"loss {figures['loss']:.2f}, mae {figures['mae']:.2f}°"
        now = time.monotonic()
        if not self._compiled:
            self._compiled, self._first, self._started = True, step, now
            return  # how long the rest will take is not known yet
        if not self._bar.disable:
            self._bar.set_postfix_str(f"{text}, run {as_time(self._remaining(step, now))} left", refresh=False)
        elif now >= self._line_due and not self.quiet:
            self._line_due = now + _LINE_SECONDS
            rate = (step - self._first) * self.batch_size / max(now - self._started, 1e-9)
            left = as_time(self._remaining(step, now))
            where = f"epoch {self._epoch + 1}/{self.epochs}, step {step}/{self.steps}"
            print(f"{where}: {text}, {rate:.0f} img/s, {left} left", flush=True)

    def end_epoch(self, row: dict, best: bool) -> None:
        """The figures of a whole epoch."""
        self.close()
        left = (self.epochs - row["epoch"]) * row["seconds"]
        angles = ", ".join(f"{angle} {row[f'val_{angle}']:.2f}" for angle in ("yaw", "pitch", "roll"))
        self.say(
            f"epoch {row['epoch']:3d}/{self.epochs}  loss {row['loss']:6.3f}  mae {row['mae']:6.3f}°  validation "
            f"{row['val_mae']:6.3f}° ({angles})  {row['images_per_second']:.0f} img/s, {as_time(left)} left"
            f"{'  best' if best else ''}"
        )

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.leave = False
            self._bar.close()
            self._bar = None
        sys.stdout.flush()

    def _remaining(self, step: int, now: float) -> float:
        seconds_per_step = (now - self._started) / max(step - self._first, 1)
        return seconds_per_step * (self.steps - step + self.steps * (self.epochs - self._epoch - 1))
