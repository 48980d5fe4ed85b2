"""The lean form gives the angles of the model it was made from, for every kind of model, with fewer operations."""

import keras
import numpy as np
import pytest

from fsanet.export.lean.convolution import dense_kernel, folded_block
from fsanet.export.lean.lean_model import lean_model
from fsanet.export.lean.regression import has_lean_head


def crops(size=64, number=4):
    """Smooth pictures within 0..255: ramps of several directions."""
    grid = np.linspace(0.0, 1.0, size)
    ramps = [np.add.outer(grid * np.cos(i), grid * np.sin(i)) for i in range(3 * number)]
    pictures = np.reshape(ramps, (number, 3, size, size)).transpose(0, 2, 3, 1)
    return (127.5 + 127.0 * np.sin(9.0 * pictures)).astype(np.float32)


def assert_same(model, lean, size=64):
    expected = np.asarray(model(crops(size)))
    assert np.ptp(expected) > 1e-2, "the test network must not be constant"
    np.testing.assert_allclose(np.asarray(lean(crops(size))), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["capsule", "var_capsule", "noS_capsule", "fusion_capsule"])
def test_capsule_networks_are_rewritten_whole(stirred, name):
    model = stirred(name)
    lean = lean_model(model)
    assert lean.name == name
    assert lean.input_shape == model.input_shape
    assert not {"ssr_G_model", "ssr_S_model", "ssr_Cap_model"} & {layer.name for layer in lean.layers}
    assert_same(model, lean)


@pytest.mark.parametrize("name", ["var_capsule_fc", "netvlad", "fusion_metric"])
def test_other_networks_keep_their_own_layers_behind_lean_streams(stirred, name):
    model = stirred(name)
    lean = lean_model(model)
    assert "ssr_G_model" not in {layer.name for layer in lean.layers}
    assert any(isinstance(layer, keras.Model) for layer in lean.layers)
    assert_same(model, lean)


@pytest.mark.parametrize(
    "settings",
    [
        {"routings": 1},
        {"routings": 3, "lambda_d": 0.5},
        {"dim_capsule": 8, "m_dim": 4, "num_primcaps": 24},
        {"num_classes": 2, "stage_num": (5, 5, 5)},
        {"image_size": 48},
    ],
    ids=str,
)
def test_settings_carry_over(stirred, settings):
    model = stirred("capsule", **settings)
    assert has_lean_head(model)
    assert_same(model, lean_model(model), settings.get("image_size", 64))


def test_stages_of_different_bins_keep_their_own_layers(stirred):
    model = stirred("var_capsule", stage_num=(3, 5, 3))
    assert not has_lean_head(model)
    assert_same(model, lean_model(model))


def test_ssrnet_is_returned_as_it_is(stirred):
    model = stirred("ssrnet_mt")
    assert lean_model(model) is model


def test_what_is_lean_stays(stirred):
    lean = lean_model(stirred("var_capsule"))
    assert lean_model(lean) is lean


def test_published_weights_give_the_originals_angles(mirror):
    from fsanet.weights.loading import load_model

    golden = np.load(mirror / "golden" / "original_outputs.npz")
    name = next(name for name in golden.files if name.startswith("outputs/BIWI/fsanet_capsule"))
    angles = lean_model(load_model("capsule", weights="BIWI"))(golden["inputs/x_a"].astype(np.float32))
    np.testing.assert_allclose(np.asarray(angles), golden[name], atol=1e-3)


@pytest.mark.parametrize("bias", [-200.0, -12.0])
def test_a_structure_of_zeros_is_no_division_by_zero_and_a_faint_one_is_divided(stirred, bias):
    """The sigmoid of -200 is zero in float32; of -12, rows sum to some thousandths."""
    model = stirred("var_capsule")
    rows = model.get_layer("ssr_S_model").get_layer("feat_S_model").get_layer("SR_dense")
    rows.bias.assign(np.full(rows.bias.shape, bias))
    np.testing.assert_allclose(np.asarray(lean_model(model)(crops())), np.asarray(model(crops())), atol=1e-4)


def test_training_further_leaves_the_lean_model(stirred):
    model = stirred("var_capsule")
    lean = lean_model(model)
    before = np.asarray(lean(crops()))
    model.get_layer("ssr_G_model").get_layer("x_bn1").gamma.assign(np.full(16, 3.0))
    np.testing.assert_array_equal(np.asarray(lean(crops())), before)
    assert np.abs(np.asarray(model(crops())) - before).max() > 1e-3


def folded_pair():
    """A separable convolution and a batch normalisation with weights by hand: 2 channels to 3 filters."""
    random = np.random.default_rng(0)
    convolution = keras.layers.SeparableConv2D(3, 3, padding="same")
    normalisation = keras.layers.BatchNormalization()
    convolution.build((None, 5, 5, 2))
    normalisation.build((None, 5, 5, 3))
    for layer in (convolution, normalisation):
        layer.set_weights([random.uniform(0.5, 1.5, array.shape) for array in layer.get_weights()])
    return convolution, normalisation


def test_folding_by_hand():
    convolution, normalisation = folded_pair()
    block = folded_block(convolution, normalisation)
    gamma, beta, mean, variance = normalisation.get_weights()
    bias = convolution.get_weights()[2]
    np.testing.assert_allclose(block.bias, (bias - mean) / np.sqrt(variance + 1e-3) * gamma + beta, rtol=1e-6)


def test_folded_and_dense_blocks_are_the_layers():
    convolution, normalisation = folded_pair()
    image = np.random.default_rng(1).normal(size=(1, 5, 5, 2)).astype(np.float32)
    expected = np.asarray(normalisation(convolution(image), training=False))
    block = folded_block(convolution, normalisation)
    padded = np.pad(image[0], [(1, 1), (1, 1), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))  # (5, 5, 2, 3, 3)
    by_steps = np.einsum("yxchw,hwc,cf->yxf", windows, block.depthwise[..., 0], block.pointwise[0, 0]) + block.bias
    by_dense = np.einsum("yxchw,hwcf->yxf", windows, dense_kernel(block)) + block.bias
    np.testing.assert_allclose(by_steps, expected[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(by_dense, expected[0], rtol=1e-4, atol=1e-5)
