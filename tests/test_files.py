import errno
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from fsanet import files
from fsanet.files import (
    as_utf8,
    locked,
    printable,
    remove_all_leftovers,
    remove_leftovers,
    replace_whole,
    replace_whole_folder,
    visible,
)


def test_the_finished_file_takes_the_name(tmp_path):
    with replace_whole(tmp_path / "new" / "a.txt") as temporary:
        assert temporary.suffix == ".txt"
        temporary.write_text("done")
        assert not (tmp_path / "new" / "a.txt").exists()
    assert (tmp_path / "new" / "a.txt").read_text() == "done"


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (OSError(errno.ENOSPC, "No space left"), "a.txt"),
        (OSError(errno.ENOSPC, "No space left", "other.txt"), "other.txt"),
        (OSError(errno.ECONNRESET, "Reset"), None),
    ],
)
def test_where_there_is_no_room_the_file_is_named(tmp_path, monkeypatch, error, named):
    monkeypatch.chdir(tmp_path)

    def fail():
        with replace_whole("a.txt"):
            raise error

    with pytest.raises(OSError, match=error.strerror):
        fail()
    assert error.filename == named
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_the_earlier_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("earlier")

    def fail():
        with replace_whole(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        fail()
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_text() == "earlier"


def test_a_forgotten_file_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), replace_whole(tmp_path / "a.txt"):
        pass


def test_leftovers_of_killed_runs_are_removed_and_nothing_else(tmp_path):
    names = [".a.0123abcd.part.txt", ".a.b.0123abcd.part.txt", ".a.0123abcd.part.npz", ".a.txt", "a.txt", ".a.parts"]
    for name in names:
        (tmp_path / name).touch()
    remove_leftovers(tmp_path / "a.txt")
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(names[1:])


def test_leftovers_are_those_that_replace_whole_leaves(tmp_path):
    unfinished = replace_whole(tmp_path / "set [1].npz")
    unfinished.__enter__().touch()  # and never leaves: as after a kill
    remove_leftovers(tmp_path / "set [1].npz")
    assert list(tmp_path.iterdir()) == []


def test_what_killed_runs_left_is_not_seen(tmp_path):
    unfinished = replace_whole(tmp_path / "b.jpg")
    unfinished.__enter__().touch()  # and never leaves: as after a kill
    for name in ("c.jpg", "a.jpg"):
        (tmp_path / name).touch()
    assert [file.name for file in visible(tmp_path.glob("*.jpg"))] == ["a.jpg", "c.jpg"]


def test_leftovers_of_a_folder_are_removed_and_the_folder_is_not(tmp_path):
    (tmp_path / "model").mkdir()
    unfinished = replace_whole_folder(tmp_path / "model")
    left = unfinished.__enter__()
    left.mkdir()
    (left / "half").touch()
    remove_leftovers(tmp_path / "model")
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


def test_a_finished_folder_takes_the_place_of_the_former(tmp_path):
    path = tmp_path / "new" / "model"
    for text in ("first", "second"):
        with replace_whole_folder(path) as temporary:
            temporary.mkdir()
            (temporary / text).write_text(text)
    assert [file.name for file in path.iterdir()] == ["second"]
    assert [file.name for file in path.parent.iterdir()] == ["model"]


def test_a_failure_leaves_the_earlier_folder_and_nothing_else(tmp_path):
    path = tmp_path / "model"
    path.mkdir()

    def fail():
        with replace_whole_folder(path) as temporary:
            temporary.mkdir()
            (temporary / "half").write_text("half")
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        fail()
    assert [file.name for file in tmp_path.iterdir()] == ["model"]
    assert not list(path.iterdir())


def test_a_folder_that_was_never_written_leaves_the_earlier_one(tmp_path):
    path = tmp_path / "model"
    path.mkdir()
    (path / "first").touch()
    with pytest.raises(FileNotFoundError), replace_whole_folder(path):
        pass
    assert [file.name for file in tmp_path.iterdir()] == ["model"]
    assert [file.name for file in path.iterdir()] == ["first"]


WRITES = """
import sys
from fsanet.files import replace_whole
writers = [replace_whole(path) for path in sys.argv[1:]]
for writer in writers:
    writer.__enter__().touch()
print(flush=True)
sys.stdin.read()
"""


