"""`fsanet.load_model`: every kind of source, strict assignment, and what a file that does not fit says."""

import h5py
import keras
import numpy as np
import pytest

import fsanet
from fsanet.models.spec import get_spec
from fsanet.weights.loading import assign, named_variables
from fsanet.weights.saving import save_weights

MEMBERS = ("metric", "var_metric", "noS_metric")


def assert_same_weights(model, other):
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def randomised(name, **settings):
    model = fsanet.build_model(name, **settings)
    rng = np.random.default_rng(1)
    model.set_weights([rng.uniform(0.01, 0.1, weight.shape) for weight in model.get_weights()])
    return model


def test_a_file_of_the_original(published_like, var_metric):
    model = fsanet.load_model("var_metric", weights=str(published_like))
    assert isinstance(model, keras.Model)
    assert model.name == "var_metric"
    assert_same_weights(model, var_metric)


@pytest.mark.parametrize("name", ["w.weights.h5", "w.keras"])
def test_a_file_of_keras_3(name, var_metric, tmp_path):
    path = tmp_path / name
    var_metric.save(path) if name.endswith(".keras") else var_metric.save_weights(path)
    assert_same_weights(fsanet.load_model("var_metric", weights=path), var_metric)


def test_a_trained_model_with_its_optimizer(var_metric, tmp_path):
    model = keras.models.clone_model(var_metric)
    model.set_weights(var_metric.get_weights())
    model.compile("adam", "mae")
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "trained.keras")
    assert_same_weights(fsanet.load_model("var_metric", weights=tmp_path / "trained.keras"), var_metric)


@pytest.mark.parametrize("name", ["w.weights.h5", "w.keras"])
def test_a_file_of_a_whole_fusion(name, tmp_path):
    fusion = randomised("fusion_metric", image_size=16)
    path = tmp_path / name
    fusion.save(path) if name.endswith(".keras") else fusion.save_weights(path)
    assert_same_weights(fsanet.load_model("fusion_metric", weights=path, image_size=16), fusion)


def test_a_folder_as_the_original_lays_it_out(tmp_path):
    members = {name: randomised(name) for name in MEMBERS}
    for name, member in members.items():
        save_name = get_spec(name).save_name
        save_weights(member, tmp_path / save_name / f"{save_name}.h5")
    fusion = fsanet.load_model("fusion_metric", weights=str(tmp_path))
    for name, member in members.items():
        assert_same_weights(fusion.get_layer(name), member)


def test_another_image_size_needs_its_setting(tmp_path):
    save_weights(randomised("noS_metric", image_size=32), tmp_path / "w.h5")
    with pytest.raises(ValueError, match=r"ssr_Metric_model/caps/kernel_type2 \(48, 3\) instead of \(192, 3\)"):
        fsanet.load_model("noS_metric", weights=tmp_path / "w.h5")
    assert fsanet.load_model("noS_metric", weights=tmp_path / "w.h5", image_size=32).input_shape == (None, 32, 32, 3)


def test_the_file_of_another_model_is_one_error(published_like):
    with pytest.raises(ValueError) as error:
        fsanet.load_model("noS_capsule", weights=published_like)
    text = str(error.value)
    assert f"The weight file '{published_like}' cannot be loaded into the model 'noS_capsule'. Missing:" in text
    assert "Missing: ssr_Cap_model/caps/W." in text
    assert "Unexpected: mat_mul_layer_1/kernel_type1, mat_mul_layer_2/kernel_type2, dense_4/kernel" in text
    assert "Of another shape: ssr_F_Cap_model/pred_dense_s1/kernel (64, 960) instead of (8, 9)" in text


@pytest.mark.parametrize("name", ["w.weights.h5", "w.keras"])
def test_the_keras_3_file_of_another_model_is_one_error(name, tmp_path):
    """Keras itself would leave out, unsaid, the layers of the file that the model does not have."""
    path = tmp_path / name
    model = fsanet.build_model("metric")
    model.save(path) if name.endswith(".keras") else model.save_weights(path)
    with pytest.raises(ValueError, match="Unexpected: ssr_S_model/feat_S_model/attention_conv/0"):
        fsanet.load_model("var_metric", weights=path)


def test_arrays_that_are_not_finite_are_named(published_like, tmp_path):
    path = tmp_path / "nan.h5"
    path.write_bytes(published_like.read_bytes())
    with h5py.File(path, "a") as file:
        file["ssr_F_model/delta_s1/bias:0"][0] = np.nan
    with pytest.raises(
        ValueError, match=r"The file itself holds NaN or infinite values in: ssr_F_model/delta_s1/bias\."
    ):
        fsanet.load_model("var_metric", weights=path)


