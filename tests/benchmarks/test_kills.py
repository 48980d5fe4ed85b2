"""What counts as lost, doubled, different, left over and half written after kills."""

import signal
import sys
import time

import cv2
import numpy as np
import pytest

from fsanet.benchmarks.kills import __main__ as command
from fsanet.benchmarks.kills.compare import compare, half_written
from fsanet.benchmarks.kills.jobs import JOBS
from fsanet.errors import InputError

PICTURE = cv2.imencode(".png", np.zeros((8, 8, 3), np.uint8))[1].tobytes()


@pytest.fixture
def folders(tmp_path):
    """Two folders of equal content."""
    for name in ("whole", "other"):
        folder = tmp_path / name / "run"
        folder.mkdir(parents=True)
        (folder / "a.png").write_bytes(PICTURE)
        (folder / "log.csv").write_text("epoch,loss,seconds\n1,0.5,3\n2,0.25,4\n")
        np.savez(folder / "checkpoint.npz", a=np.ones(3), record=np.array(name))
        (folder / f"events.out.tfevents.{name}").touch()
    return tmp_path / "whole", tmp_path / "other"


def test_equal_but_for_the_clock(folders):
    (folders[1] / "run" / "log.csv").write_text("epoch,loss,seconds\n1,0.5,7\n2,0.25,9\n")
    assert compare(*folders) == (0, 0, [], [])


@pytest.mark.parametrize(
    ("rows", "lost", "doubled"),
    [("1,0.5,3\n", 1, 0), ("1,0.5,3\n1,0.5,3\n2,0.25,4\n", 1, 1), ("1,0.5,3\n2,0.3,4\n", 1, 0)],
)
def test_rows(folders, rows, lost, doubled):
    (folders[1] / "run" / "log.csv").write_text(f"epoch,loss,seconds\n{rows}")
    assert compare(*folders)[:2] == (lost, doubled)


def test_files(folders):
    run = folders[1] / "run"
    (run / "a.png").unlink()
    np.savez(run / "checkpoint.npz", a=np.zeros(3), record=np.array("x"))
    (run / ".a.12345678.part.png").touch()
    assert compare(*folders) == (1, 0, [run / "checkpoint.npz"], [run / ".a.12345678.part.png"])


def test_half_written(folders):
    run = folders[1] / "run"
    assert half_written(folders[1]) == []
    (run / "a.png").write_bytes(PICTURE[:-30])
    (run / ".b.12345678.part.png").touch()
    (run / "checkpoint.npz").write_bytes((run / "checkpoint.npz").read_bytes()[:100])
    assert half_written(folders[1]) == [run / "a.png", run / "checkpoint.npz"]


STARTS_ANEW_BEHIND_WHAT_IT_HAS = """
import sys, time
from pathlib import Path
out = Path(sys.argv[1])
out.mkdir(exist_ok=True)
with (out / "rows.csv").open("a") as file:
    print("rows" if not file.tell() else "1", file=file, flush=True)
    print("2", file=file, flush=True)
    if "round" in out.name:
        time.sleep(0.3)
"""


def test_a_command_that_writes_rows_twice_is_found_out(tmp_path, monkeypatch):
    def start(words, out):
        return command.subprocess.Popen([sys.executable, "-c", STARTS_ANEW_BEHIND_WHAT_IT_HAS, str(out)])

    def kill_at_the_first_row(process, after_s):
        while not (tmp_path / "round_0" / "rows.csv").is_file():
            time.sleep(0.01)
        process.kill()
        return process.wait() == -signal.SIGKILL

    monkeypatch.setattr(command, "_start", start)
    monkeypatch.setattr(command, "_killed", kill_at_the_first_row)
    tally = command.kill_and_compare(lambda work: ["slow"], tmp_path, 1, 1, np.random.default_rng(0))
    assert (tally.kills, tally.rounds) == (1, 1)
    assert tally.doubled > 0
    assert not tally.clean


def test_a_command_that_fails_undisturbed_is_said(tmp_path):
    words = ["estimate", str(tmp_path / "nothing")]
    with pytest.raises(InputError, match=r"`fsanet estimate .*nothing` does not go through undisturbed"):
        command.kill_and_compare(lambda work: words, tmp_path, 1, 1, np.random.default_rng(0))


def test_a_process_that_ends_in_time_was_not_killed():
    quick, slow = (command.subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({s})"]) for s in (0, 60))
    assert not command._killed(quick, 30)
    assert command._killed(slow, 0.1)
    assert slow.returncode == -signal.SIGKILL


def test_unknown_commands_are_refused(capsys):
    assert command.main(["walk"]) == 1
    assert f"There is no command 'walk' to kill. There are: {', '.join(JOBS)}." in capsys.readouterr().err
