"""Whole runs with a tiny network: equal seeds, stops, kills, full disks, NaN."""

import csv
import dataclasses
import errno
import math
import os
import signal
import sys

import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.training import checkpoint, loop, pose
from fsanet.training.learner import Learner, as_numbers
from fsanet.training.loop import DivergedError
from fsanet.training.pose import train
from tests.fixtures.tiny_training import progress_of, read_tiny_weights

pytestmark = pytest.mark.usefixtures("tiny_network")
NOT_TIMES = ("images_per_second", "seconds")


def figures(result) -> list[dict]:
    return [{key: value for key, value in row.items() if key not in NOT_TIMES} for row in result.history]


def state(result) -> dict[str, np.ndarray]:
    """All of the checkpoint but the record with its times."""
    with np.load(result.folder / checkpoint.FILE_NAME) as file:
        return {key: file[key] for key in file.files if key != "record"}


def assert_equal_runs(first, second) -> None:
    assert figures(first) == figures(second)
    assert state(first).keys() == state(second).keys()
    for key, value in state(first).items():
        np.testing.assert_array_equal(value, state(second)[key])
    for one, other in zip(read_tiny_weights(first.weights), read_tiny_weights(second.weights), strict=True):
        np.testing.assert_array_equal(one, other)


def train_in(folder, settings, **given):
    return train(settings, runs=folder, quiet=True, **given)


@pytest.fixture(autouse=True)
def drawn(monkeypatch) -> list:
    """Curves are drawn by a test of their own; here only what would have been drawn."""
    calls = []
    monkeypatch.setattr(loop.report, "draw_curves", lambda path, history, task: calls.append((path, len(history))))
    return calls


@pytest.fixture
def whole_run(tiny_settings, tmp_path):
    return train_in(tmp_path / "whole", tiny_settings)


def test_a_run_learns_and_leaves_its_files(whole_run, drawn):
    history = whole_run.history
    assert [row["epoch"] for row in history] == [1, 2, 3]
    assert history[-1]["mae"] < history[0]["mae"]
    assert whole_run.best == min(row["val_mae"] for row in history)
    assert history[whole_run.best_epoch - 1]["val_mae"] == whole_run.best
    with (whole_run.folder / "log.csv").open(newline="") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2", "3"]
    assert drawn == [(whole_run.folder / "curves.png", epochs) for epochs in (1, 2, 3)]
    assert list((whole_run.folder / "tensorboard").glob("events*"))
    assert (whole_run.folder / "settings.json").is_file()
    assert not list(whole_run.folder.glob(".*"))  # nothing half-written


def test_equal_seeds_give_equal_runs_and_others_do_not(whole_run, tiny_settings, tmp_path):
    assert_equal_runs(whole_run, train_in(tmp_path / "again", tiny_settings))
    other = train_in(tmp_path / "other", dataclasses.replace(tiny_settings, seed=1))
    assert figures(whole_run) != figures(other)


@pytest.mark.parametrize("stop_after", [1, 4, 6], ids=["in an epoch", "at its end", "in the next"])
def test_a_stopped_run_ends_as_one_that_was_not(whole_run, tiny_settings, tmp_path, monkeypatch, stop_after):
    steps = []
    original = loop._Run.step

    def step(run, batch, number):
        original(run, batch, number)
        steps.append(1)
        if len(steps) == stop_after:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(loop._Run, "step", step)
    with pytest.raises(KeyboardInterrupt):
        train_in(tmp_path / "stopped", tiny_settings)
    assert len(steps) == stop_after
    assert_equal_runs(whole_run, train_in(tmp_path / "stopped", tiny_settings))
    assert len(steps) == 3 * 4  # no step twice


def test_each_step_has_its_rate_and_each_epoch_the_means_of_its_steps(tiny_settings, tmp_path, monkeypatch):
    rates, figures = [], []
    original = Learner.step

    def step(learner, batch, rate):
        rates.append(rate)
        figures.append(original(learner, batch, rate))
        return figures[-1]

    monkeypatch.setattr(Learner, "step", step)
    history = train_in(tmp_path, tiny_settings).history
    assert rates == [tiny_settings.rate_at(number, 12) for number in range(12)]
    assert len(set(rates)) == 11  # the last of the warm-up is the first of the cosine
    assert [row["learning_rate"] for row in history] == [rates[number] for number in (2, 6, 10)]
    for name in ("loss", "mae"):
        by_epoch = np.reshape([as_numbers(each)[name] for each in figures], (3, 4))
        assert [row[name] for row in history] == pytest.approx(by_epoch.mean(axis=1), rel=1e-12)


