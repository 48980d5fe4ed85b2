"""Training the networks of the benchmark: many short runs, so a step is compiled once for all runs that share it."""

import dataclasses
from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from fsanet.benchmarks.adaptation.scenarios import BEFORE, KNOWN, ORACLE, RANDOM, SCENARIOS, BenchSettings, Cell
from fsanet.benchmarks.adaptation.sets import BenchSets
from fsanet.datasets.batches import Batches, View
from fsanet.datasets.pose_set import PoseSet
from fsanet.engines.keras_engine import KerasEngine
from fsanet.models.build import build_model
from fsanet.training.adaptation.batches import AdaptBatches
from fsanet.training.adaptation.methods import METHODS
from fsanet.training.adaptation.model import AdaptModel, with_features
from fsanet.training.adaptation.source_weights import counts_by
from fsanet.training.crop_model import build_network
from fsanet.training.learner import Learner

Weights = Sequence[NDArray]

_OF_A_CELL = ("seed", "method")  # settings that a compiled step does not depend on, but for what a method does


class Trainer:
    """One network with the steps that train it; every run starts from given weights and a fresh state.

    What is trained in another precision or with frozen layers has a network of its own; all answers are those of the
    first, in float32.

    Args:
        settings: model, sizes and losses; the seed may differ from run to run.
    """

    def __init__(self, settings: BenchSettings):
        self.model_name = settings.model
        self.network = build_model(settings.model, image_size=settings.image_size)
        self._networks: dict[tuple[object, ...], keras.Model] = {("float32", ()): self.network}
        self._learners: dict[tuple[object, ...], tuple[Learner, Weights]] = {}

    def first_weights(self, settings: BenchSettings) -> Weights:
        """What a run starts from before it has seen the source: random weights by the seed, or those that are named."""
        keras.utils.set_random_seed(settings.seed)
        named = "" if settings.weights == RANDOM else settings.weights
        return build_network(settings.model, settings.image_size, weights=named).get_weights()

    def predict(self, weights: Weights, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Yaw, pitch, roll in degrees (N, 3) of crops (N, S, S, 3) BGR."""
        self.network.set_weights(weights)
        return KerasEngine(self.network).predict(image)

    def features(self, weights: Weights, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What a discriminator sees of crops (N, S, S, 3) BGR: the vectors of the three stages, (N, F)."""
        self.network.set_weights(weights)
        both = with_features(self.network, self.model_name)
        return keras.ops.convert_to_numpy(both(image.astype(np.float32), training=False)[1])  # without compiling it

    def train(self, weights: Weights, batches: AdaptBatches, settings: BenchSettings) -> Weights:
        """The weights after one pass over the batches; their running mean where the settings want one."""
        learner, network = self._learner(settings), self._network(settings)
        network.set_weights(weights)
        model: AdaptModel = learner.model
        if model.teacher is not None:
            model.teacher.set_weights(weights)
        for step, batch in enumerate(batches.epoch(0)):
            learner.step(batch, settings.rate_at(step, len(batches)))
        with learner.optimizer.averaged():
            return network.get_weights()

    def _network(self, settings: BenchSettings) -> keras.Model:
        """The network that is trained with some settings."""
        key = (settings.precision, settings.freeze)
        if key not in self._networks:
            self._networks[key] = build_network(
                settings.model, settings.image_size, precision=settings.precision, freeze=settings.freeze
            )
        return self._networks[key]

    def _learner(self, settings: BenchSettings) -> Learner:
        """The compiled step of a method, with its discriminator and optimiser as they were at the start."""
        row = METHODS[settings.method]
        others = {name: value for name, value in dataclasses.asdict(settings).items() if name not in _OF_A_CELL}
        key = (row.adversarial, row.consistent, repr(others))
        if key not in self._learners:
            network = self._network(settings)
            keras.utils.set_random_seed(0)
            model = AdaptModel(network, dataclasses.replace(settings, seed=0))
            size, side = settings.batch_size_of(), settings.image_size
            images, angles = (size, side, side, 3), (size, 3)
            model.build([images, angles, angles, (size,), images, ()])
            learner = Learner(model, settings)
            self._learners[key] = learner, [keras.ops.convert_to_numpy(value) for value in learner.variables]
        learner, start = self._learners[key]
        for variable, value in zip(learner.variables, start, strict=True):
            variable.assign(value)
        return learner


def train_cell(trainer: Trainer, cell: Cell, sets: BenchSets, before: Weights) -> tuple[Weights, NDArray[np.float64]]:
    """Weights after a run, and how much each source sample counted in it, (S,).

    Args:
        trainer: of the settings' model.
        cell: the run.
        sets: what it reads.
        before: weights to start from.
    """
    settings = dataclasses.replace(cell.settings, method=cell.row)
    if cell.method == ORACLE:
        even = np.ones(len(sets.target))
        batches = _batches(sets.target, sets.target, even, even, settings)
        return trainer.train(before, batches, settings), np.zeros(len(sets.source))
    chances = SCENARIOS[cell.scenario](sets.source.pose, sets.target.pose)
    even = np.ones(len(chances))
    if cell.method == BEFORE:
        if settings.weights != RANDOM:
            return before, chances
        settings = dataclasses.replace(settings, steps=settings.steps_before, learning_rate=settings.rate_before)
        return trainer.train(before, _batches(sets.source, sets.target, chances, even, settings), settings), chances
    poses = sets.target.pose if cell.method in KNOWN else trainer.predict(before, sets.target.image)
    counts = source_counts(settings, sets, chances, poses)
    drawn = METHODS[cell.row].weighting == "neighbours"
    batches = _batches(sets.source, sets.target, *((counts, even) if drawn else (chances, counts)), settings)
    return trainer.train(before, batches, settings), counts * (1.0 if drawn else chances)


def source_counts(
    settings: BenchSettings, sets: BenchSets, chances: NDArray[np.float64], target_deg: NDArray
) -> NDArray[np.float64]:
    """What a method's weighting gives each source sample of the scenario, by poses of the target (T, 3). (S,)"""
    there = np.flatnonzero(chances)
    counts = np.zeros(len(chances))
    counts[there] = counts_by(
        METHODS[settings.method].weighting, sets.source.pose[there], target_deg, settings.neighbours
    )
    return counts


def _batches(
    labelled: PoseSet,
    target: PoseSet,
    chances: NDArray[np.float64],
    weights: NDArray[np.float64],
    settings: BenchSettings,
) -> AdaptBatches:
    view = View(labelled, np.arange(len(labelled)))
    source = Batches([view], settings.batch_size_of(), settings.seed)
    return AdaptBatches(source, target.image, chances, weights, settings.steps, settings.rise_steps, settings.seed)