@pytest.fixture
def writer():
    """Starts another process that writes files and does not end: writer(path, ...)."""
    started = []

    def start(*paths):
        command = [sys.executable, "-c", WRITES, *map(str, paths)]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        started[-1].stdout.readline()
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_leftovers_of_many_files_are_removed_and_nothing_else(tmp_path, writer):
    pytest.importorskip("fcntl", reason="Windows does not tell which processes live")
    wanted = [tmp_path / name for name in ("a.jpg", "b.c.mp4", "none")]
    process = writer(*wanted, tmp_path / "other.jpg", tmp_path / "a.mp4")
    (tmp_path / ".a.part.jpg").touch()
    (tmp_path / "a.jpg").touch()
    written = set(tmp_path.iterdir())
    remove_all_leftovers(wanted)
    assert set(tmp_path.iterdir()) == written  # by a process that lives
    process.kill()
    process.wait()
    remove_all_leftovers([*wanted, tmp_path / "nowhere" / "d.jpg"])
    names = sorted(re.sub("[0-9a-f]{32}", "MARK", path.name) for path in tmp_path.iterdir())
    assert names == [".a.MARK.part.mp4", ".a.part.jpg", ".other.MARK.part.jpg", "a.jpg"]


def test_what_this_process_writes_is_no_leftover_and_what_an_earlier_one_of_its_number_wrote_is(tmp_path, monkeypatch):
    pytest.importorskip("fcntl", reason="Windows does not tell which processes live")
    with replace_whole(tmp_path / "a.jpg") as temporary:
        temporary.touch()
        remove_all_leftovers([tmp_path / "a.jpg"])
        assert temporary.exists()
        monkeypatch.setattr("fsanet.files._PROCESS", "0" * 8)
        remove_all_leftovers([tmp_path / "a.jpg"])
        assert not temporary.exists()
        temporary.touch()


@pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="asks Linux")
def test_a_machine_of_the_same_name_is_another_one_and_so_is_this_one_when_started_again(monkeypatch):
    here = files._machine.__wrapped__()
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: "another start")
    assert files._machine.__wrapped__() != here


def test_what_another_machine_writes_is_a_leftover_after_a_day(tmp_path, monkeypatch):
    monkeypatch.setattr("fsanet.files._machine", lambda: "0" * 8)
    with replace_whole(tmp_path / "a.jpg") as temporary:
        temporary.touch()
        monkeypatch.setattr("fsanet.files._machine", lambda: "1" * 8)
        remove_all_leftovers([tmp_path / "a.jpg"])
        assert temporary.exists()
        os.utime(temporary, (0, time.time() - 25 * 60 * 60))
        remove_all_leftovers([tmp_path / "a.jpg"])
        assert not temporary.exists()
        temporary.touch()


def test_names_that_leave_no_room_for_a_temporary_one_are_written_all_the_same(tmp_path):
    path = tmp_path / f"{'ä' * 120}.txt"  # 244 bytes
    with replace_whole(path) as temporary:
        temporary.write_text("whole", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "whole"


@pytest.mark.parametrize(("name", "shown"), [("café", "café"), ("caf\udce9", "caf\\xe9"), ("plain", "plain")])
def test_names_are_made_printable(name, shown):
    assert printable(name) == as_utf8(name) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a\nb\tc\r", "a\\nb\\tc\\r"), ("\x1b[2J\x7f", "\\x1b[2J\\x7f"), ("\x85\u2028é", "\\x85\\u2028é")],
)
def test_what_moves_a_cursor_is_not_printed_but_kept_in_files(name, shown):
    assert printable(name) == shown
    assert as_utf8(name) == name


def test_what_is_locked_is_refused_to_others_and_free_afterwards(tmp_path):
    path = tmp_path / "new" / ".lock"
    with locked(path, "Another one is at it"):
        with (
            pytest.raises(OSError, match=r"Another one is at it: '.*\.lock' is locked"),
            locked(path, "Another one is at it"),
        ):
            pass
        assert path.exists()
    with locked(path, "Another one is at it"):
        pass
    assert list(path.parent.iterdir()) == []


def test_what_is_locked_is_waited_for(tmp_path, caplog):
    path, turns = tmp_path / ".lock", []

    def come_second():
        with locked(path, "Another one is at it", wait=True):
            turns.append("second")

    second = threading.Thread(target=come_second, daemon=True)
    with caplog.at_level("INFO", logger="fsanet.files"), locked(path, "Another one is at it"):
        second.start()
        second.join(0.2)
        turns.append("first")
    second.join(10)
    assert turns == ["first", "second"]
    assert caplog.messages == ["Another one is at it: waiting for it."]
    assert list(tmp_path.iterdir()) == []


def test_a_system_without_locks_holds_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "fcntl", None)
    with locked(tmp_path / ".lock", "Another one is at it"), locked(tmp_path / ".lock", "Another one is at it"):
        assert list(tmp_path.iterdir()) == []


def test_a_lock_that_was_removed_while_it_was_waited_for_is_none(tmp_path, monkeypatch):
    path, flock = tmp_path / ".lock", files.fcntl.flock

    def removed_meanwhile(file, how):
        path.unlink()
        flock(file, how)

    monkeypatch.setattr(files.fcntl, "flock", removed_meanwhile)
    with pytest.raises(OSError, match="Another one is at it"), locked(path, "Another one is at it"):
        pass