def test_figures_are_read_back_at_the_end_of_an_epoch_and_when_too_many_wait(tiny_settings, tmp_path, monkeypatch):
    steps, reads = [], []
    original = Learner.step
    monkeypatch.setattr(Learner, "step", lambda *given: steps.append(1) or original(*given))
    monkeypatch.setattr(loop, "as_numbers", lambda figures: reads.append(len(steps)) or as_numbers(figures))
    train_in(tmp_path / "few", tiny_settings)
    assert reads == [4] * 4 + [8] * 4 + [12] * 4
    steps.clear()
    reads.clear()
    monkeypatch.setattr(loop, "_MOST_UNREAD", 3)
    train_in(tmp_path / "many", tiny_settings)
    assert reads[:4] == [3, 3, 3, 4]


def test_a_run_killed_between_checkpoints_repeats_what_was_lost(whole_run, tiny_settings, tmp_path, monkeypatch):
    original = loop._Run.step

    def step(run, batch, number):
        if run.progress.epoch == 1 and number == 2:
            raise SystemExit("killed")
        original(run, batch, number)

    with monkeypatch.context() as patched:
        patched.setattr(loop._Run, "step", step)
        with pytest.raises(SystemExit):
            train_in(tmp_path / "killed", tiny_settings)
    assert_equal_runs(whole_run, train_in(tmp_path / "killed", tiny_settings))


