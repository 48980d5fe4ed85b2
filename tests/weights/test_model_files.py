"""The files of a model's networks, and the models that a folder of weights holds."""

import zipfile

import pytest

from fsanet.errors import InputError
from fsanet.models.spec import get_spec
from fsanet.weights.model_files import model_of, weight_files


@pytest.fixture(autouse=True)
def nothing_else(tmp_path, monkeypatch):
    """No weights but those of the test."""
    monkeypatch.delenv("FSANET_MIRROR", raising=False)
    monkeypatch.setenv("FSANET_HOME", str(tmp_path))


def test_a_folder_that_is_named_as_a_training_set_might_be(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    with pytest.raises(
        FileNotFoundError, match=r"The folder 'runs' holds no weight file of metric: there is no 'runs/"
    ):
        weight_files("metric", "runs")
    stem = get_spec("metric").save_name
    (tmp_path / "runs" / stem).mkdir()
    (path := tmp_path / "runs" / stem / f"{stem}.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    assert weight_files("metric", "runs") == {"metric": path.relative_to(tmp_path)}
    (tmp_path / "synthetic").mkdir()
    assert not weight_files("capsule", "synthetic")["capsule"].is_relative_to(tmp_path)


@pytest.fixture
def holding(tmp_path):
    """Makes a folder with weights of some models, as a training leaves it."""

    def make(*models):
        for model in models:
            name = get_spec(model).save_name
            (tmp_path / name).mkdir(parents=True)
            (tmp_path / name / f"{name}.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("models", "meant"),
    [
        ((), "fusion_capsule"),
        (("ssrnet_mt",), "ssrnet_mt"),
        (("capsule", "var_capsule", "noS_capsule", "ssrnet_mt"), "fusion_capsule"),
    ],
)
def test_the_model_that_a_folder_means(holding, models, meant):
    assert model_of(holding(*models)) == meant


@pytest.mark.parametrize(
    ("config", "meant"),
    [
        ('{"config": {"name": "var_capsule"}}', "var_capsule"),
        ('{"config": {"name": "functional_1"}}', "fusion_capsule"),
        ("[]", "fusion_capsule"),
        ("no json", "fusion_capsule"),
    ],
)
def test_the_model_that_a_keras_file_means(config, meant, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.keras", "w") as archive:
        archive.writestr("config.json", config)
    assert model_of(tmp_path / "a.keras") == meant


def test_a_keras_file_that_is_none_means_the_default(tmp_path):
    (tmp_path / "a.keras").write_bytes(b"PK\x03\x04")
    assert model_of(tmp_path / "a.keras") == model_of(tmp_path / "not_there.keras") == "fusion_capsule"


@pytest.mark.parametrize("weights", [None, "BIWI", "my/weights.h5", "network.onnx"])
def test_other_weights_mean_the_default(weights):
    assert model_of(weights) == "fusion_capsule"


def test_of_several_models_one_has_to_be_named(holding):
    folder = holding("metric", "var_metric", "noS_metric")
    named = r"\(--model metric, --model var_metric, --model noS_metric, --model fusion_metric\)"
    with pytest.raises(InputError, match=rf"holds weights of several models, and not those of fusion_capsule.*{named}"):
        model_of(folder)


def test_a_folder_without_the_model_says_which_it_has(holding):
    with pytest.raises(FileNotFoundError, match=r"no weight file of capsule.*it holds those of: ssrnet_mt"):
        weight_files("capsule", holding("ssrnet_mt"))
