"""Resumable pieces of work: what is missing, and what is kept and said when it breaks off."""

import pickle
from pathlib import Path

import pytest

from fsanet.datasets.parts import (
    Parts,
    json_sha256,
    kept_for_the_next_run,
    refuse_other_settings,
    require_writable,
    sole_writer,
)
from fsanet.errors import InputError


def test_pieces_are_missing_until_they_are_written(tmp_path):
    parts = Parts(tmp_path / "x.json", 3, {"a": 1}, ".json")
    parts[1].write_text("done")
    assert parts.missing() == [0, 2]
    assert Parts(tmp_path / "x.json", 3, {"a": 1}, ".json").missing() == [0, 2]


def test_another_plan_throws_them_away(tmp_path):
    Parts(tmp_path / "x.json", 3, {"a": 1}, ".json")[1].write_text("done")
    assert Parts(tmp_path / "x.json", 3, {"a": 2}, ".json").missing() == [0, 1, 2]


def test_discard_leaves_nothing(tmp_path):
    parts = Parts(tmp_path / "x.json", 1, {}, ".json")
    parts[0].write_text("done")
    parts.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_pickled_copy_names_the_same_files_and_throws_nothing_away(tmp_path):
    parts = Parts(tmp_path / "x.json", 2, {}, ".json")
    copy = pickle.loads(pickle.dumps(parts))
    copy[1].write_text("done")
    assert parts.missing() == [0]


def test_the_digest_does_not_depend_on_the_order_of_keys():
    assert json_sha256({"a": 1, "b": [2]}) == json_sha256({"b": [2], "a": 1}) != json_sha256({"a": 1, "b": [3]})


@pytest.fixture
def parts(tmp_path):
    begun = Parts(tmp_path / "x.npz", 3, {}, ".npz")
    begun[0].write_text("done")
    return begun


def broken_off(parts, error):
    with pytest.raises(type(error)) as raised, kept_for_the_next_run(7, parts):
        raise error
    return str(raised.value)


def test_a_full_disk_keeps_nothing(parts, tmp_path):
    message = broken_off(parts, OSError(28, "No space left on device"))
    assert message == (
        f"'{tmp_path}/x.npz' cannot be written (No space left on device); nothing of it was kept. "
        "Up to 7 MB are needed while it is made: free some space or give another folder with --out (OUT= of make)."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_keeps_nothing_of_any_file(parts, tmp_path):
    other = Parts(tmp_path / "y.npz", 3, {}, ".npz")
    with pytest.raises(OSError, match=r"x\.npz', '.*y\.npz' cannot be written"), kept_for_the_next_run(7, parts, other):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_parts_that_were_pulled_away_are_told(parts, tmp_path):
    for path in (parts[1], tmp_path / "x.npz", tmp_path / ".x.0123abcd.part.npz"):
        Parts(tmp_path / "x.npz", 3, {}, ".npz")[0].write_text("done")
        with pytest.raises(OSError, match=r"x\.npz' cannot be written \(No such .*nothing of it was kept"):
            broken_off(parts, FileNotFoundError(2, "No such file or directory", str(path)))
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "error",
    [
        OSError("a worker was killed"),
        FileNotFoundError(2, "No such file or directory", "raw/a.jpg"),
        PermissionError(13, "Permission denied", "raw/a.jpg"),
        ValueError("bad"),
        KeyboardInterrupt(),
    ],
)
def test_other_errors_keep_what_was_done(parts, error):
    broken_off(parts, error)
    assert parts.missing() == [1, 2]


def test_ctrl_c_says_how_to_go_on(parts, caplog):
    broken_off(parts, KeyboardInterrupt())
    assert caplog.messages == ["x.npz: stopped; the same command goes on where it was"]


def test_nothing_done_is_nothing_kept(tmp_path):
    broken_off(Parts(tmp_path / "x.npz", 3, {}, ".npz"), ValueError("no detector"))
    assert list(tmp_path.iterdir()) == []


def test_two_processes_do_not_make_one_file(tmp_path):
    (tmp_path / ".x.0123abcd.part.npz").touch()
    with sole_writer(tmp_path / "x.npz"):
        assert [file.name for file in tmp_path.iterdir()] == [".x.npz.lock"]
        with pytest.raises(OSError, match=r"Another process is writing '.*x\.npz'"), sole_writer(tmp_path / "x.npz"):
            pass
        with sole_writer(tmp_path / "y.npz"):
            pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_made_and_left_empty(tmp_path):
    require_writable(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_two_processes_may_try_a_folder_at_once(tmp_path, monkeypatch):
    tried = []
    monkeypatch.setattr(Path, "touch", lambda path, touch=Path.touch: tried.append(path) or touch(path))
    for _ in range(2):
        require_writable(tmp_path)
    assert tried[0] != tried[1]


def test_a_read_only_folder(tmp_path, monkeypatch):
    def denied(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.touch", denied)  # root may write anywhere, so the folder's mode says nothing
    with pytest.raises(OSError, match=r"Cannot write to '.*' \(Permission denied\): give another folder with --out"):
        require_writable(tmp_path)


def test_a_folder_made_with_other_settings_is_refused(tmp_path):
    record = tmp_path / "settings.json"
    refuse_other_settings(record, {"seed": 1}, "scenes")
    record.write_text('{"seed": 1}')
    refuse_other_settings(record, {"seed": 1}, "scenes")
    with pytest.raises(InputError, match=r"holds scenes made with {'seed': 1}, not {'seed': 2}: choose another OUT"):
        refuse_other_settings(record, {"seed": 2}, "scenes")


@pytest.mark.parametrize("before", ['{"seed": 1}', '{"seed": 1, "code": "older"}'])
def test_a_folder_made_by_another_version_is_refused(tmp_path, before):
    record = tmp_path / "settings.json"
    record.write_text(before)
    with pytest.raises(InputError, match=r"holds scenes that another version of this program made: remove it, or"):
        refuse_other_settings(record, {"seed": 1, "code": "now"}, "scenes")
    with pytest.raises(InputError, match=r"holds scenes made with {'seed': 1"):
        refuse_other_settings(record, {"seed": 2, "code": "now"}, "scenes")


@pytest.mark.parametrize("content", [b"", b"no json", b"\xff\xfe", b"[" * 100_000])
def test_a_record_of_settings_that_is_damaged_is_one_sentence(tmp_path, content):
    record = tmp_path / "settings.json"
    record.write_bytes(content)
    with pytest.raises(InputError, match=r"settings\.json' does not say what the scenes .*: choose another OUT"):
        refuse_other_settings(record, {"seed": 1}, "scenes")
