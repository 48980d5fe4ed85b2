"""The check of a graphics card: the same code on the CPU, what it refuses, and the sentence where there is no card."""

import pytest

from fsanet.benchmarks.speed import gpu
from fsanet.benchmarks.speed.gpu import MOST_DEG, NO_CARD, MissingDeviceError, Outcome, measure, rows_of
from fsanet.benchmarks.speed.measurement import Effort
from fsanet.cli import main

LIGHT = Effort(rounds=1, seconds=0.0)
OUTCOME = Outcome(2e-4, {1: 0.5, 64: 4.0}, {"float32": 2000.0}, 900.0)


@pytest.fixture
def no_card(monkeypatch):
    monkeypatch.setattr(gpu.shutil, "which", lambda _: None)


def test_without_a_card_there_is_a_sentence_and_no_error(no_card, tmp_path, capsys):
    assert main(["bench", "--only", "gpu", "--out", str(tmp_path)]) == 0
    assert NO_CARD in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["gpu.json"]


def test_figures_of_a_side():
    rows = {row.name: row for row in rows_of("jax", OUTCOME)}
    assert rows["jax, 64 faces"].more == {"faces/s": 16000.0}
    assert {name: (row.median, row.unit) for name, row in rows.items()} == {
        "jax, 1 faces": (0.5, "ms"),
        "jax, 64 faces": (4.0, "ms"),
        "jax, training in float32": (2000.0, "images/s"),
        "jax, memory": (900.0, "MB"),
        "jax, largest difference": (2e-4, "degrees"),
    }


@pytest.mark.parametrize("difference", [2 * MOST_DEG, float("nan")])
def test_other_angles_are_an_error(difference):
    with pytest.raises(ValueError, match=r"jax differs from the CPU by .* degrees, more than 0.001"):
        rows_of("jax", OUTCOME._replace(difference_deg=difference))


def test_sides_that_are_missing_or_see_no_card_are_named(monkeypatch):
    class Own:
        __enter__ = lambda self: self  # noqa: E731
        __exit__ = lambda *_: None  # noqa: E731

        def __call__(self, function, side, device, effort):
            assert (function, device, effort) == (measure, "cpu", LIGHT)
            if side == "tensorflow":
                raise MissingDeviceError("this build does not see the graphics card.")
            return OUTCOME

    monkeypatch.setattr(gpu, "OwnProcess", Own)
    monkeypatch.setattr(gpu, "find_spec", lambda name: None if name == "torch" else name)
    section = gpu.run(LIGHT, device="cpu")
    assert section.left_out == ["tensorflow: this build does not see the graphics card.", "torch: not installed."]
    assert [row.name for row in section.rows if row.unit == "degrees"] == [
        "jax, largest difference",
        "onnxruntime, largest difference",
    ]


def test_onnx_runtime_on_the_cpu(monkeypatch):
    monkeypatch.setattr(gpu, "_SETTINGS", {})
    monkeypatch.setattr(gpu, "FACES", (1, 64))
    outcome = measure("onnxruntime", "cpu", LIGHT)
    assert outcome.difference_deg <= MOST_DEG
    assert set(outcome.ms) == {1, 64}
    assert outcome.ms[1] < outcome.ms[64]
    assert outcome.images_per_second == {}


def test_a_library_that_sees_no_card_is_told(monkeypatch):
    monkeypatch.setattr(gpu, "_SETTINGS", {})
    monkeypatch.setitem(gpu._SEES_CARD, "onnxruntime", lambda: False)
    with pytest.raises(MissingDeviceError, match="does not see the graphics card"):
        measure("onnxruntime", "gpu", LIGHT)


@pytest.mark.slow
def test_keras_on_the_cpu(monkeypatch):
    """Both trainings included; networks and batches are small here."""
    import keras

    monkeypatch.setattr(gpu, "_SETTINGS", {})
    monkeypatch.setattr(gpu, "MODEL", "capsule")
    monkeypatch.setattr(gpu, "TRAINED", "ssrnet_ori_mt")
    monkeypatch.setattr(gpu, "_BATCH", 4)
    monkeypatch.setattr(gpu, "FACES", (1, 8))
    monkeypatch.setattr("fsanet.benchmarks.speed.training._TURN_IMAGES", 8)
    outcome = measure(keras.backend.backend(), "cpu", LIGHT)
    assert outcome.difference_deg <= MOST_DEG
    assert set(outcome.ms) == {1, 8}
    assert outcome.images_per_second.keys() == {"float32", "mixed_bfloat16"}
    assert min(outcome.images_per_second.values()) > 0
