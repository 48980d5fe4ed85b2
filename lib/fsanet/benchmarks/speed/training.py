"""Training throughput: whole steps (gather the batch, augment, forward, backward, update) on random crops."""

import itertools
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

import numpy as np

from fsanet.benchmarks.own_process import OwnProcess
from fsanet.benchmarks.speed.measurement import Effort, Row, Section
from fsanet.console import quiet_native_stderr

MODEL = "var_capsule"
TITLE = f"Training {MODEL}: gather, augment, forward, backward, update; float32, all cores"
ORIGINAL_IMAGES_PER_SECOND = 87  # the original code, var_capsule, batch 16, on two cores of this kind
_SAMPLES = 1024
_TURN_IMAGES = 640


class Case(NamedTuple):
    """A batch size, and the name of an augmentation."""

    batch: int
    augmentation: str


class Rate(NamedTuple):
    """Images a second, by the clock and of processor time: on a busy machine the latter says more."""

    clock: float
    processor: float


CASES = (Case(16, "none"), Case(16, "paper"), Case(16, "strong"), Case(64, "paper"))


def run(effort: Effort) -> Section:
    """Time the cases in turn, all in one process."""
    with OwnProcess() as process:
        rates = process(rates_in_turn, MODEL, CASES, effort.rounds)
    return Section("training", TITLE, [_row(case, rates[case]) for case in CASES])


def rates_in_turn(model: str, cases: Sequence[Case], turns: int) -> dict[Case, list[Rate]]:
    """Rates of one model, `turns` for each case."""
    with quiet_native_stderr():
        trainers = {case: make_trainer(model, case) for case in cases}
    for train in trainers.values():
        train()  # traces and warms up
    turned = [{case: train() for case, train in trainers.items()} for _ in range(turns)]
    return {case: [turn[case] for turn in turned] for case in cases}


def make_trainer(model: str, case: Case, precision: str = "float32") -> Callable[[], Rate]:
    """A function that trains for some steps and says how fast."""
    from fsanet.datasets.batches import Batches, View
    from fsanet.datasets.pose_set import PoseSet
    from fsanet.training.crop_model import build_network
    from fsanet.training.learner import Learner, as_numbers
    from fsanet.training.pose import crop_model
    from fsanet.training.settings import Settings, override

    settings = override(Settings(model=model), [f"augmentation={case.augmentation}"])
    random = np.random.default_rng(0)
    size = (_SAMPLES, settings.image_size, settings.image_size, 3)
    images, sources = random.integers(0, 256, size, np.uint8), np.full(_SAMPLES, "noise")
    crops = PoseSet(images, random.normal(0, 20, (_SAMPLES, 3)), sources)
    batches = Batches([View(crops, np.arange(_SAMPLES))], case.batch, seed=0)
    network = build_network(model, settings.image_size, precision=precision)
    learner = Learner(crop_model(network, settings), settings)
    endless = itertools.chain.from_iterable(batches.epoch(number) for number in itertools.count())
    steps = max(1, _TURN_IMAGES // case.batch)

    def train() -> Rate:
        clock, processor = time.perf_counter(), time.process_time()
        for batch in itertools.islice(endless, steps):
            figures = learner.step(batch, settings.learning_rate)
        as_numbers(figures)  # waits until they are there
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
        return Rate(steps * case.batch / clock, steps * case.batch / processor)

    return train


def _row(case: Case, rates: Sequence[Rate]) -> Row:
    clock = tuple(rate.clock for rate in rates)
    more: dict[str, float | str] = {
        "times the original": median(clock) / ORIGINAL_IMAGES_PER_SECOND,
        "a second of processor time": median(rate.processor for rate in rates),
    }
    return Row(f"batch {case.batch}, augmentation {case.augmentation}", "images/s", clock, more)
