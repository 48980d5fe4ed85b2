"""The table says by which share of themselves losses differ, at most over so many first steps."""

import numpy as np

from fsanet.benchmarks import two_processes
from fsanet.console import EXIT_OK


def test_the_furthest_difference_so_far_is_printed(monkeypatch, capsys):
    one = np.full(10, 2.0)
    rounded, two = one.copy(), one.copy()
    rounded[3] += 2e-4
    two[[0, 7]] -= (2e-6, 4e-2)
    monkeypatch.setattr("fsanet.training.learner.limit_threads", lambda threads: None)
    monkeypatch.setattr(two_processes, "_losses_of_three", lambda settings, steps, rate: [one, rounded, two])
    assert two_processes.main(["--set", "heads.npz", "--steps", "10"]) == EXIT_OK
    first, *_ = capsys.readouterr().out.split("no augmentation")
    lines = [line.split() for line in first.splitlines()[1:]]
    assert lines == [
        ["steps", "1", "5", "10"],
        ["rounded", "0e+00", "1e-04", "1e-04"],
        ["two", "1e-06", "1e-06", "2e-02"],
    ]
