import numpy as np
import pytest

from fsanet.datasets.batches import Batches, View
from fsanet.training import timing
from fsanet.training.checkpoint import snapshot
from fsanet.training.network import build_training_model
from tests.fixtures.tiny_training import bright_side_set, build_tiny_network


@pytest.fixture
def model_and_batches(tiny_settings):
    crops = bright_side_set(32)
    batches = Batches([View(crops, np.arange(32))], 8, seed=0)
    return build_training_model(build_tiny_network(tiny_settings), tiny_settings, next(batches.epoch(0))), batches


def test_the_model_is_left_as_it_was(model_and_batches):
    model, batches = model_and_batches
    before = snapshot(model)
    timing.epochs_within(1.0, model, batches, lambda: None)
    for value, earlier in zip(snapshot(model), before, strict=True):
        np.testing.assert_array_equal(value, earlier)


def test_epochs_fill_the_time(model_and_batches, monkeypatch):
    model, batches = model_and_batches
    clock = iter(range(0, 10_000, 2))  # two seconds between two looks: validation takes 2, the 25 steps take 2
    monkeypatch.setattr(timing.time, "monotonic", lambda: float(next(clock)))
    per_epoch = 2 / 25 * len(batches) + 2
    assert timing.epochs_within(10.0, model, batches, lambda: None) == int(600 / per_epoch)


def test_there_is_at_least_one_epoch(model_and_batches):
    assert timing.epochs_within(1e-9, *model_and_batches, lambda: None) == 1
