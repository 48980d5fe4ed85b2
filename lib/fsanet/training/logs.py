"""What a run leaves to look at: a CSV, TensorBoard events and learning curves."""

import csv
from pathlib import Path

from fsanet.console import quiet_native_stderr
from fsanet.files import replace_whole
from fsanet.plots import new_figure, save_figure


def write_csv(path: Path, history: list[dict]) -> None:
    """One row an epoch; the whole file each time, so that a run that goes on leaves no row twice."""
    with replace_whole(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(history[-1]) if history else [])
        writer.writeheader()
        writer.writerows(history)


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

    def write(self, row: dict, epoch: int) -> None:
        """The figures of an epoch."""
        if self._writer is not None:
            for name, value in row.items():
                self._writer.add_scalar(name, value, step=epoch)
            self._writer.flush()

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()


def draw_curves(path: Path, history: list[dict], title: str) -> None:
    """Training and validation error and learning rate over the epochs, as PNG."""
    epochs = [row["epoch"] for row in history]
    figure, (errors, rate) = new_figure(2, 1, size=(7, 6), heights=(3, 1), share_x=True)
    for key, label in (("mae", "training (augmented)"), ("val_mae", "validation")):
        errors.plot(epochs, [row[key] for row in history], ".-", label=label)
    for key in ("val_yaw", "val_pitch", "val_roll"):
        errors.plot(
            epochs, [row[key] for row in history], ".-", label=f"validation, {key[4:]}", lw=0.9, ms=3, alpha=0.7
        )
    best = min(history, key=lambda row: row["val_mae"])
    errors.plot(
        best["epoch"], best["val_mae"], "k*", ms=10, label=f"best: {best['val_mae']:.2f}° in epoch {best['epoch']}"
    )
    errors.set(ylabel="mean absolute error (degrees)", title=title, ylim=(0, None))
    errors.legend(fontsize=8)
    rate.plot(epochs, [row["learning_rate"] for row in history], ".-", color="0.3")
    rate.set(ylabel="learning rate", xlabel="epoch", yscale="log", xlim=(0.5, len(history) + 0.5))
    rate.xaxis.get_major_locator().set_params(integer=True)
    save_figure(figure, path)
