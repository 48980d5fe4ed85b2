import pytest

from fsanet.datasets.augment.recipe import PAPER, STRONG
from fsanet.training.settings import Settings, override


def test_defaults_are_the_papers():
    settings = Settings()
    assert (settings.epochs, settings.learning_rate, settings.schedule) == (90, 1e-3, "steps")
    assert settings.augmentation == PAPER
    assert settings.batch_size_of() == 16
    assert Settings(data="BIWI").batch_size_of() == 8


def test_run_name_follows_the_data():
    assert Settings(data="somewhere/mine.npz").run_name == "mine"
    assert Settings(run="again").run_name == "again"


def test_assignments_change_settings_by_name_and_type():
    settings = override(
        Settings(),
        ["ema=0.999", "epochs=30", "learning_rate=1", "freeze=a,b", "data=mine", "batch_size=4", "augmentation=strong"],
    )
    assert (settings.ema, settings.epochs, settings.learning_rate) == (0.999, 30, 1.0)
    assert (settings.freeze, settings.data, settings.batch_size) == (("a", "b"), "mine", 4)
    assert settings.augmentation == STRONG


def test_assignments_reach_into_the_augmentation():
    settings = override(Settings(), ["augmentation=strong", "augmentation.blur=0.9", "augmentation.patches=3"])
    assert (settings.augmentation.blur, settings.augmentation.patches, settings.augmentation.flip) == (0.9, 3, 0.5)


@pytest.mark.parametrize(
    ("assignments", "message"),
    [
        (["epochs"], "'epochs' sets nothing; write name=value"),
        (["epoch=3"], "no setting 'epoch'. There are: epochs, seed, learning_rate, schedule, .*, model, data, run"),
        (["augmentation.blurr=1"], "no setting 'blurr'. There are: paper, flip"),
        (["augmentation=huge"], "no augmentation 'huge'. There are: none, paper, strong"),
        (["epochs=many"], "'epochs' is a int, such as 90; got 'many'"),
        (["batch_size=2.5"], "'batch_size' is a int"),
        (["extra=foo"], r"extra holds ExtraSet, which a Python file of experiments can give, not \('foo',\)"),
        (["freeze=(1,)"], r"freeze holds names of layers, not \(1,\)"),
    ],
)
def test_wrong_assignments_say_what_would_be_right(assignments, message):
    with pytest.raises(ValueError, match=message):
        override(Settings(), assignments)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": "capsul"}, "no model 'capsul'. The models are: capsule"),
        ({"model": "fusion_capsule"}, "a fusion: train its members one by one, capsule, var_capsule, noS_capsule"),
        ({"epochs": 0}, "epochs is at least 1, not 0"),
        ({"seed": -1}, "seed is at least 0 and below 4294967296, not -1"),
        ({"seed": 2**32}, "seed is at least 0 and below 4294967296, not 4294967296"),
        ({"batch_size": 0}, "batch_size is at least 1"),
        ({"learning_rate": 0.0}, "learning_rate is above 0"),
        ({"schedule": "linear"}, "schedule is one of steps, cosine, not 'linear'"),
        ({"precision": "int8"}, "precision is one of float32"),
        ({"precision": "mixed_float16"}, "precision is one of float32, mixed_bfloat16, not 'mixed_float16'"),
        ({"ema": 1.0}, "ema is at least 0 and below 1"),
        ({"rotation_loss": 2.0}, "rotation_loss is between 0 and 1"),
        ({"max_minutes": -1.0}, "max_minutes is at least 0"),
    ],
)
def test_settings_that_cannot_be_trained(given, message):
    with pytest.raises(ValueError, match=message):
        Settings(**given)
