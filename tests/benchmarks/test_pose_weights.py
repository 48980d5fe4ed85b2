"""The sweep of the pose's weight: what is trained for each, and what is printed."""

from types import SimpleNamespace

import pytest

from fsanet.benchmarks.pose_weights import main
from fsanet.console import EXIT_ERROR, EXIT_OK
from fsanet.training import finder


@pytest.fixture
def plans(monkeypatch):
    """The plans of a sweep; the second epoch of each run is the best, with figures that follow from the weight."""
    asked = []

    def train(plan, *, runs, quiet):
        asked.append((plan, runs, quiet))
        best = {"val_ap": plan.pose_weight, "val_points": 0.25, "val_pose": 10 / plan.pose_weight}
        return SimpleNamespace(best_epoch=2, history=[dict.fromkeys(best, 0.0), best, dict.fromkeys(best, 0.0)])

    monkeypatch.setattr(finder, "train_finder", train)
    return asked


def test_every_weight_is_trained_alike_in_a_folder_of_its_own(plans, tmp_path, capsys):
    options = ["--model", "retinaface_mnet025", "--pose-weights", "0.2", "0.8", "--epochs", "3", "--seed", "5"]
    assert main([*options, "--out", str(tmp_path), "--quiet"]) == EXIT_OK
    first, second = (plan for plan, _, _ in plans)
    assert (first.model, first.epochs, first.seed, first.steps) == ("retinaface_mnet025", 3, 5, 400)
    assert (first.pose_weight, second.pose_weight) == (0.2, 0.8)
    assert (first.run, second.run) == ("pose_weights/0.2", "pose_weights/0.8")
    assert {(runs, quiet) for _, runs, quiet in plans} == {(tmp_path, True)}
    assert capsys.readouterr().out.splitlines()[2:] == [
        "| 0.2 | 0.200 | 0.250 | 50.0 |",
        "| 0.8 | 0.800 | 0.250 | 12.5 |",
    ]


def test_the_published_sweep_is_the_usual_one(plans, tmp_path):
    assert main(["--out", str(tmp_path), "--steps", "7"]) == EXIT_OK
    assert [plan.pose_weight for plan, _, _ in plans] == [0.2, 0.4, 0.6, 0.8]
    assert plans[0][0].steps == 7


def test_what_cannot_be_trained_is_one_sentence(plans, tmp_path, capsys):
    assert main(["--model", "owl", "--out", str(tmp_path)]) == EXIT_ERROR
    assert "Unknown finder 'owl'" in capsys.readouterr().err
    assert main(["--pose-weights", "-1", "--out", str(tmp_path)]) == EXIT_ERROR
    assert "pose_weight is at least 0" in capsys.readouterr().err
