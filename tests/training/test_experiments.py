from dataclasses import replace

import pytest

from fsanet.evaluation.poses.paper_figures import PAPER
from fsanet.models.spec import get_spec
from fsanet.training.experiments import EXPERIMENTS, experiment_names, recipe_for, runs_of

PROTOCOLS = {"300W_LP": 1, "BIWI": 2}


@pytest.mark.parametrize(("trained_on", "test_set", "model"), PAPER)
def test_every_row_of_the_papers_tables_has_an_experiment_with_its_figure(trained_on, test_set, model):
    name = f"protocol{PROTOCOLS[trained_on]}_{model}"
    runs = runs_of(name)
    assert [run.model for run in runs] == list(get_spec(model).members or (model,))
    assert {run.data for run in runs} == {trained_on}
    assert f"{test_set} {PAPER[trained_on, test_set, model].mae:.2f}" in EXPERIMENTS[name].about


def test_the_names():
    names = experiment_names()
    assert len(names) == 9 + 13 + 4 + 4
    assert {"protocol1_capsule", "protocol2_fusion_netvlad", "synthetic", "smoke", "backends"} <= set(names)
    assert "protocol1_netvlad" not in names  # the paper trained those by protocol 2 alone


@pytest.mark.parametrize(("data", "batch_size"), [("300W_LP", 16), ("BIWI", 8)])
def test_the_papers_recipe(data, batch_size):
    settings = recipe_for("capsule", data)
    assert (settings.batch_size_of(), settings.epochs, settings.learning_rate) == (batch_size, 90, 1e-3)
    assert (settings.schedule, settings.augmentation.paper, settings.ema) == ("steps", True, 0.0)


def test_renders_and_ones_own_data_have_recipes():
    assert [run.model for run in runs_of("synthetic")] == ["capsule", "var_capsule", "noS_capsule", "ssrnet_mt"]
    assert runs_of("synthetic")[0] == recipe_for("capsule", "synthetic")
    assert (recipe_for("capsule", "synthetic").batch_size, recipe_for("capsule", "synthetic").ema) == (64, 0.999)
    assert recipe_for("metric", "mine.npz").data == "mine.npz"


def test_four_runs_differ_in_their_twins_alone():
    [runs] = zip(*(runs_of(f"twins_{name}") for name in ("plain", "masked", "rotated", "masked_rotated")), strict=True)
    sets = [[use.name.removeprefix("synthetic_train") for use in run.extra] for run in runs]
    assert sets == [[], ["_masked"], ["_rotated"], ["_masked", "_rotated"]]
    assert len({run.run for run in runs}) == 4
    assert {replace(run, run="", extra=(), epochs=36) for run in runs} == {replace(runs[0], run="")}
    assert {run.epochs * (1 + len(run.extra)) for run in runs} == {36}  # equally many pictures


def test_members_tuned_on_photographs_differ_in_seed_and_portraits():
    runs = runs_of("free")
    assert [run.model for run in runs] == list(get_spec("fusion_capsule").members)
    assert {run.weights for run in runs} == {"synthetic"}
    assert len({run.seed for run in runs}) == len({run.extra for run in runs}) == len(runs)


def test_the_means_of_full_rows_are_the_means_of_their_angles():
    rows = {key: row for key, row in PAPER.items() if row.yaw is not None}
    wrong = {key for key, row in rows.items() if abs(row.mae - (row.yaw + row.pitch + row.roll) / 3) > 0.05}
    assert wrong == {("300W_LP", "BIWI_noTrack", model) for model in ("capsule", "ssrnet_mt")}  # as printed


def test_unknown_experiments_list_the_near_ones():
    with pytest.raises(ValueError, match=r"no experiment 'netvlad'\. There are: protocol2_fusion_netvlad, protocol2_"):
        runs_of("netvlad")
    with pytest.raises(ValueError, match=r"There are: backends, free, protocol1_capsule, .*smoke, synthetic"):
        runs_of("nothing like it")


class TestFileOfOnesOwn:
    def test_its_runs_are_taken(self, tmp_path):
        file = tmp_path / "mine.py"
        file.write_text(
            "from fsanet.training.experiments import recipe_for\n"
            "RUNS = [recipe_for(model, 'mine.npz') for model in ('capsule', 'metric')]\n"
        )
        assert [run.model for run in runs_of(str(file))] == ["capsule", "metric"]

    def test_a_missing_file_and_one_without_runs_are_errors(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"no file 'nowhere\.py' with an experiment"):
            runs_of("nowhere.py")
        (tmp_path / "empty.py").write_text("RUNS = [1]\n")
        with pytest.raises(ValueError, match=r"empty\.py' needs RUNS, a list of .*; it has \[1\]"):
            runs_of(str(tmp_path / "empty.py"))
