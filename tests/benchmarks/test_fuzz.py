"""What `make fuzz` makes of inputs, and that it tells a sentence from a traceback, a crash and a hang."""

import io
import zipfile
import zlib
from itertools import islice

import cv2
import numpy as np
import pytest

from fsanet.benchmarks.fuzz import __main__ as command
from fsanet.benchmarks.fuzz import mutations, readers
from fsanet.benchmarks.fuzz.mutations import mutated
from fsanet.benchmarks.fuzz.process import Answer, Task, read_in_a_process
from fsanet.benchmarks.fuzz.seeds import seeds_by_kind
from fsanet.errors import InputError

JPEG, PNG = (cv2.imencode(suffix, np.full((32, 32, 3), 90, np.uint8))[1].tobytes() for suffix in (".jpg", ".png"))


def test_mutations_are_made_again_by_their_seed():
    first, again, other = (mutated(JPEG, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert first == again != other
    changed = sum(mutated(JPEG, np.random.default_rng(seed)) != JPEG for seed in range(50))
    assert changed > 45


@pytest.mark.parametrize("data", [b"", b"x"])
def test_next_to_nothing_can_be_mutated(data):
    assert mutated(data, np.random.default_rng(0)) == data


def test_the_inside_of_a_picture_is_damaged_under_right_checksums():
    made = [mutations._inside_png(PNG, np.random.default_rng(seed)) for seed in range(60)]
    assert all(checksums_are_right(data) for data in made)
    assert sum(data != PNG for data in made) > 30


def checksums_are_right(data):
    """Whether each chunk of a PNG ends with its own checksum."""
    position = 8
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        end = position + 8 + length
        if zlib.crc32(data[position + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            return False
        position = end + 4
    return True


def test_the_inside_of_an_npz_is_damaged_under_right_checksums():
    whole = io.BytesIO()
    np.savez(whole, image=np.zeros((2, 8, 8, 3), np.uint8), pose=np.zeros((2, 3)))
    made = [mutations._inside_npz(whole.getvalue(), np.random.default_rng(seed)) for seed in range(60)]
    assert all(zipfile.ZipFile(io.BytesIO(data)).testzip() is None for data in made)
    assert len(set(made)) > 40


def test_the_inside_is_damaged_more_often_than_not():
    made = [mutations.damaged(PNG, ".png", PNG, np.random.default_rng(seed)) for seed in range(100)]
    assert sum(map(checksums_are_right, made)) > 45
    assert made[0] == mutations.damaged(PNG, ".png", PNG, np.random.default_rng(0))


def test_outcomes(tmp_path, monkeypatch):
    (tmp_path / "a.jpg").write_bytes(JPEG)
    (tmp_path / "b.jpg").write_bytes(JPEG[:-20])
    assert readers.outcome_of(tmp_path / "a.jpg") == ("read", "")
    assert readers.outcome_of(tmp_path / "b.jpg")[0] == "one sentence"

    def bug(path):
        raise KeyError("ours")

    def two_lines(path):
        raise OSError("one\ntwo")

    def sentence(path):
        raise InputError("one")

    for reader, outcome in ((bug, "traceback"), (two_lines, "traceback"), (sentence, "one sentence")):
        monkeypatch.setitem(readers.READERS, ".jpg", ("pictures", reader))
        assert readers.outcome_of(tmp_path / "a.jpg")[0] == outcome


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
    context = _Context([Answer("read", ""), "death", Answer("one sentence", "x"), Answer("read", "")])
    seen = [(task, answer.outcome) for task, answer in read_in_a_process(context, [1, 2, 3, 4], tmp_path)]
    assert seen == [(1, "read"), (2, "crash"), (3, "one sentence"), (4, "read")]
    context = _Context(["silence"])
    assert [answer.outcome for _, answer in read_in_a_process(context, [1], tmp_path)] == ["hang"]


def test_every_kind_has_its_turn_and_no_input_comes_twice(tmp_path):
    seeds = {"a": [tmp_path / "1", tmp_path / "2"], "weights": [tmp_path / "3"]}
    turns = list(islice(command.tasks_of(seeds, 7), 4))
    assert [kind for kind, _ in turns] == ["a", "weights", "a", "weights"]
    assert [len(tasks) for _, tasks in turns] == [200, 50, 200, 50]
    assert len({(task.file, task.seed) for _, tasks in turns for task in tasks}) == 500
    assert {(task.file, task.other) for task in turns[0][1]} >= {(seeds["a"][0], seeds["a"][1])}


def test_files_that_nothing_reads_are_no_seeds(tmp_path):
    (tmp_path / "a.txt").touch()
    with pytest.raises(InputError, match="holds no file that can be mutated"):
        seeds_by_kind([tmp_path])


def test_findings_are_kept_and_counted(tmp_path, monkeypatch):
    (tmp_path / "a.jpg").write_bytes(JPEG)
    task = Task(tmp_path / "a.jpg", tmp_path / "a.jpg", 3)
    answers = [Answer("read", "", 5.0), Answer("traceback", "KeyError: ours", 7.0)]
    monkeypatch.setattr(command, "read_in_a_process", lambda *_: iter([(task, answer) for answer in answers]))
    table = command._run(iter([("pictures", [task, task])]), 2, 60, tmp_path, tmp_path / "kept")
    assert command._as_text(table).splitlines()[-1] == "| all | 2 | 1 | 0 | 1 | 0 | 0 | 7 MB |"
    assert (tmp_path / "kept" / "traceback_3_a.jpg").read_bytes() == task.data()
    assert "KeyError: ours" in (tmp_path / "kept" / "traceback_3_a.jpg.txt").read_text()


@pytest.mark.slow
def test_a_short_run_of_a_kind_finds_nothing(tmp_path):
    (tmp_path / "a.jpg").write_bytes(JPEG)
    seeds = seeds_by_kind([tmp_path])
    table = command._run(command.tasks_of(seeds, 0), 30, 60, tmp_path, tmp_path / "found")
    assert table["pictures"][0].total() == 30
    assert not (tmp_path / "found").exists()
