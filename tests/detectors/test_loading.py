"""Detectors' files, found in pre-trained/detectors or missed with the remedy, and one instance a thread."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fsanet.detectors import loading
from fsanet.detectors.loading import Network, PerThread, find_detector_file, read_detector_file
from fsanet.detectors.ssd import VARIANTS
from fsanet.detectors.yunet import MODEL_FILE
from fsanet.sessions import Calls
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


class Session:
    """Stands in for ONNX Runtime's: says how many threads it has, and waits where it is told to."""

    def __init__(self, threads):
        self.threads, self.wait = threads, lambda: None

    def get_inputs(self):
        return [type("Value", (), {"name": "image"})]

    get_outputs = get_inputs

    def run(self, _, feed):
        self.wait()
        return [feed["image"], self.threads]


@pytest.fixture
def opened(monkeypatch):
    sessions = []
    monkeypatch.setattr(loading, "CALLS", Calls())

    def open_session(_, threads):
        sessions.append(Session(threads))
        return sessions[-1]

    monkeypatch.setattr(loading, "open_session", open_session)
    return sessions


def test_a_call_alone_has_all_cores_and_two_at_once_share_them(home, opened, monkeypatch):
    (home / "net.onnx").touch()
    network, image = Network(home / "net.onnx", threads=4), np.zeros(3)
    assert network(image)[1] == 4
    opened[0].wait = lambda: beside.append(network(image)[1]) if not beside else None
    beside = []
    assert network(image)[1] == 4
    assert beside == [1]
    monkeypatch.setattr(loading, "CALLS", Calls())  # a moment later
    assert network(image)[1] == 4
    assert [session.threads for session in opened] == [4, 1]


def test_one_core_needs_one_session(home, opened):
    (home / "net.onnx").touch()
    network = Network(home / "net.onnx", threads=1)
    ways = iter([lambda: beside.append(network(np.zeros(3))[1]), lambda: None])
    opened[0].wait = lambda: next(ways)()
    beside = []
    assert network(np.zeros(3))[1] == 1
    assert beside == [1]
    assert len(opened) == 1


def test_a_call_that_fails_leaves_the_cores_to_the_next(home, opened):
    (home / "net.onnx").touch()
    network = Network(home / "net.onnx", threads=4)

    def fail():
        raise RuntimeError("broken")

    opened[0].wait = fail
    with pytest.raises(RuntimeError, match="broken"):
        network(np.zeros(3))
    opened[0].wait = lambda: None
    assert network(np.zeros(3))[1] == 4
