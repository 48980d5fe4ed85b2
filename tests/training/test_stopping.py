import os
import signal
import threading

import numpy as np
import pytest

from fsanet.datasets.batches import Batches, View
from fsanet.training import stopping
from fsanet.training.checkpoint import snapshot
from fsanet.training.learner import Learner
from fsanet.training.pose import crop_model
from fsanet.training.stopping import StopRequests, epochs_within
from tests.fixtures.tiny_training import bright_side_set, build_tiny_network


def test_the_first_signal_is_noted_and_the_second_acts():
    with StopRequests() as stop:
        assert not stop.seen
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.seen
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_handlers_are_given_back(number):
    before = signal.getsignal(number)
    with StopRequests():
        assert signal.getsignal(number) != before
    assert signal.getsignal(number) == before


def test_it_works_in_another_thread_where_no_handler_can_be_set():
    seen = []

    def run():
        with StopRequests() as stop:
            seen.append(stop.seen)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [False]


@pytest.fixture
def learner_and_batches(tiny_settings):
    batches = Batches([View(bright_side_set(32), np.arange(32))], 8, seed=0)
    return Learner(crop_model(build_tiny_network(), tiny_settings), tiny_settings), batches


class TestTimeThatWasGiven:
    def test_the_learner_is_left_as_it_was(self, learner_and_batches):
        learner, batches = learner_and_batches
        before = snapshot(learner.variables)
        epochs_within(1.0, learner, batches, 0.1, lambda: None)
        for value, earlier in zip(snapshot(learner.variables), before, strict=True):
            np.testing.assert_array_equal(value, earlier)

    def test_epochs_fill_the_time(self, learner_and_batches, monkeypatch):
        learner, batches = learner_and_batches
        clock = iter(range(0, 10_000, 2))  # two seconds between two looks: validation takes 2, the 25 steps take 2
        monkeypatch.setattr(stopping.time, "monotonic", lambda: float(next(clock)))
        per_epoch = 2 / 25 * len(batches) + 2
        assert epochs_within(10.0, learner, batches, 0.1, lambda: None) == int(600 / per_epoch)

    def test_there_is_at_least_one_epoch(self, learner_and_batches):
        assert epochs_within(1e-9, *learner_and_batches, 0.1, lambda: None) == 1
