import numpy as np
import pytest

from demo.figures import inside, structures
from demo.figures.structures import Fold


def tensors(faces=2, m=5, capsules=7, side=8, seed=0):
    """Random tensors in the shapes of `fsanet.explain`."""
    rng = np.random.default_rng(seed)
    positions = 3 * side * side
    made = {"coupling": rng.dirichlet(np.ones(3), (faces, 3 * capsules)).transpose(0, 2, 1)}
    for k in (1, 2, 3):
        made[f"SR_matrix_s{k}"] = rng.random((faces, m, positions))
        made[f"attention_s{k}"] = rng.random((faces, side, side))
        made[f"S_matrix_s{k}"] = rng.random((faces, capsules, positions))
        made[f"norm_S_s{k}"] = made[f"S_matrix_s{k}"].sum(axis=-1, keepdims=True)
    return made


def test_rows_fold_to_the_maps_in_the_order_of_the_positions():
    """Positions are those of U_1, then U_2, then U_3, each row by row."""
    made = tensors()
    maps = structures.folded(made)
    assert maps.shape == (2, 3, 5, 3, 8, 8)
    assert maps[1, 2, 4, 1, 3, 5] == made["SR_matrix_s3"][1, 4, 64 + 3 * 8 + 5]


def test_a_model_without_scoring_has_none():
    with pytest.raises(ValueError, match="has no fine-grained structure: take capsule"):
        structures.folded({"primcaps": np.zeros((1, 192, 64))})


def test_regions_are_clearer_than_speckle_and_copies_are_left_out():
    rng = np.random.default_rng(1)
    maps = rng.random((2, 3, 5, 3, 8, 8)) * 0.2
    maps[:, 0, 1, 2, 2:5, 2:5] = 1
    maps[:, 2, 3, 0, 2:5, 2:5] = 0.95  # the same region again
    maps[:, 1, 4, 1, 5:, :] = 0.9
    maps[:, 1, 0, 0] = np.indices((8, 8)).sum(axis=0) % 2  # a chess board varies most and marks no region
    assert set(structures.clearest(maps, 2)) == {Fold(1, 2, 3), Fold(2, 5, 2)}
    assert Fold(2, 1, 1) not in structures.clearest(maps, 5)


def test_where_a_vector_comes_from_sums_to_one_and_follows_the_shares():
    made = tensors()
    weights = inside.listening(made)
    assert weights.shape == (2, 3, 192)
    np.testing.assert_allclose(weights.sum(axis=-1), 1)
    made["coupling"][:] = 0
    made["coupling"][:, :, 9] = 1  # the third capsule of the second stage alone
    alone = made["S_matrix_s2"][:, 2] / made["norm_S_s2"][:, 2]
    np.testing.assert_allclose(inside.listening(made), np.repeat(alone[:, None], 3, axis=1))
