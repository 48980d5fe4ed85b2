"""How sessions of ONNX Runtime are set up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fsanet import sessions
from fsanet.errors import InputError
from fsanet.sessions import Calls, SessionPair, onnx_runtime_reads, session_options


def test_threads_spin_within_calls_only():
    options = session_options(2)
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (2, 1)
    assert options.get_session_config_entry("session.force_spinning_stop") == "1"
    assert int(options.get_session_config_entry("session.intra_op.spin_duration_us")) <= 1000


def test_calls_that_met_a_moment_ago_are_not_alone(monkeypatch):
    calls, now_s = Calls(), 100.0
    monkeypatch.setattr(sessions.time, "monotonic", lambda: now_s)
    with calls.one_more() as first, calls.one_more() as second:
        assert (first, second) == (True, False)
    now_s += 0.4
    with calls.one_more() as alone:
        assert not alone
    now_s += 0.2
    with calls.one_more() as alone:
        assert alone
    with calls.one_more() as alone:
        assert alone


def test_the_second_of_a_pair_is_opened_when_it_is_asked_for():
    opened = []
    pair = SessionPair(lambda threads: opened.append(threads) or object(), 3)
    assert (opened, pair.has_single) == ([3], False)
    assert pair.single() is pair.single() is not pair.together
    assert (opened, pair.has_single) == ([3, 1], True)


def test_a_pair_of_one_thread_is_one_session():
    opened = []
    pair = SessionPair(lambda threads: opened.append(threads) or object(), 1)
    assert pair.has_single
    assert pair.single() is pair.together
    assert opened == [1]


def test_what_onnx_runtime_cannot_read_is_told_in_a_sentence():
    with (
        pytest.raises(InputError, match=r"^ONNX Runtime cannot read 'net\.onnx': no graph$"),
        onnx_runtime_reads(Path("net.onnx")),
    ):
        raise RuntimeError("no graph")


def test_a_ctrl_c_behind_an_error_of_onnx_runtime_stays_one():
    error = SystemError("returned with an exception set")
    error.__context__ = ImportError("initialization failed")
    error.__context__.__cause__ = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt), onnx_runtime_reads(Path("net.onnx")):
        raise error


ESTIMATE = """
import sys, cv2
from fsanet import HeadPoseEstimator
print(len(HeadPoseEstimator()(cv2.imread(sys.argv[1]))))
"""


def test_onnx_runtime_keeps_no_report_of_what_it_is_used_on(repository, tmp_path):
    places = {
        name: str(tmp_path) for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    }
    picture = str(repository / "demo" / "assets" / "group.jpg")
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"} | places
    command = [sys.executable, "-c", ESTIMATE, picture]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["6"]
    assert list(tmp_path.rglob("*")) == []
