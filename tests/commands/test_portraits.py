import hashlib
import json

import pytest

from fsanet.cli import main
from fsanet.commands import portraits


@pytest.fixture
def collections(tmp_path, monkeypatch):
    """A list of two photographs, and a folder that holds them."""
    home, rows = tmp_path / "home" / "some", []
    home.mkdir(parents=True)
    for name in ("1.jpg", "2.jpg"):
        (home / name).write_bytes(name.encode())
        rows.append([name, len(name), hashlib.sha256(name.encode()).hexdigest()])
    listed = {"folder": "some", "home": "http://nowhere.invalid", "licence": "CC0 1.0", "files": rows}
    monkeypatch.setattr(portraits, "LIST", tmp_path / "list.json")
    portraits.LIST.write_text(json.dumps({"collections": [listed]}), encoding="utf-8")
    return home.parent


def test_photographs_come_checked_with_their_licence(collections, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["portraits", "--from", str(collections), "--out", str(out), "--quiet"]) == 0
    assert "2 photographs, CC0 1.0" in capsys.readouterr().out
    assert sorted(file.name for file in (out / "some").iterdir()) == ["1.jpg", "2.jpg"]


def test_a_changed_photograph_is_not_taken(collections, tmp_path, capsys):
    (collections / "some" / "2.jpg").write_bytes(b"other")
    assert main(["portraits", "--from", str(collections), "--out", str(tmp_path / "out"), "--quiet"]) == 3
    assert "1 of 2 photographs are missing" in capsys.readouterr().err
    assert not (tmp_path / "out" / "some" / "2.jpg").exists()


def test_none_there_is_an_error(collections, tmp_path, capsys):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main(["portraits", "--from", str(empty), "--out", str(tmp_path / "out"), "--quiet"]) == 1
    assert "2 of 2 photographs are missing" in capsys.readouterr().err


def test_the_list_names_every_photograph_once():
    files = portraits.photograph_files()
    assert len({file.path for file in files}) == len(files) == 979
    assert all(len(file.sha256) == 64 and file.url.startswith("https://") for file in files)
