"""Small sets, and a network of two layers that trains in a moment, for tests of everything around the network."""

import keras
import numpy as np
import pytest

from fsanet.datasets.augment import Recipe
from fsanet.datasets.pose_set import PoseSet
from training_and_testing import trainer
from training_and_testing.settings import Settings

SIZE = 16


def bright_side_set(count: int, seed: int = 0, size: int = SIZE) -> PoseSet:
    """Crops whose brightness rises with yaw from left to right and with pitch from below: easy to learn."""
    random = np.random.default_rng(seed)
    poses = random.uniform(-60, 60, (count, 3))
    ramp = np.linspace(-1, 1, size)
    lit = 128 + poses[:, :1, None] * ramp + poses[:, 1:2, None] * ramp[:, None]
    noisy = lit[..., None] + random.normal(0, 4, (count, size, size, 3))
    sources = [f"person{number // 2}" for number in range(count)]
    return PoseSet(np.clip(noisy, 0, 255).astype(np.uint8), poses, sources)


@pytest.fixture
def own_npz(tmp_path):
    """A set of one's own on disk."""
    path = tmp_path / "own.npz"
    bright_side_set(40).save(path)
    return path


@pytest.fixture
def tiny_settings(own_npz) -> Settings:
    """A run of moments, with everything switched on that has a state."""
    return Settings(
        model="ssrnet_ori_mt",
        data=str(own_npz),
        image_size=SIZE,
        epochs=3,
        batch_size=8,
        learning_rate=0.05,
        schedule="cosine",
        warmup_steps=2,
        weight_decay=1e-4,
        ema=0.9,
        clip_norm=100.0,
        augmentation=Recipe(flip=0.5, shift=0.1, noise=0.5),
    )


def build_tiny_network(settings: Settings) -> keras.Model:
    """Stands for the real network: normalisation, so that there are moving statistics, and one layer."""
    image = keras.Input((settings.image_size, settings.image_size, 3))
    x = keras.layers.AveragePooling2D(4)(image)
    x = keras.layers.BatchNormalization(momentum=0.9)(x)
    output = keras.layers.Dense(3)(keras.layers.Flatten()(x))
    return keras.Model(image, output, name=settings.model)


@pytest.fixture
def tiny_network(monkeypatch):
    """Train a tiny network instead of the one that is named."""
    monkeypatch.setattr(trainer, "build_network", build_tiny_network)
    monkeypatch.setattr(trainer, "save_weights", save_tiny_weights)


def save_tiny_weights(network: keras.Model, path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez(file, *[keras.ops.convert_to_numpy(variable.value) for variable in network.variables])


def read_tiny_weights(path) -> list[np.ndarray]:
    """What `save_tiny_weights` wrote."""
    with np.load(path) as file:
        return [file[key] for key in file.files]
