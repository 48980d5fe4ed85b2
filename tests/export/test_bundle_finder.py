"""Weights of a finder in the repository: all files or none, and what they say of themselves."""

from types import SimpleNamespace

import keras
import onnxruntime
import pytest

from fsanet import locations
from fsanet.errors import InputError
from fsanet.export import finder_file
from fsanet.export.bundle_finder import bundle_finder, main
from fsanet.models.single_stage import table


def test_weights_of_another_network_are_refused(small_finder, tmp_path, monkeypatch):
    small_finder.save_weights(tmp_path / "small.weights.h5")
    other = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(7, 5)])
    monkeypatch.setattr(table, "get_finder", lambda name: SimpleNamespace(build=lambda: other))
    with pytest.raises(InputError, match="does not hold the weights of 'scout'"):
        bundle_finder("scout", tmp_path / "small.weights.h5", tmp_path / "kept.h5", tmp_path / "small.onnx", [])


def test_both_files_or_none(small_finder, noise_pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(table, "get_finder", lambda name: SimpleNamespace(build=lambda: small_finder))
    small_finder.save_weights(tmp_path / "w.weights.h5")
    monkeypatch.setattr(finder_file, "_MOST_APART", -1.0)
    with pytest.raises(InputError, match="In int8 the scores of faces differ"):
        bundle_finder("scout", tmp_path / "w.weights.h5", tmp_path / "kept.h5", tmp_path / "scout.onnx", noise_pictures)
    assert [file.name for file in tmp_path.iterdir()] == ["w.weights.h5"]


def test_what_a_file_says_of_itself(small_finder, noise_pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(table, "get_finder", lambda name: SimpleNamespace(build=lambda: small_finder))
    small_finder.save_weights(tmp_path / "w.weights.h5")
    kept, onnx_file = tmp_path / "kept" / "scout.weights.h5", tmp_path / "scout.onnx"
    row = bundle_finder("scout", tmp_path / "w.weights.h5", kept, onnx_file, noise_pictures)
    assert kept.read_bytes() == (tmp_path / "w.weights.h5").read_bytes()
    for file in (onnx_file, tmp_path / "scout_int8.onnx"):
        said = onnxruntime.InferenceSession(str(file)).get_modelmeta().custom_metadata_map
        assert said["model"] == "scout"
    assert row == f'{kept.stat().st_size}, "{said["weights_sha256"]}"'


def test_without_a_clone_nothing_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(locations, "_CHECKOUT", tmp_path / "nowhere")
    assert main(["scout.weights.h5", "--calibrate", "."]) == 1
    assert "This needs the pictures or folders of a clone of the repository" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_weights_that_are_not_there_are_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path / "none.h5"), "--calibrate", str(tmp_path)]) == 1
    assert "fsanet finder train" in capsys.readouterr().err
