"""Small sets and a small real network to adapt."""

import numpy as np
import pytest

from fsanet.datasets.augment.recipe import Recipe
from fsanet.training.adaptation import task
from fsanet.training.adaptation.methods import AdaptSettings
from tests.fixtures.tiny_training import SIZE, bright_side_set, build_chain, save_tiny_weights


@pytest.fixture
def target_npz(tmp_path):
    """Darker faces than the source's; their labels are all wrong, which nobody may notice."""
    target = bright_side_set(24)
    path = tmp_path / "target.npz"
    type(target)(target.image // 2, np.full_like(target.pose, 77.0), target.source).save(path)
    return path


@pytest.fixture
def small_network(monkeypatch):
    """A chain of two small parts in place of the trained network; what it loses in a few steps is kept."""
    monkeypatch.setattr(task, "build_network", build_chain)
    monkeypatch.setattr(task, "save_weights", save_tiny_weights)
    monkeypatch.setattr(task, "MOST_LOSS", 9.0)


@pytest.fixture
def settings(own_npz, target_npz) -> AdaptSettings:
    return AdaptSettings(
        model="ssrnet_ori_mt",
        data=str(own_npz),
        target=str(target_npz),
        image_size=SIZE,
        epochs=2,
        steps=3,
        rise_steps=4,
        batch_size=8,
        neighbours=3,
        augmentation=Recipe(flip=0.5, turn=0.5),
    )
