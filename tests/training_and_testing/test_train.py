"""The command: its options, its errors, and runs that are killed."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from fsanet.console import EXIT_ERROR, EXIT_INTERRUPTED
from tests.training_and_testing.conftest import bright_side_set
from training_and_testing import train as command
from training_and_testing import trainer
from training_and_testing.checkpoint import FILE_NAME, load_progress
from training_and_testing.settings import Settings


@pytest.fixture
def trained(monkeypatch) -> list[Settings]:
    """Settings that the command would have trained."""
    calls = []
    monkeypatch.setattr(trainer, "train", lambda settings, **_: calls.append(settings))
    return calls


def test_without_options_var_capsule_is_trained_on_synthetic_heads(trained):
    assert command.main([]) == 0
    assert [(run.model, run.data) for run in trained] == [("var_capsule", "synthetic")]


def test_options_and_assignments_change_the_recipe(trained):
    options = "--model metric --data 300W_LP --epochs 3 --batch 4 --seed 5 --weights BIWI --freeze a b*"
    assert command.main([*options.split(), "--max-minutes", "7", "--set", "ema=0.5", "augmentation.flip=0.25"]) == 0
    [run] = trained
    assert (run.model, run.data, run.epochs, run.batch_size, run.seed) == ("metric", "300W_LP", 3, 4, 5)
    assert (run.weights, run.freeze, run.max_minutes, run.ema) == ("BIWI", ("a", "b*"), 7.0, 0.5)
    assert run.augmentation.paper
    assert run.augmentation.flip == 0.25


def test_an_experiment_trains_all_of_its_runs_or_one(trained):
    command.main(["--experiment", "protocol1_fusion_capsule"])
    assert [run.model for run in trained] == ["capsule", "var_capsule", "noS_capsule"]
    trained.clear()
    command.main(["--experiment", "synthetic", "--model", "noS_capsule"])
    assert [run.model for run in trained] == ["noS_capsule"]
    trained.clear()
    command.main(["--experiment", "synthetic", "--model", "metric"])
    assert [(run.model, run.data) for run in trained] == [("metric", "synthetic")]


def test_the_list_of_experiments(capsys):
    assert command.main(["--list"]) == 0
    assert {"smoke", "synthetic", "protocol2_fusion_netvlad"} <= set(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "capsul"], "There is no model 'capsul'. The models are: capsule"),
        (["--experiment", "smok"], "There is no experiment 'smok'. There are: smoke."),
        (["--epochs", "0"], "epochs is at least 1"),
        (["--set", "emma=1"], "There is no setting 'emma'"),
        (["--threads", "0"], "At least one thread is needed"),
    ],
)
def test_wrong_options_are_one_sentence(options, message, capsys):
    assert command.main(options) == EXIT_ERROR
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error


def test_a_missing_set_is_one_sentence(tmp_path, capsys):
    assert command.main(["--data-folder", str(tmp_path), "--runs", str(tmp_path / "runs")]) == EXIT_ERROR
    assert "`make preprocess DB=synthetic` makes it" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


class TestKilled:
    """The real command on the smallest model, in processes of its own."""

    @pytest.fixture
    def start(self, tmp_path, repository):
        bright_side_set(96).save(tmp_path / "own.npz")
        options = "--model ssrnet_ori_mt --epochs 4 --batch 8 --set image_size=16 ema=0.9 --threads 1"

        def start(name: str) -> subprocess.Popen:
            command = [sys.executable, "-m", "training_and_testing.train", "--data", str(tmp_path / "own.npz")]
            command += [*options.split(), "--runs", str(tmp_path / name)]
            return subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        return start

    @staticmethod
    def wait_for_epoch(folder, epoch: int, process: subprocess.Popen) -> None:
        file = folder / "own" / "ssrnet_ori_mt" / FILE_NAME
        for _ in range(6000):
            if file.is_file() and load_progress(file).epoch >= epoch:
                return
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)
        pytest.fail("the run made no checkpoint")

    @staticmethod
    def finish(process: subprocess.Popen) -> str:
        out, err = process.communicate()
        assert process.returncode == 0, err
        return out

    @pytest.mark.slow
    def test_killed_at_any_moment_it_ends_as_one_that_was_not(self, start, tmp_path):
        whole = start("whole")
        self.finish(whole)
        killed = start("killed")
        self.wait_for_epoch(tmp_path / "killed", 1, killed)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        assert killed.returncode == -signal.SIGKILL
        stopped = start("killed")
        self.wait_for_epoch(tmp_path / "killed", 2, stopped)
        stopped.send_signal(signal.SIGTERM)
        out, _ = stopped.communicate()
        if stopped.returncode:  # unless it was done before the signal came
            assert stopped.returncode == EXIT_INTERRUPTED
            assert "The same command goes on from there." in out
        assert "Found this run in" in self.finish(start("killed"))
        first, second = (tmp_path / name / "own" / "ssrnet_ori_mt" / FILE_NAME for name in ("whole", "killed"))
        with np.load(first) as one, np.load(second) as other:
            keys = set(one.files) - {"record"}
            assert keys == set(other.files) - {"record"}
            for key in keys:
                np.testing.assert_array_equal(one[key], other[key], err_msg=key)
        names = [row["val_mae"] for row in load_progress(first).history]
        assert names == [row["val_mae"] for row in load_progress(second).history]
        weights = [file.with_name("ssrnet_ori_mt.h5").read_bytes() for file in (first, second)]
        assert len(weights[0]) == len(weights[1])


@pytest.mark.slow
def test_the_smoke_experiment_trains_a_real_model(tmp_path, capsys):
    assert command.main(["--experiment", "smoke", "--runs", str(tmp_path)]) == 0
    assert "Best: " in capsys.readouterr().out
    from fsanet.weights.loading import load_model

    weights = tmp_path / "smoke" / "fsanet_var_capsule_3_16_2_21_5" / "fsanet_var_capsule_3_16_2_21_5.h5"
    assert load_model("var_capsule", weights, image_size=128).count_params() > 200_000
    assert load_model("var_capsule", tmp_path / "smoke", image_size=128).name == "var_capsule"
