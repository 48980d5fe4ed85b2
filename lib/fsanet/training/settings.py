"""What a run of pose from crops can be told, as typed data. One `Settings` is one run of one model."""

import ast
import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from fsanet.datasets.augment.recipe import PAPER, RECIPES, Recipe
from fsanet.datasets.protocols import PROTOCOLS
from fsanet.errors import InputError
from fsanet.locations import work_dir
from fsanet.models.spec import get_spec
from fsanet.training.plan import PLACE, Plan

PRECISIONS = ("float32", "mixed_bfloat16")
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
class Settings(Plan):
    """One training run, with all of its `Plan`. The defaults are the paper's.

    Attributes:
        model: one of `fsanet.MODELS`, no fusion.
        data: a protocol of `fsanet.datasets.protocols`, or one's own set: its name below the data folder or its path.
        run: folder below the runs; empty for the name of the data.
        data_folder: where the npz sets lie.
        extra: further sets to train on.
        image_size: side of the crops in pixels.
        batch_size: None for the protocol's.
        augmentation: a recipe.
        rotation_loss: share of the rotation's distance in the loss; the rest is the mean absolute error of the angles.
        precision: Keras' policy, of the network alone; float16, in which small gradients vanish, is none of them.
        weights: start from these, as `fsanet.load_model` takes them; empty starts anew.
        freeze: names of layers or sub-models that keep their weights; patterns such as "ssr_G*" do too.
    """

    model: str = "var_capsule"
    data: str = "300W_LP"
    run: str = field(default="", metadata=PLACE)
    data_folder: str = field(default=str(DATA), metadata=PLACE)
    extra: tuple[ExtraSet, ...] = ()
    image_size: int = 64
    batch_size: int | None = None
    augmentation: Recipe = PAPER
    rotation_loss: float = 0.0
    precision: str = "float32"
    weights: str = ""
    freeze: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if members := get_spec(self.model).members:
            raise InputError(f"'{self.model}' is a fusion: train its members one by one, {', '.join(members)}.")
        super().__post_init__()

    def checks(self) -> Iterator[tuple[bool, str]]:
        """The plan's, and those of crops."""
        yield from super().checks()
        yield self.batch_size is not None and self.batch_size < 1, f"batch_size is at least 1, not {self.batch_size}"
        yield self.precision not in PRECISIONS, f"precision is one of {', '.join(PRECISIONS)}, not '{self.precision}'"
        yield not 0 <= self.rotation_loss <= 1, f"rotation_loss is between 0 and 1, not {self.rotation_loss}"
        are_sets = all(isinstance(given, ExtraSet) for given in self.extra)
        yield not are_sets, f"extra holds ExtraSet, which a Python file of experiments can give, not {self.extra}"
        yield not all(isinstance(name, str) for name in self.freeze), f"freeze holds names of layers, not {self.freeze}"

    @property
    def run_name(self) -> str:
        """Folder below the runs."""
        return self.run or Path(self.data).stem

    def batch_size_of(self, default: int = 16) -> int:
        """The batch size: set, or the protocol's, or `default` for one's own data."""
        if self.batch_size is not None:
            return self.batch_size
        return PROTOCOLS[self.data].batch_size if self.data in PROTOCOLS else default


AnySettings = TypeVar("AnySettings", bound=Settings)


def override(settings: AnySettings, assignments: Sequence[str]) -> AnySettings:
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
