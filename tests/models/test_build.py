"""Every name builds: sizes, other images, half precision, one step of training, `.keras` files; fusions are means."""

import keras
import numpy as np
import pytest

import fsanet
from fsanet.errors import InputError
from fsanet.models.spec import get_spec

# A fusion holds its three members: these seven are all models.
WHOLES = [name for name in fsanet.MODELS if name.startswith(("fusion", "ssrnet"))]

TRAINABLE = {
    "capsule": 236_615,
    "var_capsule": 236_550,
    "noS_capsule": 692_707,
    "netvlad": 181_706,
    "var_netvlad": 181_641,
    "noS_netvlad": 112_486,
    "metric": 173_190,
    "var_metric": 173_125,
    "noS_metric": 104_483,
    "capsule_fc": 237_479,
    "var_capsule_fc": 237_414,
    "noS_capsule_fc": 693_571,
    "netvlad_fc": 182_570,
    "var_netvlad_fc": 182_505,
    "noS_netvlad_fc": 113_350,
    "ssrnet_mt": 231_763,
    "ssrnet_ori_mt": 175_245,
}
FIXED = {**dict.fromkeys(TRAINABLE, 1_856), "ssrnet_ori_mt": 384}


def count(variables) -> int:
    return sum(int(np.prod(variable.shape)) for variable in variables)


def images(size=64, batch=2, seed=0) -> np.ndarray:
    return (255 * np.random.default_rng(seed).random((batch, size, size, 3))).astype(np.float32)


def outputs_of(model, x) -> np.ndarray:
    return keras.ops.convert_to_numpy(model(x, training=False))


@pytest.mark.parametrize("name", fsanet.MODELS)
def test_parameters_are_as_published(name):
    members = get_spec(name).members or (name,)
    model = fsanet.build_model(name)
    assert model.name == name
    assert count(model.trainable_weights) == sum(TRAINABLE[member] for member in members)
    assert count(model.non_trainable_weights) == sum(FIXED[member] for member in members)


@pytest.mark.parametrize("name", WHOLES)
@pytest.mark.parametrize("size", [16, 88])
def test_other_image_sizes(name, size):
    model = fsanet.build_model(name, image_size=size)
    assert model.input_shape == (None, size, size, 3)
    angles = outputs_of(model, images(size))
    assert angles.shape == (2, 3)
    assert np.isfinite(angles).all()


@pytest.mark.parametrize("name", WHOLES)
def test_a_step_of_training_changes_every_trainable_array(name):
    """With an image size of its own; a part of the graph without gradient would stay as it was."""
    keras.utils.set_random_seed(1)
    model = fsanet.build_model(name, image_size=32)
    before = [weight.copy() for weight in model.get_weights()]
    model.compile(keras.optimizers.Adam(0.001), "mae", run_eagerly=keras.backend.backend() != "jax")
    loss = model.train_on_batch(images(32, batch=8), np.tile([[40.0, -30.0, 20.0]], (8, 1)))
    assert np.isfinite(loss)
    still = [
        variable.path
        for variable, old, new in zip(model.weights, before, model.get_weights(), strict=True)
        if np.array_equal(old, new) and not may_rest(variable.path, old)
    ]
    assert not still


def may_rest(path: str, values: np.ndarray) -> bool:
    """A bias before a batch normalisation has no gradient but rounding; a bin's ReLU may be off for the whole batch."""
    before_normalisation = path.endswith("bias") and "_conv" in path
    return before_normalisation or path.startswith("pred_dense")


@pytest.mark.slow
def test_training_learns():
    """Sixteen images by heart: the error falls to less than a half."""
    keras.utils.set_random_seed(3)
    model = fsanet.build_model("var_capsule", image_size=16)
    model.compile(keras.optimizers.Adam(0.002), "mae")
    x, y = images(16, batch=16), np.random.default_rng(1).uniform(-50, 50, (16, 3)).astype(np.float32)
    losses = [float(model.train_on_batch(x, y)) for _ in range(60)]
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("name", ["fusion_capsule", "fusion_netvlad", "metric", "ssrnet_mt"])
def test_half_precision_gives_finite_angles_in_float32(name, policy):
    keras.config.set_dtype_policy(policy)
    try:
        model = fsanet.build_model(name)
    finally:
        keras.config.set_dtype_policy("float32")
    angles = model(images(), training=False)
    assert keras.backend.standardize_dtype(angles.dtype) == "float32"
    assert np.isfinite(keras.ops.convert_to_numpy(angles)).all()


@pytest.mark.parametrize("name", ["var_netvlad_fc", "ssrnet_ori_mt", "fusion_capsule"])
def test_keras_files_keep_the_model(name, tmp_path):
    model = fsanet.build_model(name, image_size=32)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(outputs_of(again, images(32)), outputs_of(model, images(32)))


def test_other_settings_reach_the_network():
    model = fsanet.build_model("capsule", num_classes=2, stage_num=(3, 4, 5), dim_capsule=8, num_primcaps=12, m_dim=3)
    assert model.output_shape == (None, 2)
    assert model.get_layer("ssr_Cap_model").get_layer("caps").output.shape == (None, 3, 8)
    assert model.get_layer("ssr_S_model").get_layer("SL_matrix").output.shape == (None, 4, 3)
    assert model.get_layer("ssr_F_Cap_model").get_layer("pred_s3").output.shape == (None, 2, 5)


def test_stretch_of_bins_can_be_turned_off():
    """Without it the last stage's bins are 1/27 of the first's, whatever delta says."""
    layer = fsanet.build_model("capsule", lambda_d=0.0).get_layer("pred_pose")
    p, zero = np.zeros((1, 3, 3), np.float32), np.zeros((1, 3), np.float32)
    third = p.copy()
    third[..., 2] = 1
    delta = zero + 0.9
    angles = keras.ops.convert_to_numpy(layer([p, p, third, delta, delta, delta, zero, zero, zero]))
    np.testing.assert_allclose(angles, np.full((1, 3), 99 / 27), rtol=1e-5)


def test_unknown_name_and_setting_are_errors():
    with pytest.raises(ValueError, match=r"There is no model 'hopenet'\. The models are: capsule,"):
        fsanet.build_model("hopenet")
    for unknown in ({"colour": "rgb"}, {"scoring": "x"}):
        with pytest.raises(InputError, match=f"no setting {next(iter(unknown))}; they have: image_size, num_classes,"):
            fsanet.build_model("capsule", **unknown)


def test_fusion_is_the_mean_of_its_members():
    fusion = fsanet.build_model("fusion_metric", image_size=32)
    x = np.random.default_rng(0).uniform(0, 255, (3, 32, 32, 3)).astype(np.float32)
    members = [keras.ops.convert_to_numpy(fusion.get_layer(name)(x)) for name in ("metric", "var_metric", "noS_metric")]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(fusion(x)), np.mean(members, axis=0), rtol=1e-4)


def test_fusion_is_an_ordinary_model():
    fusion = fsanet.build_model("fusion_capsule", image_size=32)
    assert isinstance(fusion, keras.Model)
    assert (fusion.input_shape, fusion.output_shape) == ((None, 32, 32, 3), (None, 3))


def test_settings_reach_every_member():
    fusion = fsanet.build_model("fusion_capsule", image_size=32, num_classes=2, dim_capsule=8, num_primcaps=12)
    members = (fusion.get_layer(name) for name in ("capsule", "var_capsule", "noS_capsule"))
    shapes = [member.get_layer("ssr_Cap_model").input_shape for member in members]
    assert shapes == [(None, 12, 64), (None, 12, 64), (None, 48, 64)]
    assert fusion.output_shape == (None, 2)
