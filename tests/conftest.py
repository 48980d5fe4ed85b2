"""Fixtures shared by all tests."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest

pytest_plugins = [
    "tests.fixtures.raw_sets",
    "tests.fixtures.rendering",
    "tests.fixtures.scenes",
    "tests.fixtures.tiny_training",
]

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the checkout."""
    return REPOSITORY


@pytest.fixture(autouse=True)
def ctrl_c_is_heard():
    """A shell that starts the tests in its background lets them inherit that Ctrl-C is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder with published weights, goldens, detector files and labelled faces; skips where there is none."""
    folder = os.environ.get("FSANET_MIRROR")
    if not folder:
        pytest.skip("FSANET_MIRROR is not set: set it to the folder with the published weights, goldens and faces")
    if not Path(folder).is_dir():
        pytest.fail(f"FSANET_MIRROR names '{folder}', which is no folder")
    return Path(folder).resolve()


@pytest.fixture(scope="session")
def stirred():
    """Makes an untrained network whose biases and statistics are away from their initial zeros and ones.

    stirred("var_capsule", routings=3) takes what `build_model` takes. Without it a wrong fold of a batch normalisation,
    or two streams exchanged, could go unnoticed.
    """

    def make(name: str, **settings):
        import keras

        from fsanet.models.build import build_model

        keras.utils.set_random_seed(3)
        random = np.random.default_rng(3)
        model = build_model(name, **settings)
        for variable in model.weights:
            if variable.path.endswith(("gamma", "moving_variance")):
                variable.assign(random.uniform(0.5, 2.0, variable.shape))
            elif variable.path.endswith(("bias", "beta", "moving_mean")):
                variable.assign(random.normal(0.0, 0.3, variable.shape))
        return model

    return make