def test_a_finished_run_is_not_trained_again(whole_run, tiny_settings, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(loop._Run, "step", lambda *_: pytest.fail("trained again"))
    again = train(tiny_settings, runs=tmp_path / "whole")
    assert again.best == whole_run.best
    assert "it is finished" in capsys.readouterr().out


def test_what_a_kill_kept_from_being_written_is_written_at_the_next_start(whole_run, tiny_settings, tmp_path, drawn):
    log = whole_run.folder / "log.csv"
    written = log.read_bytes()
    log.unlink()
    train(tiny_settings, runs=tmp_path / "whole")
    assert log.read_bytes() == written
    assert drawn[3:] == [(whole_run.folder / "curves.png", 3)]


def test_resume_false_starts_anew(whole_run, tiny_settings, tmp_path):
    assert_equal_runs(whole_run, train_in(tmp_path / "whole", tiny_settings, resume=False))


def test_resume_false_leaves_nothing_of_the_earlier_run(whole_run, tiny_settings, tmp_path, monkeypatch):
    [events] = (whole_run.folder / "tensorboard").iterdir()
    (whole_run.folder / "curves.png").touch()

    def step(run, batch, number):
        raise SystemExit("killed")

    monkeypatch.setattr(loop._Run, "step", step)
    with pytest.raises(SystemExit):
        train_in(tmp_path / "whole", tiny_settings, resume=False)
    assert {path.name for path in whole_run.folder.iterdir()} == {"settings.json", "tensorboard"}
    assert not events.exists()


@pytest.mark.parametrize("fails", ["Learner", "epochs_within"])
def test_resume_false_keeps_the_earlier_run_where_none_can_begin(
    whole_run, tiny_settings, tmp_path, monkeypatch, fails
):
    def fail(*_):
        raise InputError("no more memory")

    before = {path: path.read_bytes() for path in whole_run.folder.rglob("*") if path.is_file()}
    monkeypatch.setattr(pose if fails == "Learner" else loop, fails, fail)
    with pytest.raises(InputError, match="no more memory"):
        train_in(tmp_path / "whole", dataclasses.replace(tiny_settings, max_minutes=1.0), resume=False)
    assert {path: path.read_bytes() for path in whole_run.folder.rglob("*") if path.is_file()} == before


@pytest.mark.skipif(sys.platform == "win32", reason="locks as Unix does")
@pytest.mark.parametrize("resume", [True, False])
def test_a_second_run_in_a_folder_is_refused_and_changes_nothing(
    whole_run, tiny_settings, tmp_path, monkeypatch, resume
):
    original, refused = loop._Run.step, []

    def step(run, batch, number):
        if run.progress.epoch == 1 and number == 2:
            before = run.files.checkpoint.read_bytes(), run.files.weights.read_bytes()
            with pytest.raises(OSError, match=f"Another process is training in '{run.files.folder}'"):
                train_in(tmp_path / "shared", tiny_settings, resume=resume)
            assert (run.files.checkpoint.read_bytes(), run.files.weights.read_bytes()) == before
            refused.append(number)
        original(run, batch, number)

    monkeypatch.setattr(loop._Run, "step", step)
    assert_equal_runs(whole_run, train_in(tmp_path / "shared", tiny_settings))
    assert refused == [2]
    assert not list(tmp_path.rglob("*.lock"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_in_the_last_validation_ends_the_command_when_the_run_is_finished(
    whole_run, tiny_settings, tmp_path, monkeypatch, capsys, number
):
    validations, original = [], pose.validate

    def validate(network, views):
        validations.append(1)
        if len(validations) == 3:
            os.kill(os.getpid(), number)
        return original(network, views)

    with monkeypatch.context() as patched:
        patched.setattr(pose, "validate", validate)
        with pytest.raises(KeyboardInterrupt):
            train(tiny_settings, runs=tmp_path / "stopped")
    assert capsys.readouterr().out.endswith("Stopped. This run is finished and saved.\n")
    monkeypatch.setattr(loop._Run, "step", lambda *_: pytest.fail("trained again"))
    assert_equal_runs(whole_run, train_in(tmp_path / "stopped", tiny_settings))


def test_other_settings_do_not_go_on(whole_run, tiny_settings, tmp_path):
    changed = dataclasses.replace(tiny_settings, ema=0.5)
    with pytest.raises(ValueError, match=r"other settings: ema was 0.9 and is 0.5. Give those, .* --resume never"):
        train_in(tmp_path / "whole", changed)


def test_the_best_epoch_is_kept_not_the_last(tiny_settings, tmp_path, monkeypatch):
    errors = iter([3.0, 1.0, 2.0])
    original = pose.validate

    def validate(network, views):
        return original(network, views) | {"val_mae": next(errors)}

    monkeypatch.setattr(pose, "validate", validate)
    saved = []
    monkeypatch.setattr(pose, "save_weights", lambda network, path: saved.append(path))
    result = train_in(tmp_path, tiny_settings)
    assert (result.best_epoch, result.best, len(saved)) == (2, 1.0, 2)


def test_what_is_validated_and_saved_is_the_running_mean(whole_run, tiny_settings, tmp_path):
    raw = train_in(tmp_path / "raw", dataclasses.replace(tiny_settings, ema=0.0))
    assert raw.history[0]["mae"] == pytest.approx(whole_run.history[0]["mae"])  # the mean does not change training
    assert raw.history[0]["val_mae"] != whole_run.history[0]["val_mae"]


def test_no_number_stops_the_run_and_names_the_batch(tiny_settings, tmp_path):
    with pytest.raises(DivergedError, match=r"no number from batch \d of epoch 1 on \(person\d+, .*Lower the rate"):
        train_in(tmp_path, dataclasses.replace(tiny_settings, learning_rate=1e38, clip_norm=0.0, warmup_steps=0))


def test_the_batch_that_diverged_is_named_though_its_loss_is_read_later(tiny_settings, tmp_path, monkeypatch):
    losses = iter([1.0, 1.0, 1.0, 1.0, 1.0, math.nan, 1.0, 1.0])
    monkeypatch.setattr(Learner, "step", lambda *_: {"loss": next(losses), "mae": 1.0})
    with pytest.raises(DivergedError, match=r"from batch 2 of epoch 2 on .* The checkpoint before it is kept"):
        train_in(tmp_path, tiny_settings)
    [checkpoint_file] = tmp_path.rglob(checkpoint.FILE_NAME)
    assert progress_of(checkpoint_file)["epoch"] == 1


def test_a_full_disk_is_a_clear_error_and_the_earlier_checkpoint_is_intact(tiny_settings, tmp_path, monkeypatch):
    savez, saves = np.savez, []

    def full_disk(file, *unnamed, **arrays):
        if "record" in arrays:
            saves.append(1)
            if len(saves) == 2:
                file.write(b"half of it")
                raise OSError(errno.ENOSPC, "No space left on device")
        return savez(file, *unnamed, **arrays)

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint.np, "savez", full_disk)
        words = r"could not be written \(No space left on device\)\. The earlier one is intact"
        with pytest.raises(OSError, match=words):
            train_in(tmp_path / "full", tiny_settings)
    [folder] = (tmp_path / "full" / "own").iterdir()
    assert progress_of(folder / checkpoint.FILE_NAME)["epoch"] == 1
    assert not list(folder.glob(".*"))
    assert_equal_runs(train_in(tmp_path / "whole", tiny_settings), train_in(tmp_path / "full", tiny_settings))


def test_a_damaged_checkpoint_is_an_error(whole_run, tiny_settings, tmp_path):
    file = whole_run.folder / checkpoint.FILE_NAME
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"is damaged .*start anew with --resume never"):
        train_in(tmp_path / "whole", tiny_settings)


def test_a_budget_of_time_chooses_the_epochs_once(tiny_settings, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "epochs_within", lambda *_: 2)
    settings = dataclasses.replace(tiny_settings, max_minutes=1.0)
    assert len(train_in(tmp_path, settings).history) == 2
    monkeypatch.setattr(loop, "epochs_within", lambda *_: pytest.fail("chosen again"))
    assert len(train_in(tmp_path, settings).history) == 2


def test_progress_is_said_in_lines_where_there_is_no_terminal(tiny_settings, tmp_path, capsys):
    train(tiny_settings, runs=tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ssrnet_ori_mt on ")
    assert "32 samples to train on, 8 to validate on; 3 epochs of 4 batches of 8" in lines[0]
    assert [line.split()[1] for line in lines[1:4]] == ["1/3", "2/3", "3/3"]
    assert "img/s" in lines[1]
    assert "left" in lines[1]
    assert lines[-1].startswith("Best: ")
