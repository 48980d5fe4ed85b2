from types import SimpleNamespace

import keras
import numpy as np
import onnx
import onnxruntime
import pytest

from fsanet.errors import InputError
from fsanet.export import finder_file
from fsanet.export.finder_file import bundle_finder, write_finder_onnx, write_int8_finder
from fsanet.models.single_stage import table


@pytest.fixture(scope="module")
def network():
    """A stand-in for a finder: rows of six numbers, of which the first is large where the picture is bright."""
    keras.utils.set_random_seed(2)
    image = keras.Input((None, None, 3), name="image")
    x = keras.layers.Rescaling(1 / 64, -2.0)(image)
    x = keras.layers.ReLU()(keras.layers.Conv2D(8, 3, 2, "same")(x))
    x = keras.layers.UpSampling2D()(keras.layers.Conv2D(8, 1)(keras.layers.AveragePooling2D(2)(x)))
    return keras.Model(image, keras.layers.Reshape((-1, 6))(keras.layers.Conv2D(6, 1)(x)), name="small")


@pytest.fixture(scope="module")
def pictures():
    return list(np.random.default_rng(5).integers(0, 256, (4, 90, 70, 3)).astype(np.uint8))


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
    monkeypatch.setattr(table, "get_finder", lambda name: SimpleNamespace(build=lambda: other))
    with pytest.raises(InputError, match="does not hold the weights of 'scout'"):
        bundle_finder("scout", tmp_path / "small.weights.h5", tmp_path / "kept.h5", tmp_path / "small.onnx", [])


def test_in_int8_the_scores_are_about_the_same(network, pictures, tmp_path):
    path = write_int8_finder(network, tmp_path / "small_int8.onnx", pictures, {"licence": "ours"})
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert session.get_inputs()[0].type == "tensor(uint8)"
    assert session.get_modelmeta().custom_metadata_map["licence"] == "ours"
    [written] = session.run(["prediction"], {"image_bgr": pictures[0][None, :64, :64]})
    expected = keras.ops.convert_to_numpy(network(pictures[0][None, :64, :64].astype(np.float32)))
    assert 0 < np.abs(written - expected).mean() < 0.1 * expected.std()
    graph = onnx.load(path).graph
    assert {array.data_type for array in graph.initializer if np.prod(array.dims) > 60} == {onnx.TensorProto.INT8}
    quantised = [node.input[0] for node in graph.node if node.op_type == "QuantizeLinear"]
    made_floats = {node.output[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    assert not made_floats.intersection(quantised)  # pixels are what the first convolution takes


def test_seven_bits_of_weights(network, pictures, tmp_path):
    path = write_int8_finder(network, tmp_path / "small_int8.onnx", pictures)
    arrays = [onnx.numpy_helper.to_array(array) for array in onnx.load(path).graph.initializer]
    assert max(np.abs(array.astype(int)).max() for array in arrays if array.dtype == np.int8) <= 64


def test_int8_that_sees_other_faces_is_not_kept(network, pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(finder_file, "_MOST_APART", -1.0)
    with pytest.raises(InputError, match="In int8 the scores of faces differ"):
        write_int8_finder(network, tmp_path / "small_int8.onnx", pictures)
    with pytest.raises(InputError, match="no picture to calibrate int8 on"):
        write_int8_finder(network, tmp_path / "small_int8.onnx", [])
    assert not list(tmp_path.iterdir())


def test_pictures_in_which_no_face_is_seen_calibrate_nothing(network, pictures, tmp_path):
    blind = keras.models.clone_model(network)
    blind.set_weights([*network.get_weights()[:-1], np.full(6, -40.0)])
    with pytest.raises(InputError, match="sees no face in the pictures"):
        write_int8_finder(blind, tmp_path / "small_int8.onnx", pictures)
    assert not list(tmp_path.iterdir())


def test_both_files_or_none(network, pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(table, "get_finder", lambda name: SimpleNamespace(build=lambda: network))
    network.save_weights(tmp_path / "w.weights.h5")
    monkeypatch.setattr(finder_file, "_MOST_APART", -1.0)
    with pytest.raises(InputError, match="In int8 the scores of faces differ"):
        bundle_finder("scout", tmp_path / "w.weights.h5", tmp_path / "kept.h5", tmp_path / "scout.onnx", pictures)
    assert [file.name for file in tmp_path.iterdir()] == ["w.weights.h5"]


def test_what_a_file_says_of_itself(network, pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(table, "get_finder", lambda name: SimpleNamespace(build=lambda: network))
    network.save_weights(tmp_path / "w.weights.h5")
    kept, onnx_file = tmp_path / "kept" / "scout.weights.h5", tmp_path / "scout.onnx"
    row = bundle_finder("scout", tmp_path / "w.weights.h5", kept, onnx_file, pictures)
    assert kept.read_bytes() == (tmp_path / "w.weights.h5").read_bytes()
    for file in (onnx_file, tmp_path / "scout_int8.onnx"):
        said = onnxruntime.InferenceSession(str(file)).get_modelmeta().custom_metadata_map
        assert said["model"] == "scout"
    assert row == f'{kept.stat().st_size}, "{said["weights_sha256"]}"'
