"""What `make fuzz` makes of inputs, and that it tells a sentence from a traceback, a crash and a hang."""

import cv2
import numpy as np
import pytest

from fsanet.benchmarks import fuzz
from fsanet.errors import InputError

JPEG = cv2.imencode(".jpg", np.full((32, 32, 3), 90, np.uint8))[1].tobytes()


def test_mutations_are_made_again_by_their_seed():
    first, again, other = (fuzz.mutated(JPEG, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert first == again != other
    changed = sum(fuzz.mutated(JPEG, np.random.default_rng(seed)) != JPEG for seed in range(50))
    assert changed > 45


@pytest.mark.parametrize("data", [b"", b"x"])
def test_next_to_nothing_can_be_mutated(data):
    assert fuzz.mutated(data, np.random.default_rng(0)) == data


def test_outcomes(tmp_path, monkeypatch):
    (tmp_path / "a.jpg").write_bytes(JPEG)
    (tmp_path / "b.jpg").write_bytes(JPEG[:-20])
    assert fuzz.outcome_of(tmp_path / "a.jpg") == ("read", "")
    assert fuzz.outcome_of(tmp_path / "b.jpg")[0] == "one sentence"

    def bug(path):
        raise KeyError("ours")

    def two_lines(path):
        raise InputError("one\ntwo")

    for reader in (bug, two_lines):
        monkeypatch.setitem(fuzz.READERS, ".jpg", reader)
        assert fuzz.outcome_of(tmp_path / "a.jpg")[0] == "traceback"


class _Context:
    """A context whose "processes" are threads of this one, to watch what is made of their answers."""

    def __init__(self, answers):
        self.answers = answers

    def Pipe(self):  # noqa: N802 (multiprocessing's name)
        return self, self

    def Process(self, **settings):  # noqa: N802
        return self

    exitcode = -11

    def start(self):
        pass

    def join(self, timeout=None):
        pass

    kill = close = start

    def poll(self, seconds):
        return self.answers[0] != "silence"

    def recv(self):
        answer = self.answers.pop(0)
        if answer == "death":
            raise EOFError
        return answer


def test_a_process_that_dies_or_hangs_costs_one_input(tmp_path):
    context = _Context([("read", ""), "death", ("one sentence", "x"), ("read", "")])
    seen = [(task, outcome) for task, outcome, _ in fuzz._in_a_process(context, [1, 2, 3, 4], tmp_path)]
    assert seen == [(1, "read"), (2, "crash"), (3, "one sentence"), (4, "read")]
    context = _Context(["silence"])
    assert [outcome for _, outcome, _ in fuzz._in_a_process(context, [1], tmp_path)] == ["hang"]


def test_files_that_nothing_reads_are_no_seeds(tmp_path, capsys):
    (tmp_path / "a.txt").touch()
    assert fuzz.main([str(tmp_path)]) == 1
    assert "None of the seeds is a file that can be mutated" in capsys.readouterr().err


@pytest.mark.slow
def test_a_short_run_finds_nothing(tmp_path):
    (tmp_path / "a.jpg").write_bytes(JPEG)
    assert fuzz.main([str(tmp_path / "a.jpg"), "--minutes", "0.01", "--keep", str(tmp_path / "found")]) == 0
    assert not (tmp_path / "found").exists()
