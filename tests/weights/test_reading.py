"""Files of every kind, whole and broken."""

import zipfile

import h5py
import numpy as np
import pytest

import fsanet
from fsanet.weights.reading import read_weights
from fsanet.weights.saving import write_arrays


def test_the_originals_layout(published_like, var_metric):
    file = read_weights(published_like)
    assert file.layout == "keras2"
    assert len(file.arrays) == len(var_metric.weights)


@pytest.mark.parametrize("name", ["w.weights.h5", "w.keras"])
def test_layouts_of_keras_3(name, var_metric, tmp_path):
    path = tmp_path / name
    var_metric.save(path) if name.endswith(".keras") else var_metric.save_weights(path)
    file = read_weights(path)
    assert file.layout == "keras3"
    assert len(file.arrays) == len(var_metric.weights)


def test_the_content_decides_not_the_name(published_like, tmp_path):
    path = tmp_path / "weights of Zoë"
    path.write_bytes(published_like.read_bytes())
    assert read_weights(path).layout == "keras2"


def test_a_missing_file():
    with pytest.raises(FileNotFoundError, match=r"There is no weight file 'nowhere\.h5'"):
        read_weights("nowhere.h5")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no weight file"):
        read_weights(tmp_path)


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html><title>404</title>", b"version https://git-lfs.github.com"])
def test_what_is_neither_hdf5_nor_archive(content, tmp_path):
    path = tmp_path / "w.h5"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"w\.h5' is no weight file: it is neither HDF5 nor a \.keras archive"):
        read_weights(path)


def test_hdf5_without_weights(tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["images"] = np.zeros((2, 4))
    with pytest.raises(ValueError, match=r"data\.h5' is an HDF5 file, but holds no weights of a Keras model"):
        read_weights(tmp_path / "data.h5")


def test_an_archive_without_weights(tmp_path):
    with zipfile.ZipFile(tmp_path / "notes.keras", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(ValueError, match=r"is an archive, but not of a Keras model: it has no model\.weights\.h5"):
        read_weights(tmp_path / "notes.keras")


@pytest.mark.parametrize("share", [0.02, 0.5, 0.999])
def test_a_file_that_is_cut_off(share, published_like, tmp_path):
    content = published_like.read_bytes()
    path = tmp_path / "cut.h5"
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(OSError, match=r"cut\.h5' is cut off or damaged, get it again"):
        read_weights(path)


def test_an_archive_with_a_damaged_member(var_metric, tmp_path):
    path = tmp_path / "w.keras"
    var_metric.save(path)
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("model.weights.h5").header_offset
    content = bytearray(path.read_bytes())
    content[start + 5_000 : start + 6_000] = bytes(1_000)
    path.write_bytes(content)
    with pytest.raises(OSError, match=r"w\.keras' is cut off or damaged, get it again"):
        read_weights(path)


def test_an_array_that_is_announced_but_not_there(published_like, tmp_path):
    path = tmp_path / "hole.h5"
    path.write_bytes(published_like.read_bytes())
    with h5py.File(path, "a") as file:
        del file["ssr_F_model/delta_s1/bias:0"]
    with pytest.raises(OSError, match=r"hole\.h5' is cut off or damaged"):
        read_weights(path)


def test_an_archive_whose_list_of_members_is_damaged(var_metric, tmp_path):
    path = tmp_path / "w.keras"
    var_metric.save(path)
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes(len(content) - 26) + content[-22:])
    with pytest.raises(OSError, match=r"w\.keras' is cut off or damaged, get it again"):
        read_weights(path)


def link_to_nowhere(file):
    file["layers/other"] = h5py.SoftLink("/nowhere")


def text_for_numbers(file):
    del file["layers/dense/vars/0"]
    file["layers/dense/vars/0"] = "text"


@pytest.mark.parametrize("damage", [link_to_nowhere, text_for_numbers])
def test_a_file_of_keras_3_with_damaged_entries(damage, tmp_path):
    path = tmp_path / "w.weights.h5"
    with h5py.File(path, "w") as file:
        file["layers/dense/vars/0"] = np.zeros(2)
        damage(file)
    with pytest.raises(OSError, match=r"w\.weights\.h5' is cut off or damaged, get it again"):
        read_weights(path)


def test_arrays_of_keras_3_are_named_by_model_and_layer(var_metric, tmp_path):
    var_metric.save_weights(tmp_path / "w.weights.h5")
    arrays = read_weights(tmp_path / "w.weights.h5").arrays
    assert len(arrays) == len(var_metric.weights)
    kernel, bias = var_metric.get_layer("ssr_F_model").get_layer("delta_s2").get_weights()
    np.testing.assert_array_equal(arrays["ssr_F_model/delta_s2/0"], kernel)
    np.testing.assert_array_equal(arrays["ssr_F_model/delta_s2/1"], bias)
    assert "ssr_S_model/feat_S_model/SR_dense/0" in arrays


def test_members_of_a_fusion_are_told_apart(tmp_path):
    fsanet.build_model("fusion_metric", image_size=16).save_weights(tmp_path / "w.weights.h5")
    arrays = read_weights(tmp_path / "w.weights.h5").arrays
    assert {name.split("/")[0] for name in arrays} == {"metric", "var_metric", "noS_metric"}


KERAS_2 = {
    "ssr_G_model": {
        "conv2d_5/kernel": np.arange(6.0).reshape(2, 3),
        "conv2d_5/bias": np.zeros(3),
    },
    "pred_pose": {},
    "caps": {"caps/W": np.ones((3, 2, 2, 1))},
}
KERAS_2_NAMES = ["ssr_G_model/conv2d_5/kernel", "ssr_G_model/conv2d_5/bias", "caps/caps/W"]


@pytest.fixture
def keras_2(tmp_path):
    write_arrays(tmp_path / "keras2.h5", KERAS_2)
    return tmp_path / "keras2.h5"


def test_arrays_of_keras_2_are_named_by_group_and_layer(keras_2):
    file = read_weights(keras_2)
    assert file.layout == "keras2"
    assert list(file.arrays) == KERAS_2_NAMES
    np.testing.assert_array_equal(file.arrays[KERAS_2_NAMES[0]], KERAS_2["ssr_G_model"]["conv2d_5/kernel"])


def test_a_whole_model_has_its_weights_in_a_group(tmp_path, keras_2):
    with h5py.File(keras_2) as source, h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["model_config"] = "{}"
        source.copy(source["/"], file, name="model_weights")
    assert list(read_weights(tmp_path / "model.h5").arrays) == KERAS_2_NAMES


def test_names_of_newer_programs_are_cut_to_layer_and_variable(tmp_path):
    """tf.keras puts the sub-model before the layer."""
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.attrs["layer_names"] = ["ssr_S_model"]
        group = file.create_group("ssr_S_model")
        group.attrs["weight_names"] = ["ssr_S_model/feat_S_model/dense/kernel:0"]
        group["ssr_S_model/feat_S_model/dense/kernel:0"] = np.ones(2)
    assert list(read_weights(tmp_path / "w.h5").arrays) == ["ssr_S_model/dense/kernel"]


def test_long_lists_of_names_are_read_from_their_pieces(tmp_path):
    with h5py.File(tmp_path / "w.h5", "w") as file:
        for number, layer in enumerate(("a", "b")):
            file.attrs[f"layer_names{number}"] = [layer.encode()]
            group = file.create_group(layer)
            group.attrs["weight_names"] = [f"{layer}/bias:0".encode()]
            group[f"{layer}/bias:0"] = np.ones(1)
    assert list(read_weights(tmp_path / "w.h5").arrays) == ["a/a/bias", "b/b/bias"]
