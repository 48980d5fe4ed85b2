from types import SimpleNamespace

import keras
import numpy as np
import onnx
import onnxruntime
import pytest

from fsanet.errors import InputError
from fsanet.export import finder_file
from fsanet.export.finder_file import bundle_finder, export_finder, write_finder_onnx


@pytest.fixture(scope="module")
def network():
    """A stand-in for a finder, with a layer of each troublesome kind: any size, resizing, reshaping."""
    keras.utils.set_random_seed(2)
    image = keras.Input((None, None, 3), name="image")
    x = keras.layers.AveragePooling2D(2)(keras.layers.Conv2D(4, 3, 2, "same")(image))
    x = keras.layers.UpSampling2D()(x)
    return keras.Model(image, keras.layers.Reshape((-1, 4))(x), name="small")


def test_pictures_of_any_size_give_the_numbers_of_the_model(network, tmp_path):
    path = write_finder_onnx(network, tmp_path / "small.onnx", {"licence": "ours"})
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    picture = np.random.default_rng(0).uniform(0, 255, (2, 160, 64, 3)).astype(np.float32)
    [written] = session.run(["prediction"], {"image_bgr": picture})
    np.testing.assert_allclose(written, network(picture), atol=1e-3)
    assert session.get_modelmeta().custom_metadata_map == {"licence": "ours"}
    assert onnx.load(path).graph.name == "small"


def test_other_numbers_are_not_kept(network, tmp_path, monkeypatch):
    monkeypatch.setattr(finder_file, "_TOLERANCE", -1.0)
    with pytest.raises(InputError, match="differs from its Keras model"):
        write_finder_onnx(network, tmp_path / "small.onnx")
    assert not list(tmp_path.iterdir())


def test_weights_of_another_network_are_refused(network, tmp_path, monkeypatch):
    network.save_weights(tmp_path / "small.weights.h5")
    other = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(7, 5)])
    monkeypatch.setattr(finder_file, "get_finder", lambda name: SimpleNamespace(build=lambda: other))
    with pytest.raises(InputError, match="does not hold the weights of 'scout'"):
        export_finder("scout", tmp_path / "small.weights.h5", tmp_path / "small.onnx")


def test_what_a_file_says_of_itself(network, tmp_path, monkeypatch):
    monkeypatch.setattr(finder_file, "get_finder", lambda name: SimpleNamespace(build=lambda: network))
    network.save_weights(tmp_path / "w.weights.h5")
    kept, onnx_file = tmp_path / "kept" / "scout.weights.h5", tmp_path / "scout.onnx"
    row = bundle_finder("scout", tmp_path / "w.weights.h5", kept, onnx_file)
    assert kept.read_bytes() == (tmp_path / "w.weights.h5").read_bytes()
    said = onnxruntime.InferenceSession(str(onnx_file)).get_modelmeta().custom_metadata_map
    assert said["model"] == "scout"
    assert row == f'{kept.stat().st_size}, "{said["weights_sha256"]}"'
