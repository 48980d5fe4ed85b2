import keras
import numpy as np
import pytest
from keras import ops

from fsanet.training.learner import Learner, as_numbers
from fsanet.training.plan import Plan


class Line(keras.Model):
    """A slope and a factor of noise; batches are dictionaries, the loss has two parts."""

    def __init__(self):
        super().__init__()
        self.slope = self.add_weight(shape=(), initializer="zeros", name="slope")
        self.generator = keras.random.SeedGenerator(0)
        self.built = True

    def call(self, batch, training=None):
        """Squared error, and a penalty on the slope."""
        noise = keras.random.normal(ops.shape(batch["x"]), seed=self.generator) if training else 0.0
        error = ops.mean(ops.square(self.slope * batch["x"] + 0.001 * noise - batch["y"]))
        penalty = 0.1 * ops.square(self.slope)
        return {"loss": error + penalty, "error": error, "penalty": penalty}


BATCH = {"x": np.array([1.0, 2.0], np.float32), "y": np.array([3.0, 6.0], np.float32)}


def slope_of(learner: Learner) -> float:
    return float(ops.convert_to_numpy(learner.model.slope.value))


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.1])
def test_a_first_step_of_adam_goes_as_far_as_its_rate(rate):
    learner = Learner(Line(), Plan())
    learner.step(BATCH, rate)
    assert slope_of(learner) == pytest.approx(rate, rel=1e-3)


def test_figures_are_those_before_the_update_by_name():
    figures = as_numbers(Learner(Line(), Plan()).step(BATCH, 0.1))
    assert figures == pytest.approx({"loss": 22.5, "error": 22.5, "penalty": 0.0}, rel=1e-2)


def test_the_loss_is_made_smaller():
    learner = Learner(Line(), Plan())
    for _ in range(300):
        figures = as_numbers(learner.step(BATCH, 0.1))
    assert slope_of(learner) == pytest.approx(3 * 2.5 / 2.6, abs=0.01)  # where error and penalty balance
    assert figures["loss"] == pytest.approx(figures["error"] + figures["penalty"], rel=1e-5)


def test_variables_are_all_that_a_run_needs_to_go_on():
    learner = Learner(Line(), Plan(ema=0.9))
    learner.step(BATCH, 0.1)
    kept = [np.array(ops.convert_to_numpy(variable.value)) for variable in learner.variables]
    first = as_numbers(learner.step(BATCH, 0.1)), slope_of(learner)
    for variable, value in zip(learner.variables, kept, strict=True):
        variable.assign(value)
    assert (as_numbers(learner.step(BATCH, 0.1)), slope_of(learner)) == first