def test_one_file_is_no_fusion(published_like):
    with pytest.raises(ValueError, match=r"one network, but 'fusion_metric' is a fusion: .*of metric, var_metric"):
        fsanet.load_model("fusion_metric", weights=published_like)


def test_unknown_model_and_training_set(tmp_path):
    with pytest.raises(ValueError, match="There is no model 'resnet'"):
        fsanet.load_model("resnet", weights="300W_LP")
    with pytest.raises(ValueError, match=r"No weights are catalogued for training set '300W-LP'; .*300W_LP, BIWI"):
        fsanet.load_model("capsule", weights="300W-LP")
    with pytest.raises(FileNotFoundError, match=r"fsanet_metric_3_16_2_21_5\.h5'"):
        fsanet.load_model("metric", weights=tmp_path)


@pytest.fixture
def small():
    inner_input = keras.Input((2,))
    inner = keras.Model(inner_input, keras.layers.Dense(3, name="dense")(inner_input), name="inner")
    outer_input = keras.Input((2,))
    normalised = keras.layers.BatchNormalization(name="bn")(inner(outer_input))
    return keras.Model(outer_input, normalised, name="outer")


@pytest.fixture
def arrays(small):
    return {name: np.full(v.shape, n + 1.0) for n, (name, v) in enumerate(named_variables(small).items())}


def test_names_lead_through_sub_models(small):
    expected = ["inner/dense/kernel", "inner/dense/bias", *(f"bn/{n}" for n in ("gamma", "beta"))]
    assert list(named_variables(small)) == [*expected, "bn/moving_mean", "bn/moving_variance"]


def test_all_arrays_go_where_they_belong(small, arrays):
    assign(small, dict(reversed(arrays.items())), "A file")
    assert [weight.flat[0] for weight in small.get_weights()] == [1, 2, 3, 4, 5, 6]


def test_one_error_lists_everything(small, arrays):
    del arrays["inner/dense/bias"], arrays["bn/beta"]
    arrays["lstm/kernel"] = np.ones(2)
    arrays["inner/dense/kernel"] = np.ones((3, 2))
    arrays["bn/gamma"][1] = np.nan
    arrays["bn/moving_mean"][0] = -np.inf
    with pytest.raises(ValueError) as error:
        assign(small, arrays, "The file 'x.h5'")
    assert str(error.value) == (
        "The file 'x.h5' cannot be loaded into the model 'outer'. Missing: inner/dense/bias, bn/beta. "
        "Unexpected: lstm/kernel. Of another shape: inner/dense/kernel (3, 2) instead of (2, 3). "
        "The file itself holds NaN or infinite values in: bn/gamma, bn/moving_mean."
    )


def test_nothing_changes_when_something_does_not_fit(small, arrays):
    before = small.get_weights()
    arrays["bn/gamma"] = np.ones(4)
    with pytest.raises(ValueError, match="Of another shape"):
        assign(small, arrays, "A file")
    for old, new in zip(before, small.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.filterwarnings("ignore:.*HDF5 file:UserWarning")  # Keras calls the format legacy
@pytest.mark.parametrize("name", ["var_metric", "ssrnet_mt", "fusion_metric"])
def test_a_whole_model_that_keras_3_saved_as_h5(name, tmp_path):
    """Its names are ours, but for the sub-models within the outermost ones, which the file leaves out."""
    model = randomised(name, image_size=16)
    model.save(tmp_path / "mine.h5")
    assert_same_weights(fsanet.load_model(name, weights=tmp_path / "mine.h5", image_size=16), model)


@pytest.mark.filterwarnings("ignore:.*HDF5 file:UserWarning")
def test_such_a_file_of_another_model_is_one_error(tmp_path):
    randomised("metric", image_size=16).save(tmp_path / "mine.h5")
    with pytest.raises(ValueError, match="Unexpected: ssr_S_model/attention_conv/kernel, ssr_S_model"):
        fsanet.load_model("var_metric", weights=tmp_path / "mine.h5", image_size=16)


def test_long_lists_show_ten_names_and_how_many_more(small):
    arrays = {f"layer_{number}/kernel": np.ones(1) for number in range(25)}
    with pytest.raises(ValueError) as error:
        assign(small, arrays, "A file")
    assert "layer_9/kernel and 15 more." in str(error.value)
    assert "layer_10/" not in str(error.value)
    assert "bn/moving_mean, bn/moving_variance. Unexpected: layer_0/kernel" in str(error.value)
