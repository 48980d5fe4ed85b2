"""Sides take turns, ratios are those of the medians, and a peer that is not there is named."""

from contextlib import contextmanager

import pytest

from fsanet.benchmarks.speed import engines, exports
from fsanet.benchmarks.speed import sides as module
from fsanet.benchmarks.speed.measurement import Effort
from fsanet.benchmarks.speed.sides import BATCHES, Side, in_turn

MILLISECONDS = {"onnx": 2.0, "keras": 20.0, "original": 10.0, "litert": 1.0}


@pytest.fixture
def calls(monkeypatch):
    """What was run, in order; every side takes the milliseconds of its kind for a crop."""
    made = []

    def process(function, *arguments):
        made.append((function.__name__, *arguments))
        side = arguments[0]
        answers = {
            "peak_gflops": lambda: 100.0,
            "side_mflop": lambda: 50.0,
            "side_ms": lambda: MILLISECONDS[side.kind] * arguments[1],
        }
        return answers[function.__name__]()

    class Own:
        __call__ = staticmethod(process)
        __enter__ = lambda self: self  # noqa: E731
        __exit__ = lambda *_: None  # noqa: E731

    @contextmanager
    def own_processes(number):
        yield [Own()] * number

    monkeypatch.setattr(engines, "OwnProcess", Own)
    monkeypatch.setattr(module, "OwnProcess", Own)
    monkeypatch.setattr(module, "own_processes", own_processes)
    return made


def test_sides_and_peak_take_turns(calls):
    sides = [Side("onnx", "var_capsule"), Side("keras", "var_capsule")]
    _, samples = in_turn(sides, Effort(rounds=3, seconds=0.5))
    opened, timed = calls[:2], calls[2:]
    assert [call[1] for call in opened] == sides
    turn = [("peak_gflops", 0.5), *(("side_ms", side, batch, 0.5) for side in sides for batch in BATCHES)]
    assert timed == turn * 3
    assert samples[sides[1], 8] == (160.0, 160.0, 160.0)


def test_figures_of_a_row(calls, monkeypatch):
    monkeypatch.setattr(engines, "original_graphs", lambda model: [])
    section = engines.run(Effort(rounds=2))
    rows = {row.name: row for row in section.rows}
    row = rows["fusion_capsule, ONNX Runtime, batch 8"]
    assert row.median == 16.0
    assert row.more == {
        "faces/s": 500.0,
        "times the original": 5.0,
        "MFLOP a face": 50.0,
        "% of the matrix product": 25.0,  # 500 faces/s of 50 MFLOP are 25 of 100 GFLOP/s
    }
    assert rows["var_capsule, original's frozen graphs, batch 64"].more["times the original"] == 1.0
    assert len(rows) == 2 * 3 * 3 + 1
    assert not section.left_out


def test_without_the_original_it_is_said_and_the_rest_is_measured(calls, monkeypatch):
    monkeypatch.delenv("FSANET_MIRROR", raising=False)
    section = engines.run(Effort(rounds=1))
    assert section.left_out == [
        "The original's frozen graphs: FSANET_MIRROR is not set: set it to a clone of the original repository, which "
        "has the frozen graphs in pre-trained/converted-models/tf."
    ]
    assert len(section.rows) == 2 * 2 * 3 + 1
    assert all("times the original" not in row.more for row in section.rows)


def test_exports_beside_the_bundled_model(calls, tmp_path):
    for name in ("fusion_capsule_a_int8.tflite", "var_capsule_a.tflite", "fusion_capsule_a.pb"):
        (tmp_path / name).touch()
    section = exports.run(Effort(rounds=1, exports=tmp_path))
    rows = {row.name: row for row in section.rows}
    assert rows["fusion_capsule_a_int8.tflite, batch 64"].more == {"faces/s": 1000.0, "times the bundled": 2.0}
    assert len(rows) == 2 * 3 + 1
    assert not section.left_out


def test_no_exports_say_how_to_make_one(calls, tmp_path):
    section = exports.run(Effort(rounds=1, exports=tmp_path))
    assert "make export FORMAT=tflite QUANTIZE=int8" in section.left_out[0]
    assert len(section.rows) == 3 + 1
