import math
import os
import sys

import pytest

from fsanet.benchmarks.own_process import OwnProcess, own_peak_mb, own_processes, run_command_once


def test_functions_run_elsewhere_and_always_in_the_same_process():
    with own_processes(2) as (one, other):
        assert len({os.getpid(), one(os.getpid), other(os.getpid)}) == 3
        assert one(os.getpid) == one(os.getpid)


def test_an_error_comes_back():
    with OwnProcess() as process, pytest.raises(ValueError, match=r"math domain|nonnegative"):
        process(math.sqrt, -1.0)


def test_what_a_command_takes():
    with OwnProcess() as process:
        little = process(run_command_once, [sys.executable, "-c", "pass"])
        much = process(run_command_once, [sys.executable, "-c", "len(b'x' * 200_000_000)"])
    assert little.seconds > 0
    assert little.peak_mb < 200 < much.peak_mb < 400


def test_a_command_that_fails_says_why():
    with pytest.raises(ValueError, match="ended with 3: no photo"):
        run_command_once([sys.executable, "-c", "import sys; print('no photo', file=sys.stderr); sys.exit(3)"])


def test_the_peak_never_falls():
    before = own_peak_mb()
    block = b"x" * 300_000_000
    after = own_peak_mb()
    del block
    assert after >= max(before, 300)
    assert own_peak_mb() >= after
