"""What every layer keeps: arguments in the config, shapes, `.keras` files, half precision."""

import inspect

import keras
import numpy as np
import pytest

from fsanet import layers

# A layer, and the shapes of its inputs without the batch; a list means several inputs.
CASES = [
    (lambda **kw: layers.CapsuleLayer(3, 16, **kw), (21, 64)),
    (lambda **kw: layers.CapsuleLayer(2, 5, routings=3, kernel_initializer="he_normal", **kw), (7, 6)),
    (lambda **kw: layers.FusedBatchNormalization(**kw), (8, 8, 5)),
    (lambda **kw: layers.MatMulLayer(16, **kw), (21, 64)),
    (lambda **kw: layers.MatMulLayer(3, along="capsules", **kw), (21, 16)),
    (lambda **kw: layers.MatrixMultiplyLayer(**kw), [(7, 5), (5, 192)]),
    (lambda **kw: layers.MatrixNormLayer(**kw), (7, 192)),
    (lambda **kw: layers.MomentsLayer(**kw), (8, 8, 64)),
    (lambda **kw: layers.NetVLAD(3, 48, **kw), (21, 64)),
    (lambda **kw: layers.PrimCapsLayer(**kw), [(7, 192), (192, 64), (7, 1)]),
    (lambda **kw: layers.ReshapeLayer((5, 192), **kw), (960,)),
    (lambda **kw: layers.SeparableConv2D(6, 3, padding="same", **kw), (8, 8, 5)),
    (lambda **kw: layers.SplitLayer([4, 4, 8], **kw), (16,)),
    (lambda **kw: layers.SSRLayer([3, 3, 3], lambda_d=0.5, angle_range=60.0, **kw), [(3, 3)] * 3 + [(3,)] * 6),
    (lambda **kw: layers.UnstackLayer(**kw), (3, 16)),
]
IDS = [f"{number}-{type(make()).__name__}" for number, (make, _) in enumerate(CASES)]
each_layer = pytest.mark.parametrize(("make", "shapes"), CASES, ids=IDS)


def sample(shapes, batch=2, scale=1.0):
    rng = np.random.default_rng(5)
    if isinstance(shapes, list):
        return [(scale * rng.random((batch, *shape))).astype(np.float32) for shape in shapes]
    return (scale * rng.random((batch, *shapes))).astype(np.float32)


def as_model(layer, shapes) -> keras.Model:
    inputs = [keras.Input(s) for s in shapes] if isinstance(shapes, list) else keras.Input(shapes)
    return keras.Model(inputs, layer(inputs))


def arrays(outputs) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(keras.ops.cast(y, "float32")) for y in keras.tree.flatten(outputs)]


def test_every_layer_has_a_case():
    assert {type(make()).__name__ for make, _ in CASES} == set(layers.__all__)


@each_layer
def test_constructor_arguments_are_attributes_and_in_the_config(make, shapes):
    layer = make()
    parameters = inspect.signature(type(layer).__init__).parameters.values()
    names = {p.name for p in parameters if p.kind == p.POSITIONAL_OR_KEYWORD} - {"self"}
    assert names <= set(layer.get_config())
    assert all(hasattr(layer, name) for name in names)


@each_layer
def test_config_rebuilds_the_layer(make, shapes):
    layer = make(name="mine")
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert keras.saving.get_registered_name(type(layer)) == f"fsanet>{type(layer).__name__}"


@each_layer
def test_output_shape_is_known_beforehand(make, shapes):
    layer = make()
    outputs = arrays(layer(sample(shapes, batch=4)))
    batched = [(4, *s) for s in shapes] if isinstance(shapes, list) else (4, *shapes)
    expected = layer.compute_output_shape(batched)
    expected = expected if isinstance(expected, list) else [expected]
    assert [y.shape for y in outputs] == [tuple(shape) for shape in expected]


@each_layer
def test_saved_and_loaded_with_safe_mode(make, shapes, tmp_path):
    model = as_model(make(), shapes)
    model.save(tmp_path / "layer.keras")
    again = keras.saving.load_model(tmp_path / "layer.keras", safe_mode=True)
    x = sample(shapes)
    for y, z in zip(arrays(model(x)), arrays(again(x)), strict=True):
        np.testing.assert_array_equal(y, z)


@each_layer
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision_is_close_to_float32(make, shapes, policy):
    x = sample(shapes)
    full, half = make(), make(dtype=policy)
    expected = arrays(full(x))
    half(x)
    half.set_weights(full.get_weights())
    outputs = half(x)
    assert {keras.backend.standardize_dtype(y.dtype) for y in keras.tree.flatten(outputs)} == {policy[6:]}
    for y, z in zip(arrays(outputs), expected, strict=True):
        np.testing.assert_allclose(y, z, rtol=0.05, atol=0.02 * max(1.0, np.abs(z).max()))


@each_layer
@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("scale", [0.0, 300.0])
def test_extreme_inputs_give_no_nan(make, shapes, policy, scale):
    """Zeros divide nothing by nothing; squares and sums of large values pass the range of float16."""
    outputs = arrays(make(dtype=policy)(sample(shapes, scale=scale)))
    assert not any(np.isnan(y).any() for y in outputs)


@each_layer
def test_empty_batch(make, shapes):
    outputs = arrays(make()(sample(shapes, batch=0)))
    assert all(y.shape[0] == 0 for y in outputs)
