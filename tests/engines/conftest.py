"""A network, its ONNX file in a cache of its own, and its .tflite file."""

import pytest

from fsanet.engines.onnx_engine import OnnxEngine
from fsanet.export.onnx_cache import exported_onnx


@pytest.fixture(scope="package")
def cache(tmp_path_factory):
    """A cache of its own, so that exports of other runs are not met."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(folder))
        patch.delenv("FSANET_HOME", raising=False)
        yield folder


@pytest.fixture(scope="package")
def model(stirred):
    return stirred("var_capsule")


@pytest.fixture(scope="package")
def weights(model, tmp_path_factory):
    """The network's weights in a file."""
    path = tmp_path_factory.mktemp("weights") / "var_capsule.weights.h5"
    model.save_weights(path)
    return path


@pytest.fixture(scope="package")
def onnx_engine(weights, cache):
    return OnnxEngine(exported_onnx("var_capsule", str(weights)), threads=2, batch_size=2)


@pytest.fixture(scope="package")
def tflite(model, tmp_path_factory):
    from fsanet.export.lean.lean_model import lean_model

    path = tmp_path_factory.mktemp("tflite") / "model.tflite"
    lean_model(model).export(str(path), format="litert", verbose=False)
    return path
