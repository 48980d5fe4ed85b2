import keras
import numpy as np
import pytest

from fsanet.layers.capsule import CapsuleLayer, squash


def squash_oracle(v):
    squared = (v**2).sum(-1, keepdims=True)
    return squared / (1 + squared) * v / np.sqrt(squared + 1e-7)


def routing_oracle(kernel, primary, rounds):
    """The routing as the literature writes it, sample by sample in float64. Returns capsules and coupling."""
    results, couplings = [], []
    for p in primary:
        votes = np.einsum("kidf,if->kid", kernel, p)
        logits = np.zeros(votes.shape[:2])
        for number in range(rounds):
            coupling = np.exp(logits) / np.exp(logits).sum(0)
            outputs = squash_oracle(np.einsum("ki,kid->kd", coupling, votes))
            if number < rounds - 1:
                logits += np.einsum("kid,kd->ki", votes, outputs)
        results.append(outputs)
        couplings.append(coupling)
    return np.array(results), np.array(couplings)


def filled(layer, primary, scale=0.3):
    layer.build(primary.shape)
    kernel = scale * np.random.default_rng(1).standard_normal(layer.kernel.shape)
    layer.set_weights([kernel])
    return kernel


@pytest.mark.parametrize("rounds", [1, 2, 3])
@pytest.mark.parametrize("num_primary", [21, 192])
def test_routing_agrees_with_the_oracle(rounds, num_primary):
    primary = np.random.default_rng(0).standard_normal((4, num_primary, 64)).astype(np.float32)
    layer = CapsuleLayer(3, 16, routings=rounds)
    kernel = filled(layer, primary)
    capsules, coupling = routing_oracle(kernel, primary, rounds)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(primary)), capsules, atol=1e-4)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer.coupling(primary)), coupling, atol=1e-3)


def test_one_round_weighs_all_votes_alike():
    """Two primary capsules, one feature each, identity votes: (1 + 2) / 2 = 1.5 into either output capsule."""
    layer = CapsuleLayer(2, 1, routings=1)
    layer.build((1, 2, 1))
    layer.set_weights([np.ones((2, 2, 1, 1))])
    outputs = keras.ops.convert_to_numpy(layer(np.array([[[1.0], [2.0]]], np.float32)))
    np.testing.assert_allclose(outputs, np.full((1, 2, 1), 1.5**2 / (1 + 1.5**2)), rtol=1e-5)


@pytest.mark.parametrize("length", [0.0, 1e-4, 1e-3, 1.0, 100.0])
def test_squash_keeps_the_direction_and_bounds_the_length(length):
    v = length * np.array([[0.6, 0.8]], np.float32)
    squashed = keras.ops.convert_to_numpy(squash(keras.ops.convert_to_tensor(v)))
    np.testing.assert_allclose(squashed, squash_oracle(v.astype(np.float64)), rtol=1e-4)
    assert np.linalg.norm(squashed) <= 1.0


def test_kernel_starts_as_keras_computes_glorot_for_four_axes():
    """The first two axes count as a receptive field: fan in 3 * 21 * 16, fan out 3 * 21 * 64."""
    layer = CapsuleLayer(3, 16)
    layer.build((None, 21, 64))
    limit = np.sqrt(6 / (3 * 21 * 16 + 3 * 21 * 64))
    kernel = layer.get_weights()[0]
    assert kernel.shape == (3, 21, 16, 64)
    assert 0.99 * limit < np.abs(kernel).max() <= limit
    assert layer.kernel.name == "W"


def test_no_round_of_routing_is_an_error():
    with pytest.raises(ValueError, match=r"at least one round of routing, got routings=0"):
        CapsuleLayer(3, 16, routings=0)
