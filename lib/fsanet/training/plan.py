"""How long and how fast a run trains, whatever it trains."""

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fsanet.errors import InputError

SCHEDULES = ("steps", "cosine")
PLACE = {"identity": False}  # metadata of a field that may change between two starts of one run


@dataclass(frozen=True)
class Plan:
    """What every run can be told; the settings of a kind of training add their own. The defaults are the paper's.

    Attributes:
        epochs: how often the training samples are seen.
        seed: of the initial weights, the order of samples and the augmentation.
        learning_rate: of Adam, at its highest.
        schedule: "steps" (a tenth of it from a third of the run on, a hundredth from two thirds on; with 90 epochs the
            paper's 30 and 60) or "cosine" (down to nothing along half a cosine).
        warmup_steps: steps in which the rate rises from 0; never more than a tenth of the run.
        weight_decay: AdamW's, on kernels only.
        ema: decay of the running mean of the weights that is validated and saved, such as 0.999; 0 for none.
        clip_norm: gradients of a larger norm are scaled down to it; 0 for none.
        max_minutes: choose the number of epochs so that the run takes about that long; 0 for `epochs`.
        statistics_of_all: where several processes are at one batch, batch normalisation waits for the statistics of
            all, and the losses are those of one process; False takes each process's own, which is faster.

    Raises:
        ValueError: for what cannot be trained; the message lists all of it.
    """

    epochs: int = 90
    seed: int = 0
    learning_rate: float = 1e-3
    schedule: str = "steps"
    warmup_steps: int = 0
    weight_decay: float = 0.0
    ema: float = 0.0
    clip_norm: float = 0.0
    max_minutes: float = 0.0
    statistics_of_all: bool = True

    def __post_init__(self) -> None:
        if problems := [text for wrong, text in self.checks() if wrong]:
            raise InputError(f"These settings cannot be trained: {'; '.join(problems)}.")

    def checks(self) -> Iterator[tuple[bool, str]]:
        """What may be wrong: whether it is, and the words for it."""
        yield self.epochs < 1, f"epochs is at least 1, not {self.epochs}"
        yield not 0 <= self.seed < 2**32, f"seed is at least 0 and below {2**32}, not {self.seed}"
        yield not self.learning_rate > 0, f"learning_rate is above 0, not {self.learning_rate}"
        yield self.schedule not in SCHEDULES, f"schedule is one of {', '.join(SCHEDULES)}, not '{self.schedule}'"
        yield not 0 <= self.ema < 1, f"ema is at least 0 and below 1, not {self.ema}"
        for name in ("warmup_steps", "weight_decay", "clip_norm", "max_minutes"):
            yield not getattr(self, name) >= 0, f"{name} is at least 0, not {getattr(self, name)}"
        for name in ("learning_rate", "weight_decay", "clip_norm", "max_minutes"):
            yield getattr(self, name) == math.inf, f"{name} is finite, not {getattr(self, name)}"

    def identity(self) -> dict[str, Any]:
        """What two starts of one run have in common: all but the fields that say where it lies."""
        places = {field.name for field in dataclasses.fields(self) if not field.metadata.get("identity", True)}
        by_clock = {"epochs"} if self.max_minutes else set()  # chosen at the first start
        return {key: value for key, value in dataclasses.asdict(self).items() if key not in places | by_clock}

    def rate_at(self, step: int, total_steps: int) -> float:
        """The learning rate of a step, a pure function of it, so that a run that goes on finds its place.

        Args:
            step: from 0 on.
            total_steps: of the whole run.
        """
        warmup = min(self.warmup_steps, total_steps // 10)
        if step < warmup:
            return self.learning_rate * (step + 1) / warmup
        if self.schedule == "cosine":
            angle = math.pi * (step - warmup) / max(total_steps - warmup, 1)
            return self.learning_rate * 0.5 * (1.0 + math.cos(angle))
        return self.learning_rate * 0.1 ** min(2, 3 * step // total_steps)
