"""The networks of the page compute what those of the package do, and pack well."""

import gzip

import numpy as np
import onnxruntime
import pytest

from demo.web.networks import arranged, lighter
from fsanet.dense import layout
from fsanet.detectors.scout import BUNDLED
from fsanet.export.onnx_cache import exported_onnx
from fsanet.models.spec import DEFAULT_MODEL, DEFAULT_WEIGHTS


@pytest.fixture(scope="module")
def network() -> bytes:
    return exported_onnx(DEFAULT_MODEL, DEFAULT_WEIGHTS).read_bytes()


def answer(network: bytes, pictures: np.ndarray, level: onnxruntime.GraphOptimizationLevel) -> np.ndarray:
    """With the graph as the file has it or as the runtime would arrange it."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: pictures})[0]


def angles(network: bytes, level: onnxruntime.GraphOptimizationLevel) -> np.ndarray:
    """Of three random crops."""
    return answer(network, np.random.default_rng(1).uniform(0, 255, (3, 64, 64, 3)).astype(np.float32), level)


def test_an_arranged_network_computes_the_same_as_it_stands(network):
    level = onnxruntime.GraphOptimizationLevel
    expected = angles(network, level.ORT_ENABLE_EXTENDED)
    assert np.abs(angles(arranged(network), level.ORT_DISABLE_ALL) - expected).max() < 1e-4


def test_the_arranged_finder_answers_scores_boxes_and_rotations_as_the_package_does():
    level, whole = onnxruntime.GraphOptimizationLevel, BUNDLED.read_bytes()
    pictures = np.random.default_rng(1).integers(0, 256, (2, 96, 160, 3), np.uint8)
    expected = answer(whole, pictures, level.ORT_ENABLE_ALL)
    found = answer(arranged(whole), pictures, level.ORT_DISABLE_ALL)
    assert found.shape[2] == layout.CELL_PREDICTION_SIZE
    assert np.abs(found - expected).max() < 1e-3
    assert len(arranged(whole)) < len(whole)


def test_a_lighter_network_differs_by_less_than_a_hundredth_of_a_degree(network):
    level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    light = lighter(network)
    difference = np.abs(angles(light, level) - angles(network, level)).max()
    assert 0 < difference < 0.01


def test_a_lighter_network_packs_to_two_thirds(network):
    light = lighter(network)
    assert len(light) == pytest.approx(len(network), rel=0.01)
    assert len(gzip.compress(light)) < 0.67 * len(gzip.compress(network))
