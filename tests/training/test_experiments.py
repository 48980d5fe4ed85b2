import re
from pathlib import Path

import pytest

from fsanet.evaluation.paper_figures import PAPER
from fsanet.models.spec import get_spec
from fsanet.training import experiments
from fsanet.training.experiments import experiment_names, recipe_for, runs_of

FOLDER = Path(experiments.__file__).parent
PROTOCOLS = {"300W_LP": 1, "BIWI": 2}


def docstring(name: str) -> str:
    return (FOLDER / f"{name}.py").read_text(encoding="utf-8").split('"""')[1]


@pytest.mark.parametrize("name", experiment_names())
def test_every_experiment_has_runs_and_its_command(name):
    runs = runs_of(name)
    assert runs
    assert f"make train EXPERIMENT={name}" in docstring(name)


@pytest.mark.parametrize(("trained_on", "test_set", "model"), PAPER)
def test_every_row_of_the_papers_tables_has_an_experiment_with_its_figure(trained_on, test_set, model):
    name = f"protocol{PROTOCOLS[trained_on]}_{model}"
    runs = runs_of(name)
    assert [run.model for run in runs] == list(get_spec(model).members or (model,))
    assert {run.data for run in runs} == {trained_on}
    assert re.search(rf"{test_set} {PAPER[trained_on, test_set, model].mae:.2f}\b", docstring(name))


@pytest.mark.parametrize(("data", "batch_size"), [("300W_LP", 16), ("BIWI", 8)])
def test_the_papers_recipe(data, batch_size):
    settings = recipe_for("capsule", data)
    assert (settings.batch_size_of(), settings.epochs, settings.learning_rate) == (batch_size, 90, 1e-3)
    assert (settings.schedule, settings.augmentation.paper, settings.ema) == ("steps", True, 0.0)


def test_ones_own_data_has_a_recipe():
    assert recipe_for("metric", "mine.npz").data == "mine.npz"


def test_the_means_of_full_rows_are_the_means_of_their_angles():
    rows = {key: row for key, row in PAPER.items() if row.yaw is not None}
    wrong = {key for key, row in rows.items() if abs(row.mae - (row.yaw + row.pitch + row.roll) / 3) > 0.05}
    assert wrong == {("300W_LP", "BIWI_noTrack", model) for model in ("capsule", "ssrnet_mt")}  # as printed


def test_unknown_experiments_list_the_near_ones():
    with pytest.raises(ValueError, match=r"no experiment 'netvlad'\. There are: protocol2_fusion_netvlad, protocol2_"):
        runs_of("netvlad")
    with pytest.raises(ValueError, match=r"There are: backends, protocol1_capsule, .*smoke, synthetic"):
        runs_of("nothing like it")
