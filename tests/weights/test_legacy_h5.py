import h5py
import numpy as np
import pytest

from fsanet.weights.legacy_h5 import read_arrays, weights_group, write_arrays

GROUPS = {
    "ssr_G_model": {
        "conv2d_5/kernel": np.arange(6.0).reshape(2, 3),
        "conv2d_5/bias": np.zeros(3),
    },
    "pred_pose": {},
    "caps": {"caps/W": np.ones((3, 2, 2, 1))},
}


@pytest.fixture
def path(tmp_path):
    write_arrays(tmp_path / "w.h5", GROUPS)
    return tmp_path / "w.h5"


def test_what_is_written_is_read(path):
    with h5py.File(path) as file:
        arrays = read_arrays(weights_group(file))
    assert list(arrays) == ["conv2d_5/kernel", "conv2d_5/bias", "caps/W"]
    np.testing.assert_array_equal(arrays["conv2d_5/kernel"], GROUPS["ssr_G_model"]["conv2d_5/kernel"])


def test_layout_is_that_of_keras_2(path):
    with h5py.File(path) as file:
        assert list(file.attrs["layer_names"]) == [b"ssr_G_model", b"pred_pose", b"caps"]
        assert list(file["ssr_G_model"].attrs["weight_names"]) == [b"conv2d_5/kernel:0", b"conv2d_5/bias:0"]
        assert file["caps/caps/W:0"].shape == (3, 2, 2, 1)
        assert str(file.attrs["keras_version"]).startswith("2.")


def test_a_whole_model_has_its_weights_in_a_group(tmp_path, path):
    with h5py.File(path) as source, h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["model_config"] = "{}"
        source.copy(source["/"], file, name="model_weights")
        assert set(read_arrays(weights_group(file))) == {"conv2d_5/kernel", "conv2d_5/bias", "caps/W"}


def test_names_of_newer_programs_are_cut_to_layer_and_variable(tmp_path):
    """tf.keras puts the sub-model before the layer."""
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.attrs["layer_names"] = ["ssr_S_model"]
        group = file.create_group("ssr_S_model")
        group.attrs["weight_names"] = ["ssr_S_model/feat_S_model/dense/kernel:0"]
        group["ssr_S_model/feat_S_model/dense/kernel:0"] = np.ones(2)
        assert set(read_arrays(weights_group(file))) == {"dense/kernel"}


def test_long_lists_of_names_are_read_from_their_pieces(tmp_path):
    with h5py.File(tmp_path / "w.h5", "w") as file:
        for number, layer in enumerate(("a", "b")):
            file.attrs[f"layer_names{number}"] = [layer.encode()]
            group = file.create_group(layer)
            group.attrs["weight_names"] = [f"{layer}/bias:0".encode()]
            group[f"{layer}/bias:0"] = np.ones(1)
        assert list(read_arrays(weights_group(file))) == ["a/bias", "b/bias"]


def test_other_layouts_are_none_of_this(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["data"] = np.ones(3)
        assert weights_group(file) is None
