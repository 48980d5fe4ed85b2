"""The weights that are part of the repository: whole, catalogued, and the same network as .h5 and as ONNX."""

import hashlib

import numpy as np
import pytest

from fsanet.engines.onnx_engine import OnnxEngine
from fsanet.export.onnx_cache import bundled_onnx
from fsanet.models.spec import get_spec
from fsanet.weights.loading import load_model
from fsanet.weights.pretrained import BUNDLED_WEIGHTS, find_weights

MODELS = ("capsule", "var_capsule", "noS_capsule", "ssrnet_mt", "fusion_capsule")


@pytest.fixture(autouse=True)
def nothing_but_the_repository(monkeypatch):
    for variable in ("FSANET_HOME", "FSANET_MIRROR"):
        monkeypatch.delenv(variable, raising=False)


def test_every_part_of_the_fusion_and_the_baseline_are_bundled():
    assert {file.model for file in BUNDLED_WEIGHTS} == {*get_spec("fusion_capsule").members, "ssrnet_mt"}


@pytest.mark.parametrize("file", BUNDLED_WEIGHTS, ids=lambda file: file.model)
def test_the_catalogue_names_these_bytes(file):
    content = find_weights(file.model, "synthetic").read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)
    assert not file.url


@pytest.mark.parametrize("name", MODELS)
def test_keras_and_onnx_give_the_same_angles(name):
    crops = np.random.default_rng(0).uniform(0, 255, (5, 64, 64, 3)).astype(np.float32)
    keras_angles = np.asarray(load_model(name, weights="synthetic").predict_on_batch(crops))
    np.testing.assert_allclose(OnnxEngine(bundled_onnx(name, "synthetic")).predict(crops), keras_angles, atol=1e-3)
