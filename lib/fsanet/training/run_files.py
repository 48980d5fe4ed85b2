"""The files of a training run: where they lie, and what is removed of them."""

import dataclasses
import shutil
from dataclasses import dataclass
from pathlib import Path

from fsanet.files import remove_leftovers, write_json
from fsanet.training import checkpoint
from fsanet.training.plan import Plan


@dataclass(frozen=True)
class RunFiles:
    """What a run keeps in its folder, and the lock beside it.

    Attributes:
        folder: of the run.
        weights_name: of the file with the weights of the best epoch.
    """

    folder: Path
    weights_name: str

    @property
    def lock(self) -> Path:
        """Held while a run trains. It lies beside the folder: what lies in that is the run's."""
        return self.folder.with_name(f".{self.folder.name}.lock")

    @property
    def checkpoint(self) -> Path:
        """Where a stopped run goes on from."""
        return self.folder / checkpoint.FILE_NAME

    @property
    def weights(self) -> Path:
        """Of the best epoch."""
        return self.folder / self.weights_name

    @property
    def log(self) -> Path:
        """A row of figures an epoch."""
        return self.folder / "log.csv"

    @property
    def curves(self) -> Path:
        """The same, drawn."""
        return self.folder / "curves.png"

    @property
    def settings(self) -> Path:
        """The plan, as it was given."""
        return self.folder / "settings.json"

    @property
    def events(self) -> Path:
        """Of TensorBoard, a folder."""
        return self.folder / "tensorboard"

    def clear(self, everything: bool) -> None:
        """Remove what a killed run left half-written, or the whole run."""
        for file in (self.checkpoint, self.weights, self.log, self.curves, self.settings):
            remove_leftovers(file)
            if everything:
                file.unlink(missing_ok=True)
        if everything and self.events.is_dir():
            shutil.rmtree(self.events)

    def write_settings(self, plan: Plan) -> None:
        """Write the plan of a run that begins."""
        write_json(self.settings, dataclasses.asdict(plan), indent=2)
