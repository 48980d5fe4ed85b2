import keras
import numpy as np
import pytest

from fsanet.models.scoring import _SCORES, build_primary_capsules
from fsanet.models.spec import SCORINGS, get_spec


@pytest.fixture
def maps():
    return [np.random.default_rng(k).standard_normal((2, 8, 8, 64)).astype(np.float32) for k in range(3)]


def test_scores_are_those_that_the_table_knows():
    assert {*_SCORES, "uniform", ""} == set(SCORINGS)


@pytest.mark.parametrize(("name", "capsules"), [("capsule", 21), ("var_capsule", 21), ("noS_capsule", 192)])
def test_primary_capsules_of_all_stages(name, capsules):
    model = build_primary_capsules(get_spec(name))
    assert model.name == "ssr_S_model"
    assert model.output_shape == (None, capsules, 64)


def test_without_scoring_every_position_is_a_capsule(maps):
    model = build_primary_capsules(get_spec("noS_metric"))
    outputs = keras.ops.convert_to_numpy(model(maps))
    np.testing.assert_array_equal(outputs, np.concatenate([u.reshape(2, 64, 64) for u in maps], axis=1))
    assert not model.weights


def test_stages_share_the_weights_of_their_structure():
    model = build_primary_capsules(get_spec("capsule"))
    shapes = {variable.path: tuple(variable.shape) for variable in model.weights}
    assert shapes == {
        "attention_conv/kernel": (1, 1, 64, 1),
        "attention_conv/bias": (1,),
        "SR_dense/kernel": (64, 960),
        "SR_dense/bias": (960,),
        "SL_dense/kernel": (192, 35),
        "SL_dense/bias": (35,),
    }


def test_capsules_are_means_of_positions(maps):
    """With all dense weights zero every score is a half, so that each capsule is the mean over all positions."""
    model = build_primary_capsules(get_spec("var_capsule"))
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    outputs = keras.ops.convert_to_numpy(model(maps))
    mean = np.concatenate([u.reshape(2, 64, 64) for u in maps], axis=1).mean(1, keepdims=True)
    np.testing.assert_allclose(outputs, np.broadcast_to(mean, (2, 21, 64)), atol=1e-5)
