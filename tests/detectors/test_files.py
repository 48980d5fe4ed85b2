"""Detector files: found in pre-trained/detectors, or missed with the remedy."""

import pytest

from fsanet.detectors.files import find_detector_file, read_detector_file
from fsanet.detectors.ssd import VARIANTS
from fsanet.detectors.yunet import MODEL_FILE
from fsanet.weights.pretrained import DETECTOR_FILES


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.delenv("FSANET_MIRROR", raising=False)
    monkeypatch.setenv("FSANET_HOME", str(tmp_path))
    return tmp_path


def test_reads_what_lies_in_place(home):
    (home / "pre-trained" / "detectors").mkdir(parents=True)
    (home / "pre-trained" / "detectors" / "net.onnx").write_bytes(b"net")
    assert find_detector_file("net.onnx") == home / "pre-trained" / "detectors" / "net.onnx"
    assert read_detector_file("net.onnx") == b"net"


def test_reads_a_named_path(home):
    (home / "mine").write_bytes(b"mine")
    assert read_detector_file("net.onnx", home / "mine") == b"mine"


def test_every_name_is_one_that_make_weights_brings():
    names = {MODEL_FILE, *(name for variant in VARIANTS for name in variant[1:])}
    assert {f"detectors/{name}" for name in names} == {file.path for file in DETECTOR_FILES}


def test_missing_file_names_the_remedy(home):
    with pytest.raises(
        FileNotFoundError, match=rf"'net\.onnx' is not in '{home}/pre-trained/detectors': run `make weights`"
    ):
        read_detector_file("net.onnx")


def test_missing_named_path():
    with pytest.raises(FileNotFoundError, match=r"No detector file at '/no/net\.onnx'"):
        read_detector_file("net.onnx", "/no/net.onnx")
