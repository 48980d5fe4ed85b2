"""Detectors' files, found in pre-trained/detectors or missed with the remedy, and one instance a thread."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fsanet.detectors.loading import PerThread, find_detector_file, read_detector_file
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


def test_each_thread_has_its_own_and_keeps_it():
    things = PerThread(object)
    barrier = threading.Barrier(4)

    def two(_):
        barrier.wait(timeout=10)  # so that four threads take part
        return things.get(), things.get()

    with ThreadPoolExecutor(4) as pool:
        pairs = list(pool.map(two, range(4)))
    assert all(first is second for first, second in pairs)
    assert len({id(first) for first, _ in pairs} | {id(things.get())}) == 5


def test_errors_show_at_construction():
    def broken():
        raise ValueError("no model")

    with pytest.raises(ValueError, match="no model"):
        PerThread(broken)
