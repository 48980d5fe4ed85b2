"""The weights that are part of the repository: whole, catalogued, and the same network as .h5 and as ONNX."""

import hashlib

import numpy as np
import pytest

from fsanet.engines.onnx_engine import OnnxEngine
from fsanet.export.formats.table import describe
from fsanet.export.onnx_cache import bundled_onnx
from fsanet.models.spec import DEFAULT_WEIGHTS, MODELS, OUR_MODELS, default_weights, get_spec
from fsanet.weights.loading import load_model
from fsanet.weights.pretrained import BUNDLED_WEIGHTS, find_weights

NETWORKS = [(ours, model) for ours, models in OUR_MODELS.items() for model in (*models, "fusion_capsule")]


@pytest.fixture(autouse=True)
def nothing_but_the_repository(monkeypatch):
    for variable in ("FSANET_HOME", "FSANET_MIRROR"):
        monkeypatch.delenv(variable, raising=False)


def test_all_of_our_models_are_bundled():
    bundled = [(file.training_set, file.model) for file in BUNDLED_WEIGHTS]
    assert bundled == [(ours, model) for ours, models in OUR_MODELS.items() for model in models]


def test_a_model_has_the_first_weights_of_ours_that_hold_all_of_it():
    expected = {"capsule": "free", "fusion_capsule": "free", "ssrnet_mt": "synthetic", "metric": DEFAULT_WEIGHTS}
    assert {name: default_weights(name) for name in expected} == expected
    assert {default_weights(name) for name in MODELS} == set(OUR_MODELS)
    assert set(OUR_MODELS["free"]) == set(get_spec("fusion_capsule").members)


@pytest.mark.parametrize("file", BUNDLED_WEIGHTS, ids=lambda file: f"{file.training_set}-{file.model}")
def test_the_catalogue_names_these_bytes(file):
    content = find_weights(file.model, file.training_set).read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)
    assert not file.url


@pytest.mark.parametrize(("ours", "name"), NETWORKS)
def test_keras_and_onnx_give_the_same_angles(ours, name):
    crops = np.random.default_rng(0).uniform(0, 255, (5, 64, 64, 3)).astype(np.float32)
    keras_angles = np.asarray(load_model(name, weights=ours).predict_on_batch(crops))
    np.testing.assert_allclose(OnnxEngine(bundled_onnx(name, ours)).predict(crops), keras_angles, atol=1e-3)


@pytest.mark.parametrize(("ours", "name"), NETWORKS)
def test_each_says_what_it_is_and_on_what_terms(ours, name):
    told, expected = OnnxEngine(bundled_onnx(name, ours)).metadata, describe(name, ours)
    del expected["fsanet_version"]  # of when it was written
    assert expected["licence"].startswith("Apache-2.0; trained on synthetic heads")
    assert {key: told.get(key) for key in expected} == expected
