"""Batches are cut evenly, and processes that train together lose what one process would lose."""

import dataclasses
from functools import partial

import keras
import numpy as np
import pytest

from fsanet.datasets.batches import Batches, View
from fsanet.training.checkpoint import snapshot
from fsanet.training.learner import Learner, as_numbers
from fsanet.training.pose import crop_model
from fsanet.training.processes.meeting import Workers, leading
from fsanet.training.processes.shared_learner import LeadingLearner, shares
from tests.fixtures.tiny_training import SIZE, bright_side_set, build_tiny_network, follow_tiny

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="several processes need TensorFlow")
STEPS, AGAIN = 6, 3


def test_shares_are_the_rows_in_their_order():
    batch = np.arange(6), np.arange(12).reshape(6, 2)
    cut = shares(batch, 3)
    assert [list(numbers) for numbers, _ in cut] == [[0, 1], [2, 3], [4, 5]]
    np.testing.assert_array_equal(np.concatenate([table for _, table in cut]), batch[1])


def test_rows_that_do_not_come_out_even_are_a_sentence():
    with pytest.raises(ValueError, match=r"3 processes cannot share a batch of 16 evenly: give another.*such as 15"):
        shares((np.zeros(16),), 3)


@pytest.mark.slow
@pytest.mark.parametrize("statistics_of_all", [True, False])
def test_two_processes_lose_what_one_loses_where_they_share_statistics(tiny_settings, statistics_of_all):
    """Samples count differently, so that halves of a batch weigh differently; state is put back within the run."""
    tiny_settings = dataclasses.replace(tiny_settings, statistics_of_all=statistics_of_all)
    views = [View(bright_side_set(24), np.arange(24)), View(bright_side_set(24, 1), np.arange(24), (1, 0.5, 0.0))]
    batches = Batches(views, 8, seed=0)

    def losses(make_learner) -> np.ndarray:
        keras.utils.set_random_seed(0)
        learner = make_learner(crop_model(build_tiny_network(size=SIZE), tiny_settings), tiny_settings)
        start, steps = snapshot(learner.variables), []
        for number in range(STEPS + AGAIN):
            if number == STEPS:
                learner.restore(start)
            batch = batches.gather(batches.order(0)[number % len(batches)])
            steps.append(as_numbers(learner.step(batch, 1e-3))["loss"])
        return np.array(steps)

    alone = losses(Learner)
    with leading(Workers(2), tiny_settings, partial(follow_tiny, tiny_settings)) as leader:
        together = losses(partial(LeadingLearner, place=leader))
    if statistics_of_all:
        np.testing.assert_allclose(together, alone, rtol=1e-4)
    else:  # other losses, of about the same size
        assert np.abs(together / alone - 1).max() > 1e-3
        np.testing.assert_allclose(together, alone, rtol=0.5)
    np.testing.assert_array_equal(together[STEPS:], together[:AGAIN])
