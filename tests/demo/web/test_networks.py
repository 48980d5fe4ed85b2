"""The networks of the page compute what those of the package do, without what it does not read, and pack well."""

import gzip

import numpy as np
import onnxruntime
import pytest

from demo.web.networks import BOX_SIZE, arranged, boxes_only, lighter
from fsanet.detectors.scout import BUNDLED_FLOAT
from fsanet.export.onnx_cache import exported_onnx
from fsanet.models.spec import DEFAULT_MODEL, DEFAULT_WEIGHTS


def test_scores_and_boxes_are_the_same_to_the_bit():
    whole = BUNDLED_FLOAT.read_bytes()
    lean = boxes_only(whole)
    pictures = np.random.default_rng(1).uniform(0, 255, (2, 96, 160, 3)).astype(np.float32)
    of_whole, of_lean = (
        onnxruntime.InferenceSession(network).run(None, {"image_bgr": pictures})[0] for network in (whole, lean)
    )
    assert of_lean.shape[2] == BOX_SIZE
    assert np.array_equal(of_lean, of_whole[:, :, :BOX_SIZE])


def test_the_other_branches_are_gone():
    whole = BUNDLED_FLOAT.read_bytes()
    assert len(boxes_only(whole)) < 0.8 * len(whole)


@pytest.fixture(scope="module")
def network() -> bytes:
    return exported_onnx(DEFAULT_MODEL, DEFAULT_WEIGHTS).read_bytes()


def angles(network: bytes, level: onnxruntime.GraphOptimizationLevel) -> np.ndarray:
    """Of three random crops, with the graph as the file has it or as the runtime would arrange it."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    crops = np.random.default_rng(1).uniform(0, 255, (3, 64, 64, 3)).astype(np.float32)
    return session.run(None, {session.get_inputs()[0].name: crops})[0]


def test_an_arranged_network_computes_the_same_as_it_stands(network):
    level = onnxruntime.GraphOptimizationLevel
    expected = angles(network, level.ORT_ENABLE_EXTENDED)
    assert np.abs(angles(arranged(network), level.ORT_DISABLE_ALL) - expected).max() < 1e-4


def test_a_lighter_network_differs_by_less_than_a_hundredth_of_a_degree(network):
    level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    light = lighter(network)
    difference = np.abs(angles(light, level) - angles(network, level)).max()
    assert 0 < difference < 0.01


def test_a_lighter_network_packs_to_two_thirds(network):
    light = lighter(network)
    assert len(light) == pytest.approx(len(network), rel=0.01)
    assert len(gzip.compress(light)) < 0.67 * len(gzip.compress(network))
