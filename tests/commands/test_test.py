"""The command `make test`."""

import json
import os
import shutil
import sys

import numpy as np
import pytest

from fsanet.cli import main
from fsanet.commands import test
from fsanet.console import EXIT_ERROR
from fsanet.datasets.pose_set import PoseSet
from fsanet.models.build import build_model
from fsanet.models.spec import get_spec
from fsanet.rendering import write_sets
from fsanet.weights import loading
from fsanet.weights.saving import save_weights


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A folder of runs with the smallest networks that there are."""
    folder = tmp_path_factory.mktemp("runs")
    for model in ("metric", "var_metric", "noS_metric"):
        name = get_spec(model).save_name
        save_weights(build_model(model), folder / name / f"{name}.h5")
    return folder


@pytest.fixture
def data(tmp_path):
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (5, 64, 64, 3), np.uint8)
    for name in ("synthetic_test", "mine"):
        PoseSet(images, random.uniform(-60, 60, (5, 3)), ["a", "b", "c", "d", "e"]).save(tmp_path / f"{name}.npz")
    return tmp_path


def run(weights, data, *options) -> int:
    return main(["test", "--weights", str(weights), "--folder", str(data), "--out", str(data / "out"), *options])


def rows_of(name, weights, data) -> list[dict]:
    return json.loads((data / "out" / weights.name / name / "results.json").read_text())


@pytest.mark.slow
def test_every_set_that_is_there_is_measured(weights, data, capsys):
    assert run(weights, data, "--model", "metric", "fusion_metric") == 0
    out = capsys.readouterr().out
    assert "synthetic_test: 5 samples" in out
    assert "mine: 5 samples" in out
    for name in ("synthetic_test", "mine"):
        assert [(row["set"], row["model"]) for row in rows_of(name, weights, data)] == [
            (name, "metric"),
            (name, "fusion_metric"),
        ]
        pictures = {path.stem for path in (data / "out" / weights.name / name).glob("*.png")}
        assert pictures == {"bars", "error_by_yaw", "predicted_and_true", "worst_faces"}


def test_what_was_measured_of_other_sets_stays_and_of_the_same_set_goes(weights, data):
    assert run(weights, data, "--model", "metric", "--set", "mine") == 0
    assert run(weights, data, "--model", "metric", "--set", "synthetic_test", "--no-pictures") == 0
    mine = data / "out" / weights.name / "mine"
    assert rows_of("mine", weights, data)[0]["model"] == "metric"
    assert (mine / "bars.png").is_file()
    assert run(weights, data, "--model", "var_metric", "--set", "mine", "--no-pictures") == 0
    assert [row["model"] for row in rows_of("mine", weights, data)] == ["var_metric"]
    assert {path.name for path in mine.iterdir()} == {"results.csv", "results.json"}


def test_a_chart_that_cannot_be_drawn_costs_no_table(weights, data, monkeypatch, capsys):
    def draw(as_read, path):
        raise OSError("no room")

    monkeypatch.setitem(test._CHARTS, "bars.png", draw)
    assert main(["rotate", "--set", "mine", "--folder", str(data), "--workers", "1"]) == 0
    assert run(weights, data, "--model", "metric", "--set", "mine", "mine_rotated", "synthetic_test") == EXIT_ERROR
    shown = capsys.readouterr()
    assert "no room" in shown.err
    assert "mine -> _rotated" in shown.out
    for name in ("mine", "mine_rotated", "synthetic_test"):
        assert rows_of(name, weights, data)[0]["model"] == "metric"


def test_a_set_in_a_cameras_frame_has_rows_of_both_frames_and_charts_of_one(weights, data, monkeypatch):
    drawn = []
    for name in test._CHARTS:
        monkeypatch.setitem(test._CHARTS, name, lambda as_read, path: drawn.append([e.turned for e in as_read]))
    plain = PoseSet.load(data / "mine.npz")
    sight = np.tile(np.array([[0.1, 0.0, 1.0]]), (len(plain), 1))
    PoseSet(plain.image, plain.pose, plain.source, extras={"line_of_sight": sight}).save(data / "mine.npz")
    assert run(weights, data, "--model", "metric", "--set", "mine") == 0
    assert [row["frame"] for row in rows_of("mine", weights, data)] == ["as read", "camera"]
    assert drawn == [[False]] * len(test._CHARTS)


def test_of_a_folder_with_usual_models_those_alone_are_measured(weights, data, stirred):
    folder = data / "runs"
    shutil.copytree(weights, folder)
    name = get_spec("capsule").save_name
    save_weights(stirred("capsule"), folder / name / f"{name}.h5")
    assert run(folder, data, "--set", "mine", "--no-pictures") == 0
    assert [row["model"] for row in rows_of("mine", folder, data)] == ["capsule"]


def test_one_model_one_set_some_sources(weights, data, capsys):
    options = "--model metric --set mine --only [a-c] --no-pictures"
    assert run(weights, data, *options.split()) == 0
    assert "mine: 3 samples, 0 left out (every |angle| <= 99, source [a-c])" in capsys.readouterr().out
    assert not list(data.glob("out/*/*/*.png"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "metrik"], "There is no model 'metrik'. The models are:"),
        (["--model", "capsule"], "fsanet_capsule_3_16_2_21_5.h5"),
        (["--model", "metric", "--set", "BIWI_test"], "No pose set at"),
        (["--model", "metric", "--set", "mine", "--only", "z"], "No sample of 'mine' is left"),
        (["--model", "metric", "--folder", "nowhere"], "There is no folder 'nowhere' with test sets: check the path"),
    ],
)
def test_wrong_options_are_one_sentence(weights, data, options, message, capsys):
    assert run(weights, data, *options) == EXIT_ERROR
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error


@pytest.fixture
def rendered(monkeypatch) -> list[int]:
    """Numbers of faces that would have been rendered; two grey ones are written."""
    asked = []

    def write(folder, samples):
        asked.append(samples)
        images = np.full((2, 64, 64, 3), 128, np.uint8)
        PoseSet(images, np.zeros((2, 3)), ["a", "b"]).save(folder / "synthetic_test.npz")

    monkeypatch.setattr(write_sets, "write_test_set", write)
    return asked


def test_without_any_set_the_synthetic_one_is_rendered_once(weights, tmp_path, rendered, capsys):
    for _ in range(2):
        assert run(weights, tmp_path, "--model", "metric", "--no-pictures") == 0
    assert rendered == [1000]
    printed = capsys.readouterr()
    assert printed.err.count(f"There is no synthetic_test.npz in '{tmp_path}': rendering its first 1,000 faces") == 1
    assert printed.out.count("synthetic_test: 2 samples, 0 left out") == 2


@pytest.mark.parametrize("asked", [(), ("--set", "synthetic")])
def test_a_default_folder_that_is_not_there_has_no_sets(asked, weights, tmp_path, rendered, monkeypatch):
    monkeypatch.setattr("fsanet.commands.test.DATA", tmp_path / "data")
    options = ["--weights", str(weights), "--model", "metric", "--no-pictures", "--out", str(tmp_path / "out")]
    assert main(["test", *options, *asked]) == 0
    assert rendered == [1000]


def test_the_synthetic_set_is_rendered_where_it_is_asked_for(weights, data, rendered):
    options = ["--model", "metric", "--no-pictures"]
    assert run(weights, data, "--set", "synthetic", *options) == 0
    (data / "synthetic_test.npz").unlink()
    assert run(weights, data, *options) == 0
    assert not rendered  # there was another set
    assert run(weights, data, "--set", "synthetic", *options) == 0
    assert rendered == [1000]


def test_bundled_weights_are_measured_without_keras(data, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "keras", None)  # importing it is an error
    options = ["--weights", "synthetic", "--model", "fusion_capsule", "--set", "mine", "--no-pictures"]
    assert main(["test", "--folder", str(data), "--out", str(data / "out"), *options]) == 0
    assert "fusion_capsule" in capsys.readouterr().out


def test_without_keras_weights_of_a_run_name_all_that_the_verb_needs(weights, data, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "keras", None)  # importing it is an error
    assert run(weights, data, "--model", "metric", "--set", "mine") == EXIT_ERROR
    assert "needs keras, which is not installed: pip install 'fsanet[render,keras]'" in capsys.readouterr().err


def test_notices_of_native_code_are_held_back_while_networks_are_opened(weights, data, monkeypatch, capfd):
    def load_model(name, weights):
        os.write(2, b"kernels are chosen\n")
        return loaded(name, weights=weights)

    loaded = loading.load_model
    monkeypatch.setattr(loading, "load_model", load_model)
    assert run(weights, data, "--model", "metric", "--set", "mine", "--no-pictures") == 0
    assert "kernels" not in capfd.readouterr().err


def test_nothing_but_a_set_measures_the_usual_models_that_have_bundled_weights(data, capsys):
    options = ["--set", "mine", "--no-pictures", "--folder", str(data), "--out", str(data / "out")]
    assert main(["test", *options]) == 0
    rows = json.loads((data / "out" / "free" / "mine" / "results.json").read_text())
    assert [row["model"] for row in rows] == ["capsule", "var_capsule", "noS_capsule", "fusion_capsule"]


def test_of_a_folder_without_the_usual_models_all_are_measured(weights, data):
    assert run(weights, data, "--set", "mine", "--no-pictures") == 0
    models = [row["model"] for row in rows_of("mine", weights, data)]
    assert models == ["metric", "var_metric", "noS_metric", "fusion_metric"]


def test_of_a_folder_without_weights_the_first_that_is_missing_is_named(data, capsys):
    (data / "empty").mkdir()
    assert run(data / "empty", data) == EXIT_ERROR
    assert "ssrnet_mt.h5" in capsys.readouterr().err


def test_two_sets_of_one_name_are_refused(weights, data, capsys):
    other = data / "other" / "mine.npz"
    other.parent.mkdir()
    other.write_bytes((data / "mine.npz").read_bytes())
    options = ["--model", "metric", "--set", str(data / "mine.npz"), str(other), "--no-pictures"]
    assert run(weights, data, *options) == EXIT_ERROR
    assert "is not the only set called 'mine'" in capsys.readouterr().err
    assert not (data / "out").exists()


def test_a_twin_that_does_not_fit_its_set_keeps_nothing_from_being_written(weights, data, capsys):
    assert main(["rotate", "--set", "mine", "--folder", str(data), "--workers", "1"]) == 0
    options = ["--model", "metric", "--set", "mine", "mine_rotated", "--no-pictures"]
    assert run(weights, data, *options) == 0
    assert "mine -> _rotated" in capsys.readouterr().out
    given = PoseSet.load(data / "mine.npz")
    PoseSet(given.image[::-1], given.pose, given.source).save(data / "mine.npz")
    assert run(weights, data, *options) == 0
    shown = capsys.readouterr()
    assert "it was made of another 'mine.npz' than the one that is there" in shown.err
    assert "mine -> _rotated" not in shown.out
    assert [row["set"] for name in ("mine", "mine_rotated") for row in rows_of(name, weights, data)] == [
        "mine",
        "mine_rotated",
    ]


def test_a_set_that_is_named_twice_is_measured_once(weights, data, capsys):
    options = "--model metric --set mine mine --no-pictures"
    assert run(weights, data, *options.split()) == 0
    assert capsys.readouterr().out.count("mine: 5 samples") == 1
