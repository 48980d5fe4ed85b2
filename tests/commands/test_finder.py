from pathlib import Path

import pytest

from fsanet import cli
from fsanet.console import EXIT_ERROR, EXIT_OK, EXIT_PARTIAL
from fsanet.evaluation.finders import table
from fsanet.scenes import bank, fetch_backgrounds, hard
from fsanet.scenes.bank_plan import BankPlan
from fsanet.scenes.ingredients import Ingredients


def test_backgrounds_that_cannot_be_had_are_named(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(fetch_backgrounds, "fetch_backgrounds", lambda folder: ["box: 'npm' is not on this machine"])
    assert cli.main(["finder", "backgrounds", "--out", str(tmp_path)]) == EXIT_PARTIAL
    assert "missing: box: 'npm' is not on this machine" in capsys.readouterr().err
    monkeypatch.setattr(fetch_backgrounds, "fetch_backgrounds", lambda folder: [])
    assert cli.main(["finder", "backgrounds", "--out", str(tmp_path)]) == EXIT_OK


def test_a_bank_is_what_was_asked_for(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(bank, "write_bank", lambda *given: asked.append(given[:2]))
    options = ["--bank", str(tmp_path), "--faces", "300", "--others", "100", "--split", "test"]
    assert cli.main(["finder", "bank", *options]) == EXIT_OK
    assert asked == [(tmp_path, BankPlan("test", 300, 100, 0))]


@pytest.mark.parametrize(("faces", "sentence"), [("150", "whole shards of 100"), ("0", "at least one")])
def test_odd_sizes_are_one_sentence(tmp_path, capsys, faces, sentence):
    assert cli.main(["finder", "bank", "--bank", str(tmp_path), "--faces", faces]) == EXIT_ERROR
    assert sentence in capsys.readouterr().err


def test_measures_are_of_what_was_named(monkeypatch, tmp_path, capsys):
    seen = []
    monkeypatch.setattr(table, "finder_table", lambda *given: seen.append(given) or "| table |")
    assert cli.main(["finder", "test", "--detector", "lbp", "--nothing", str(tmp_path), "--scenes", "5"]) == EXIT_OK
    [(detectors, sources)] = seen
    assert detectors == ["lbp"]
    assert (sources.nothing, sources.scenes, sources.aflw2000, sources.wider) == (tmp_path, 5, None, None)
    assert "| table |" in capsys.readouterr().out


def test_wider_face_is_measured_on_where_it_is_given(monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr(table, "finder_table", lambda *given: seen.append(given) or "| table |")
    assert cli.main(["finder", "test", "--wider", str(tmp_path)]) == EXIT_OK
    assert seen[0][1].wider == tmp_path


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--model", "owl"], "Unknown finder 'owl'; choose one of: scout, retinaface_mnet025, retinaface_resnet50"),
        (["--model", "retinaface_mnet025", "--pose-weight", "-1"], "pose_weight is at least 0, not -1.0"),
    ],
)
def test_networks_that_cannot_be_trained_are_one_sentence(tmp_path, capsys, options, sentence):
    assert cli.main(["finder", "train", "--out", str(tmp_path), *options]) == EXIT_ERROR
    assert sentence in capsys.readouterr().err


def test_hard_scenes_are_searched_with_what_was_given(monkeypatch, tmp_path, capsys):
    seen = []
    monkeypatch.setattr(hard, "write_hard", lambda folder, plan, **_: seen.append((folder, plan)) or 7)
    options = ["--bank", "b", "--backgrounds", "g", "--scenes", "50", "--seed", "3", "--out", str(tmp_path)]
    assert cli.main(["finder", "hard", *options]) == EXIT_OK
    assert seen == [(tmp_path, hard.HardPlan(Ingredients(Path("b"), Path("g")), scenes=50, seed=3))]
    assert f"7 of 50 scenes in {tmp_path}" in capsys.readouterr().out
