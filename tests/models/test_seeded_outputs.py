"""Whole networks with weights out of a random generator: the same angles on every backend, now and later.

`tests/golden/seeded_outputs.npz` holds what TensorFlow computed when every published file agreed with the original
program. Written by `python tests/models/test_seeded_outputs.py`.
"""

from pathlib import Path
from zlib import crc32

import keras
import numpy as np
import pytest

import fsanet
from fsanet.models.spec import get_spec
from fsanet.weights.loading import named_variables

GOLDEN = Path(__file__).parents[1] / "golden" / "seeded_outputs.npz"
SINGLES = [name for name in fsanet.MODELS if not get_spec(name).members]


def seeded_model(name: str) -> keras.Model:
    """A model with weights that depend on their names and shapes only, about as large as trained ones."""
    model = fsanet.build_model(name)
    for path, variable in named_variables(model).items():
        variable.assign(seeded_array(path.rpartition("/")[2], path, tuple(variable.shape)))
    return model


def seeded_array(kind: str, path: str, shape: tuple[int, ...]) -> np.ndarray:
    rng = np.random.default_rng(crc32(path.encode()))
    if kind in ("gamma", "moving_variance"):
        return rng.uniform(0.5, 1.5, shape)
    if "pred_dense" in path and kind == "bias":
        return rng.uniform(0.2, 1.0, shape)  # no bin is switched off for good
    if kind in ("bias", "beta", "moving_mean", "kernel_B1"):
        return rng.uniform(-0.1, 0.1, shape)
    inputs = shape[-1] if kind == "W" else int(np.prod(shape[:-1])) if len(shape) == 4 else shape[-2]
    scale = 0.5 if "delta" in path else 1.5  # a stretch of nearly -1 would blow up rounding
    return scale * rng.standard_normal(shape) / np.sqrt(inputs)


def seeded_images() -> np.ndarray:
    """Four pictures of smooth patches, each darker than the one before."""
    rng = np.random.default_rng(0)
    patches = rng.uniform(0, 255, (4, 8, 8, 3)) * np.linspace(1, 0.2, 4).reshape(4, 1, 1, 1)
    return np.kron(patches, np.ones((1, 8, 8, 1))).astype(np.float32)


def seeded_angles(name: str) -> np.ndarray:
    return keras.ops.convert_to_numpy(seeded_model(name)(seeded_images(), training=False))


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN) as file:
        return dict(file)


@pytest.mark.parametrize("name", SINGLES)
def test_angles_are_the_recorded_ones(name, golden):
    np.testing.assert_allclose(seeded_angles(name), golden[name], rtol=1e-4, atol=1e-3)


def test_recorded_angles_depend_on_the_image(golden):
    """Weights that switch a network off would agree on anything."""
    assert set(golden) == set(SINGLES)
    assert min(angles.std(0).min() for angles in golden.values()) > 0.1


if __name__ == "__main__":
    np.savez(GOLDEN, **{name: seeded_angles(name) for name in SINGLES})
