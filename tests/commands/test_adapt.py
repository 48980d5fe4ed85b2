import pytest

from fsanet.cli import main
from fsanet.console import EXIT_ERROR
from fsanet.models.spec import get_spec
from fsanet.training.adaptation import samples, task


@pytest.fixture
def adapted(monkeypatch):
    """Settings that the command would have run, and what it gave each run beside them."""
    calls = []
    monkeypatch.setattr(samples, "read_samples", lambda settings, quiet: [settings.target])
    monkeypatch.setattr(task, "adapt", lambda settings, read, **given: calls.append((settings, given | {"read": read})))
    return calls


def test_each_member_of_the_fusion_is_adapted_to_the_target(adapted):
    assert main(["adapt", "--target", "some/pictures"]) == 0
    assert [settings.model for settings, _ in adapted] == ["capsule", "var_capsule", "noS_capsule"]
    settings, given = adapted[0]
    assert (settings.target, settings.method, settings.data) == ("some/pictures", "rcrw", "synthetic")
    assert settings.run_name == "adapted_pictures"
    assert given["resume"]
    assert given["read"] == ["some/pictures"]
    assert len({id(given["read"]) for _, given in adapted}) == 1


def folder_of(models, folder):
    for name in (get_spec(model).save_name for model in models):
        (folder / name).mkdir()
        (folder / name / f"{name}.h5").touch()
    return str(folder)


def test_of_a_folder_that_holds_one_model_that_is_adapted(adapted, tmp_path):
    folder = folder_of(["ssrnet_mt"], tmp_path)
    assert main(["adapt", "--target", "pictures", "--weights", folder]) == 0
    assert [(settings.model, settings.weights) for settings, _ in adapted] == [("ssrnet_mt", folder)]


def test_of_a_folder_that_holds_several_models_one_is_to_be_named(adapted, tmp_path, capsys):
    folder = folder_of(["ssrnet_mt", "metric"], tmp_path)
    assert main(["adapt", "--target", "pictures", "--weights", folder]) == EXIT_ERROR
    assert "name one (--model metric, --model ssrnet_mt)" in capsys.readouterr().err
    assert not adapted


def test_options_change_the_run(adapted):
    options = (
        "--target t.npz --model metric --method padaco --set 300W_LP --weights BIWI --epochs 3 --seed 5 --run mine"
    )
    assert main(["adapt", *options.split(), "--resume", "never", "--setting", "neighbours=50", "consistency=2"]) == 0
    [(settings, given)] = adapted
    assert (settings.model, settings.method, settings.data, settings.weights) == ("metric", "padaco", "300W_LP", "BIWI")
    assert (settings.epochs, settings.seed, settings.run, settings.neighbours) == (3, 5, "mine", 50)
    assert settings.consistency == 2.0
    assert not given["resume"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--setting", "neighbours=none"], "neighbours"),
        (["--setting", "steps=0"], "steps is at least 1"),
        (["--setting", "consistency=much"], "'consistency' is a float"),
        (["--setting", "consistency=-1"], "consistency is at least 0"),
        (["--setting", "rise_steps=0"], "rise_steps is at least 1"),
        (["--model", "magic"], "magic"),
    ],
)
def test_wrong_settings_are_one_sentence(adapted, capsys, options, message):
    assert main(["adapt", "--target", "pictures", *options]) == EXIT_ERROR
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not adapted


def test_a_target_that_is_not_there_is_said_before_anything_is_read(tmp_path, capsys):
    options = ["--set", str(tmp_path / "no.npz"), "--model", "ssrnet_mt", "--out", str(tmp_path)]
    assert main(["adapt", "--target", str(tmp_path / "nowhere"), *options]) == EXIT_ERROR
    assert "nowhere" in capsys.readouterr().err
