"""What is trained, as data: the training loop knows this record and nothing of models, labels or metrics.

A new kind of training is one function that returns a `Task`, and a `Plan` of its own with what it can be told (see
`fsanet.training.pose`, the first). What it must bring:

- `model` holds all that is differentiated, from a batch to its figures: augmentation, network and losses. Called as
  model(batch, training=True) it returns scalars by name; "loss" is made smaller, the others are printed. Several losses
  are several names and their weighted sum under "loss". Boxes per picture vary, shapes may not: pad them to a fixed
  number and mask the rest, or every new shape is compiled anew. All state (random generators, a teacher's weights) is
  in variables of the model: they are saved with a checkpoint, and a stopped run goes on with the same bytes.
- `batches` are a pure function of seed, epoch and step: whole pictures are read when their batch is asked for.
- `validate` measures what it likes with its own samples and returns numbers by name; `decides` names the one whose best
  value is kept. While it runs the model's trainable weights are their running mean, where the plan asks for one.
- `save` writes what a user of the trained model loads: the network's weights, not the optimizer's.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import keras

LOSS = "loss"  # the figure of a step that training makes smaller


class BatchSource(Protocol):
    """The batches of a run, the same ones whenever and from wherever they are asked for."""

    @property
    def batch_size(self) -> int:
        """Samples a step, for the rate that is printed."""

    def __len__(self) -> int:
        """Batches in an epoch."""

    def epoch(self, epoch: int, first_step: int = 0) -> Iterator[Any]:
        """The batches of an epoch (from 0 on) from some step on: tuples or dictionaries of NumPy arrays."""

    def describe(self, epoch: int, step: int) -> str:
        """Some samples of one batch by name, for the message that its loss is no number."""


@dataclass(frozen=True)
class Words:
    """How the figures of a run are said. Templates take the figures by name, as `str.format` does.

    Attributes:
        step: within an epoch; of the means of a step's figures so far: "loss {loss:.2f}".
        epoch: of a whole epoch; of its row: "loss {loss:6.3f}  validation {val_mae:6.3f}".
        best: of the best epoch; of its row.
        axis: what the vertical axis of the learning curves measures, with its unit.
        curves: figure -> what its curve is called.
        parts: the same, for those drawn thinly.
        none_kept: what went wrong and what to do, where the task refuses every epoch.
    """

    step: str
    epoch: str
    best: str
    axis: str
    curves: Mapping[str, str]
    parts: Mapping[str, str] = field(default_factory=dict)
    none_kept: str = ""


@dataclass(frozen=True)
class Task:
    """Something to train.

    Attributes:
        title: model and data in a few words; it begins what a run says.
        about: the samples in a few words.
        model: batch -> {name: scalar}, see above. Built: all of its variables exist.
        batches: what to train on.
        validate: () -> {name: number}; the numbers are finite unless training diverged.
        decides: the name of the validation figure by which the best epoch is chosen.
        highest: whether its highest value is the best; else the lowest.
        refuses: of the validation figures of an epoch: whether its weights are never kept, however good that one is.
        save: writes the trained weights to a path, whole or not at all.
        file_name: of these weights in the folder of the run.
        samples: SHA-256 of labels and choice of the samples and of how they were made: a run that goes on must see the
            same.
        words: how figures are said.
    """

    title: str
    about: str
    model: "keras.Model"
    batches: BatchSource
    validate: Callable[[], dict[str, float]]
    decides: str
    save: Callable[[Path], None]
    file_name: str
    samples: str
    words: Words
    highest: bool = False
    refuses: Callable[[Mapping[str, float]], bool] = lambda figures: False

    def is_better(self, figures: Mapping[str, float], best: float | None) -> bool:
        """Whether weights of these figures are kept; `best` is the best of the deciding one so far, None for none."""
        if self.refuses(figures):
            return False
        figure = figures[self.decides]
        return best is None or (figure > best if self.highest else figure < best)
