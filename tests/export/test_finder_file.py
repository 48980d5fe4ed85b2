import keras
import numpy as np
import onnx
import onnxruntime
import pytest

from fsanet.errors import InputError
from fsanet.export import finder_file
from fsanet.export.finder_file import write_finder_onnx, write_int8_finder


def test_pictures_of_any_size_give_the_numbers_of_the_model(small_finder, tmp_path):
    path = write_finder_onnx(small_finder, tmp_path / "small.onnx", {"licence": "ours"})
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    picture = np.random.default_rng(0).uniform(0, 255, (2, 160, 64, 3)).astype(np.float32)
    [written] = session.run(["prediction"], {"image_bgr": picture})
    np.testing.assert_allclose(written, small_finder(picture), atol=1e-3)
    assert session.get_modelmeta().custom_metadata_map == {"licence": "ours"}
    assert onnx.load(path).graph.name == "small"


def test_other_numbers_are_not_kept(small_finder, tmp_path, monkeypatch):
    monkeypatch.setattr(finder_file, "_TOLERANCE", -1.0)
    with pytest.raises(InputError, match="differs from its Keras model"):
        write_finder_onnx(small_finder, tmp_path / "small.onnx")
    assert not list(tmp_path.iterdir())


def test_in_int8_the_scores_are_about_the_same(small_finder, noise_pictures, tmp_path):
    path = write_int8_finder(small_finder, tmp_path / "small_int8.onnx", noise_pictures, {"licence": "ours"})
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert session.get_inputs()[0].type == "tensor(uint8)"
    assert session.get_modelmeta().custom_metadata_map["licence"] == "ours"
    [written] = session.run(["prediction"], {"image_bgr": noise_pictures[0][None, :64, :64]})
    expected = keras.ops.convert_to_numpy(small_finder(noise_pictures[0][None, :64, :64].astype(np.float32)))
    assert 0 < np.abs(written - expected).mean() < 0.1 * expected.std()
    graph = onnx.load(path).graph
    assert {array.data_type for array in graph.initializer if np.prod(array.dims) > 60} == {onnx.TensorProto.INT8}
    quantised = [node.input[0] for node in graph.node if node.op_type == "QuantizeLinear"]
    made_floats = {node.output[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    assert not made_floats.intersection(quantised)  # pixels are what the first convolution takes


def test_seven_bits_of_weights(small_finder, noise_pictures, tmp_path):
    path = write_int8_finder(small_finder, tmp_path / "small_int8.onnx", noise_pictures)
    arrays = [onnx.numpy_helper.to_array(array) for array in onnx.load(path).graph.initializer]
    assert max(np.abs(array.astype(int)).max() for array in arrays if array.dtype == np.int8) <= 64


def test_int8_that_sees_other_faces_is_not_kept(small_finder, noise_pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(finder_file, "_MOST_APART", -1.0)
    with pytest.raises(InputError, match="In int8 the scores of faces differ"):
        write_int8_finder(small_finder, tmp_path / "small_int8.onnx", noise_pictures)
    with pytest.raises(InputError, match="no picture to calibrate int8 on"):
        write_int8_finder(small_finder, tmp_path / "small_int8.onnx", [])
    assert not list(tmp_path.iterdir())


def test_pictures_in_which_no_face_is_seen_calibrate_nothing(small_finder, noise_pictures, tmp_path):
    blind = keras.models.clone_model(small_finder)
    blind.set_weights([*small_finder.get_weights()[:-1], np.full(6, -40.0)])
    with pytest.raises(InputError, match="sees no face in the pictures"):
        write_int8_finder(blind, tmp_path / "small_int8.onnx", noise_pictures)
    assert not list(tmp_path.iterdir())
