"""What a training run does, as typed data. One `Settings` is one run of one model."""

import ast
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fsanet.datasets.augment.recipe import PAPER, RECIPES, Recipe
from fsanet.datasets.protocols import PROTOCOLS
from fsanet.errors import InputError
from fsanet.locations import work_dir
from fsanet.models.spec import get_spec

SCHEDULES = ("steps", "cosine")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
RUNS = work_dir("training_and_testing/runs")
DATA = work_dir("data")


@dataclass(frozen=True)
class ExtraSet:
    """Samples of another set that are trained on as well.

    Attributes:
        name: a set below the data folder, or the path of an npz.
        only: patterns such as "Pointing04/0[1-4]" for the `source` of the samples to take; empty takes all.
        copies: how often an epoch sees each of them.
        label_weight: how much their labels count against those of the other samples.
    """

    name: str
    only: tuple[str, ...] = ()
    copies: int = 1
    label_weight: float = 1.0


@dataclass(frozen=True)
class Settings:
    """One training run. The defaults are the paper's.

    Attributes:
        model: one of `fsanet.MODELS`, no fusion.
        data: a protocol of `fsanet.datasets.protocols`, or one's own set: its name below the data folder or its path.
        run: folder below the runs; empty for the name of the data.
        data_folder: where the npz sets lie.
        extra: further sets to train on.
        image_size: side of the crops in pixels.
        epochs: how often the training samples are seen.
        batch_size: None for the protocol's.
        seed: of the initial weights, the order of samples and the augmentation.
        augmentation: a recipe.
        learning_rate: of Adam, at its highest.
        schedule: "steps" (a tenth of it from a third of the run on, a hundredth from two thirds on) or "cosine".
        warmup_steps: steps in which the rate rises from 0.
        weight_decay: AdamW's, on kernels only.
        ema: decay of the running mean of the weights that is validated and saved, such as 0.999; 0 for none.
        clip_norm: gradients of a larger norm are scaled down to it; 0 for none.
        rotation_loss: share of the rotation's distance in the loss; the rest is the mean absolute error of the angles.
        precision: Keras' policy, of the network alone.
        weights: start from these, as `fsanet.load_model` takes them; empty starts anew.
        freeze: names of layers or sub-models that keep their weights; patterns such as "ssr_G*" do too.
        max_minutes: choose the number of epochs so that the run takes about that long; 0 for `epochs`.
    """

    model: str = "var_capsule"
    data: str = "300W_LP"
    run: str = ""
    data_folder: str = str(DATA)
    extra: tuple[ExtraSet, ...] = ()
    image_size: int = 64
    epochs: int = 90
    batch_size: int | None = None
    seed: int = 0
    augmentation: Recipe = PAPER
    learning_rate: float = 1e-3
    schedule: str = "steps"
    warmup_steps: int = 0
    weight_decay: float = 0.0
    ema: float = 0.0
    clip_norm: float = 0.0
    rotation_loss: float = 0.0
    precision: str = "float32"
    weights: str = ""
    freeze: tuple[str, ...] = ()
    max_minutes: float = 0.0

    def __post_init__(self):
        if members := get_spec(self.model).members:
            raise InputError(f"'{self.model}' is a fusion: train its members one by one, {', '.join(members)}.")
        if problems := [text for wrong, text in self._checks() if wrong]:
            raise InputError(f"These settings cannot be trained: {'; '.join(problems)}.")

    def _checks(self):
        yield self.epochs < 1, f"epochs is at least 1, not {self.epochs}"
        yield self.batch_size is not None and self.batch_size < 1, f"batch_size is at least 1, not {self.batch_size}"
        yield not self.learning_rate > 0, f"learning_rate is above 0, not {self.learning_rate}"
        yield self.schedule not in SCHEDULES, f"schedule is one of {', '.join(SCHEDULES)}, not '{self.schedule}'"
        yield self.precision not in PRECISIONS, f"precision is one of {', '.join(PRECISIONS)}, not '{self.precision}'"
        yield not 0 <= self.ema < 1, f"ema is at least 0 and below 1, not {self.ema}"
        yield not 0 <= self.rotation_loss <= 1, f"rotation_loss is between 0 and 1, not {self.rotation_loss}"
        for name in ("warmup_steps", "weight_decay", "clip_norm", "max_minutes"):
            yield getattr(self, name) < 0, f"{name} is at least 0, not {getattr(self, name)}"

    @property
    def run_name(self) -> str:
        """Folder below the runs."""
        return self.run or Path(self.data).stem

    def batch_size_of(self, default: int = 16) -> int:
        """The batch size: set, or the protocol's, or `default` for one's own data."""
        if self.batch_size is not None:
            return self.batch_size
        return PROTOCOLS[self.data].batch_size if self.data in PROTOCOLS else default


def override(settings: Settings, assignments: Sequence[str]) -> Settings:
    """Settings with some of them changed, as a command line gives them.

    Args:
        settings: the ones to start from.
        assignments: such as "ema=0.999", "augmentation=strong" or "augmentation.blur=0.2".

    Raises:
        ValueError: for what is no assignment, an unknown name (with the known ones), or a value of another type.
    """
    for assignment in assignments:
        name, separator, text = assignment.partition("=")
        if not separator:
            raise InputError(f"'{assignment}' sets nothing; write name=value, such as epochs=30.")
        if name.startswith("augmentation."):
            name = name.removeprefix("augmentation.")
            settings = dataclasses.replace(settings, augmentation=_replaced(settings.augmentation, name, text))
        elif name == "augmentation":
            if text not in RECIPES:
                raise InputError(f"There is no augmentation '{text}'. There are: {', '.join(RECIPES)}.")
            settings = dataclasses.replace(settings, augmentation=RECIPES[text])
        else:
            settings = _replaced(settings, name, text)
    return settings


def _replaced(record, name: str, text: str):
    """A dataclass with one field read from text; its type is that of the present value."""
    known = [field.name for field in dataclasses.fields(record)]
    if name not in known:
        raise InputError(f"There is no setting '{name}'. There are: {', '.join(known)}.")
    present = getattr(record, name)
    if isinstance(present, str):
        return dataclasses.replace(record, **{name: text})
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = text
    if isinstance(present, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if isinstance(present, tuple) and isinstance(value, str):
        value = tuple(part for part in text.split(",") if part)
    wanted = int if present is None else type(present)
    if type(value) is not wanted:
        raise InputError(f"The setting '{name}' is a {wanted.__name__}, such as {present!r}; got '{text}'.")
    return dataclasses.replace(record, **{name: value})
