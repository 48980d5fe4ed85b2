import pytest

from fsanet.commands import scenes
from fsanet.console import EXIT_OK, EXIT_PARTIAL


def test_backgrounds_that_cannot_be_had_are_named(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(scenes, "fetch_photographs", lambda folder: ["box: 'npm' is not on this machine"])
    assert scenes.main(["backgrounds", str(tmp_path)]) == EXIT_PARTIAL
    assert "missing: box: 'npm' is not on this machine" in capsys.readouterr().err
    monkeypatch.setattr(scenes, "fetch_photographs", lambda folder: [])
    assert scenes.main(["backgrounds", str(tmp_path)]) == EXIT_OK


def test_a_bank_is_what_was_asked_for(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(scenes, "write_bank", lambda *given: asked.append(given))
    assert scenes.main(["bank", str(tmp_path), "--faces", "300", "--others", "100", "--split", "test"]) == EXIT_OK
    assert asked == [(tmp_path, scenes.BankPlan("test", 300, 100, 0), None)]


@pytest.mark.parametrize(("faces", "sentence"), [("150", "whole shards of 100"), ("0", "at least one")])
def test_odd_sizes_are_one_sentence(tmp_path, capsys, faces, sentence):
    assert scenes.main(["bank", str(tmp_path), "--faces", faces]) == 1
    assert sentence in capsys.readouterr().err
