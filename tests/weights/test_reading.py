"""Files of every kind, whole and broken."""

import zipfile

import h5py
import numpy as np
import pytest

from fsanet.weights.reading import read_weights


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
