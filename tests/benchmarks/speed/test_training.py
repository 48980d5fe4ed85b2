"""Cases of the training benchmark take turns; its steps are real ones."""

import pytest

from fsanet.benchmarks.speed import training
from fsanet.benchmarks.speed.measurement import Effort
from fsanet.benchmarks.speed.training import Case, Rate
from fsanet.training import crop_model, learner
from fsanet.training.learner import as_numbers
from tests.fixtures.tiny_training import build_tiny_network


class _Here:
    """Calls in this process."""

    def __enter__(self):
        return lambda function, *arguments: function(*arguments)

    def __exit__(self, *_):
        pass


def test_every_case_is_timed_in_turn_after_one_to_warm_up(monkeypatch):
    order = []

    def make_trainer(model, case):
        assert model == training.MODEL

        def train():
            order.append(case)
            return Rate(87.0 * case.batch + len(order), 50.0)

        return train

    monkeypatch.setattr(training, "make_trainer", make_trainer)
    monkeypatch.setattr(training, "OwnProcess", _Here)
    rows = training.run(Effort(rounds=3)).rows
    assert order == list(training.CASES) * 4
    assert [row.name for row in rows] == [f"batch {b}, augmentation {a}" for b, a in training.CASES]
    assert rows[0].samples == (87 * 16 + 5, 87 * 16 + 9, 87 * 16 + 13)
    assert rows[0].more["times the original"] == pytest.approx(rows[0].median / 87)
    assert rows[0].more["a second of processor time"] == 50


def test_a_trainer_trains_real_steps(monkeypatch):
    """As many as it says, each on a whole batch."""
    seen = []
    monkeypatch.setattr(crop_model, "build_network", build_tiny_network)
    monkeypatch.setattr(training, "_TURN_IMAGES", 40)
    monkeypatch.setattr(learner, "as_numbers", lambda figures: seen.append(as_numbers(figures)))
    step, images = learner.Learner.step, []
    monkeypatch.setattr(
        learner.Learner, "step", lambda self, batch, rate: images.append(len(batch[0])) or step(self, batch, rate)
    )
    rate = training.make_trainer("ssrnet_ori_mt", Case(8, "paper"))()
    assert images == [8] * 5
    assert seen[0]["loss"] > 0
    assert rate.clock > 0
    assert rate.processor > 0
