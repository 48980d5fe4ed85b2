"""Three small sets, and a small network with the parts of a real one."""

import numpy as np
import pytest

from fsanet.benchmarks.adaptation.scenarios import BenchSettings
from fsanet.benchmarks.adaptation.sets import BenchSets
from fsanet.datasets.augment.recipe import Recipe
from fsanet.datasets.pose_set import PoseSet
from tests.fixtures.tiny_training import SIZE, bright_side_set, build_chain


@pytest.fixture(scope="session")
def sets() -> BenchSets:
    """A source of wide poses; darker pictures with yaws within 20 degrees as target and for testing."""
    dark = []
    for seed in (1, 2):
        drawn = bright_side_set(200, seed)
        near = np.flatnonzero(np.abs(drawn.pose[:, 0]) < 20)[:32]
        dark.append(PoseSet(drawn.image[near] // 2, drawn.pose[near], drawn.source[near]))
    return BenchSets(bright_side_set(80), *dark)


@pytest.fixture(scope="session")
def settings() -> BenchSettings:
    return BenchSettings(
        model="ssrnet_ori_mt",
        image_size=SIZE,
        batch_size=8,
        steps=4,
        rise_steps=2,
        steps_before=6,
        neighbours=3,
        augmentation=Recipe(turn=0.5),
    )


@pytest.fixture(scope="module")
def small_network():
    from fsanet.benchmarks.adaptation import training

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "build_model", build_chain)
        patch.setattr(training, "build_network", build_chain)
        yield


@pytest.fixture(scope="module")
def trainer(small_network, settings):
    """One for all tests of a file: it compiles a step once."""
    from fsanet.benchmarks.adaptation.training import Trainer

    return Trainer(settings)
