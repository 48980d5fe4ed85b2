"""The `weights` verb: exit codes, what it says, the catalogue."""

import hashlib

import pytest

from fsanet.cli import main
from fsanet.commands import weights as module
from fsanet.console import EXIT_ERROR, EXIT_OK, EXIT_PARTIAL
from fsanet.weights.pretrained import PretrainedFile

CONTENTS = {"BIWI_models/a/a.h5": b"a" * 3000, "detectors/net.onnx": b"n" * 5000}


@pytest.fixture
def mirror_folder(tmp_path, monkeypatch):
    """A folder with the two files that the catalogue now has."""
    files = [
        PretrainedFile(path, len(data), hashlib.sha256(data).hexdigest(), "", "free") for path, data in CONTENTS.items()
    ]
    monkeypatch.setattr(module, "chosen_files", lambda _: files)
    monkeypatch.setenv("FSANET_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FSANET_MIRROR", raising=False)
    for path, data in CONTENTS.items():
        (tmp_path / "mirror" / path).parent.mkdir(parents=True)
        (tmp_path / "mirror" / path).write_bytes(data)
    return tmp_path / "mirror"


def test_some_all_or_none_of_the_files(mirror_folder, tmp_path, capsys):
    assert main(["weights", "--from", str(tmp_path)]) == EXIT_ERROR
    assert "error: 2 of 2 files are missing: run this again, or name a mirror" in capsys.readouterr().err
    (mirror_folder / "detectors/net.onnx").rename(tmp_path / "away")
    assert main(["weights", "--from", str(mirror_folder), "--quiet"]) == EXIT_PARTIAL
    (tmp_path / "away").rename(mirror_folder / "detectors/net.onnx")
    assert main(["weights", "--from", str(mirror_folder)]) == EXIT_OK
    assert f"to {tmp_path}/home/pre-trained\n" in capsys.readouterr().err


def test_a_source_that_is_none_is_one_sentence(mirror_folder, capsys):
    assert main(["weights", "--from", "/no/such", "--quiet"]) == EXIT_ERROR
    assert capsys.readouterr().err.startswith("error: '/no/such' is no source of files")


def test_the_catalogue_is_listed(capsys):
    assert main(["weights", "--list", "--only", "*yunet*"]) == EXIT_OK
    assert len(capsys.readouterr().out.splitlines()) == 3
