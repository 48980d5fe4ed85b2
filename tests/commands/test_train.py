"""The command: its options, its errors, and runs that are killed."""

import signal
import subprocess
import sys

import numpy as np
import pytest

from fsanet.cli import main
from fsanet.console import EXIT_ERROR, EXIT_INTERRUPTED
from fsanet.training import loop, pose
from fsanet.training.checkpoint import FILE_NAME
from fsanet.training.settings import Settings
from tests.fixtures.tiny_training import progress_of, read_tiny_weights


@pytest.fixture
def trained(monkeypatch) -> list[Settings]:
    """Settings that the command would have trained."""
    calls = []
    monkeypatch.setattr(pose, "train", lambda settings, **_: calls.append(settings))
    return calls


def test_without_options_var_capsule_is_trained_on_synthetic_heads(trained):
    assert main(["train"]) == 0
    assert [(run.model, run.data) for run in trained] == [("var_capsule", "synthetic")]


def test_options_and_assignments_change_the_recipe(trained):
    options = "--model metric --set 300W_LP --epochs 3 --batch 4 --seed 5 --weights BIWI --freeze a b*"
    assert (
        main(["train", *options.split(), "--max-minutes", "7", "--setting", "ema=0.5", "augmentation.flip=0.25"]) == 0
    )
    [run] = trained
    assert (run.model, run.data, run.epochs, run.batch_size, run.seed) == ("metric", "300W_LP", 3, 4, 5)
    assert (run.weights, run.freeze, run.max_minutes, run.ema) == ("BIWI", ("a", "b*"), 7.0, 0.5)
    assert run.augmentation.paper
    assert run.augmentation.flip == 0.25


def test_an_experiment_trains_all_of_its_runs_or_one(trained):
    main(["train", "--experiment", "protocol1_fusion_capsule"])
    assert [run.model for run in trained] == ["capsule", "var_capsule", "noS_capsule"]
    trained.clear()
    main(["train", "--experiment", "synthetic", "--model", "noS_capsule"])
    assert [run.model for run in trained] == ["noS_capsule"]
    trained.clear()
    main(["train", "--experiment", "synthetic", "--model", "metric"])
    assert [(run.model, run.data) for run in trained] == [("metric", "synthetic")]


def test_the_list_of_experiments(capsys):
    assert main(["train", "--list"]) == 0
    assert {"smoke", "synthetic", "protocol2_fusion_netvlad"} <= set(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "capsul"], "There is no model 'capsul'. The models are: capsule"),
        (["--experiment", "smok"], "There is no experiment 'smok'. There are: smoke."),
        (["--epochs", "0"], "epochs is at least 1"),
        (["--setting", "emma=1"], "There is no setting 'emma'"),
        (["--threads", "0"], "At least one thread is needed"),
    ],
)
def test_wrong_options_are_one_sentence(options, message, capsys):
    assert main(["train", *options]) == EXIT_ERROR
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error


def test_a_missing_set_is_one_sentence(tmp_path, capsys):
    assert main(["train", "--folder", str(tmp_path), "--out", str(tmp_path / "runs")]) == EXIT_ERROR
    assert "`make preprocess DB=synthetic` makes it" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


@pytest.mark.usefixtures("tiny_network")
def test_ctrl_c_saves_and_says_how_to_go_on(own_npz, tmp_path, monkeypatch, capsys):
    options = ["--model", "ssrnet_ori_mt", "--set", str(own_npz), "--out", str(tmp_path), "--epochs", "2"]
    options += ["--batch", "8", "--setting", "image_size=16"]
    original = loop._Run.step

    def step(run, batch, number):
        original(run, batch, number)
        if (run.progress.epoch, number) == (1, 1):
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(loop._Run, "step", step)
        assert main(["train", *options]) == EXIT_INTERRUPTED
    folder = tmp_path / "own" / "ssrnet_ori_mt"
    assert f"Stopped and saved in {folder}. The same command goes on from there." in capsys.readouterr().out
    progress = progress_of(folder / FILE_NAME)
    assert (progress["epoch"], progress["step"]) == (1, 2)
    assert main(["train", *options]) == 0
    assert f"Found this run in {folder}: going on in epoch 2, step 2." in capsys.readouterr().out


# The command, with a death in the middle of writing its second checkpoint.
_DIES_WHILE_SAVING = """
import os, signal, sys
from fsanet.training import checkpoint
from tests.fixtures.tiny_command import main

def die(file, **arrays):
    file.write(b"half of it")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)

save = checkpoint.np.savez
saves = iter([save, die])
checkpoint.np.savez = lambda file, *weights, **arrays: (save if weights else next(saves))(file, *weights, **arrays)
main(sys.argv[1:])
"""


# The command that goes on, and in the same process, which took long to start, one that was never killed.
_GOES_ON = """
import sys
from tests.fixtures.tiny_command import main

killed, whole, *options = sys.argv[1:]
sys.exit(main([*options, "--out", killed]) or main([*options, "--out", whole, "--quiet"]))
"""


@pytest.mark.slow
def test_killed_while_it_saves_it_ends_with_the_weights_of_a_run_that_was_not(own_npz, tmp_path, repository):
    """The command in processes of its own, on a network that is built in a moment."""
    options = f"--set {own_npz} --model ssrnet_ori_mt --epochs 3 --batch 8 --setting image_size=16 ema=0.9 --threads 1"
    runs = {name: tmp_path / name for name in ("killed", "whole")}

    def start(program: str, *words: object) -> subprocess.CompletedProcess:
        arguments = [sys.executable, "-c", program, *map(str, words)]
        return subprocess.run(arguments, cwd=repository, capture_output=True, text=True, check=False)

    died = start(_DIES_WHILE_SAVING, "train", *options.split(), "--out", runs["killed"])
    assert died.returncode == -signal.SIGKILL, died.stderr
    killed, whole = (folder / "own" / "ssrnet_ori_mt" for folder in runs.values())
    assert progress_of(killed / FILE_NAME)["epoch"] == 1
    assert len(list(killed.glob(".*"))) == 1  # what was half written
    again = start(_GOES_ON, *runs.values(), "train", *options.split())
    assert again.returncode == 0, again.stderr
    assert "going on in epoch 2, step 0" in again.stdout
    assert not list(killed.glob(".*"))
    assert_equal_arrays(*(dict(np.load(folder / FILE_NAME)) for folder in (whole, killed)))
    assert_equal_arrays(
        *(dict(enumerate(read_tiny_weights(folder / "ssrnet_ori_mt.h5"))) for folder in (whole, killed))
    )


def assert_equal_arrays(first: dict, second: dict) -> None:
    """All but the record, which holds times."""
    assert first.keys() == second.keys()
    for key in first.keys() - {"record"}:
        np.testing.assert_array_equal(first[key], second[key], err_msg=key)


@pytest.mark.slow
def test_the_smoke_experiment_trains_a_real_model(tmp_path, capsys):
    assert main(["train", "--experiment", "smoke", "--epochs", "1", "--out", str(tmp_path)]) == 0
    assert "Best: " in capsys.readouterr().out
    from fsanet.weights.loading import load_model

    assert (tmp_path / "smoke" / "fsanet_var_capsule_3_16_2_21_5" / "fsanet_var_capsule_3_16_2_21_5.h5").is_file()
    assert load_model("var_capsule", tmp_path / "smoke", image_size=128).count_params() > 200_000
