"""Aggregation and heads: shapes, names of variables, and which features go where."""

import keras
import numpy as np
import pytest

from fsanet.models.heads import build_aggregation, build_head
from fsanet.models.spec import get_spec


@pytest.mark.parametrize(
    ("name", "model_name", "variables"),
    [
        ("capsule", "ssr_Cap_model", {"caps/W"}),
        (
            "netvlad",
            "ssr_Agg_model",
            {"netvlad/kernel_W1", "netvlad/kernel_B1", "netvlad/kernel_W2", "netvlad/kernel_H1"},
        ),
        ("metric", "ssr_Metric_model", {"metric_features/kernel_type1", "caps/kernel_type2"}),
    ],
)
def test_three_vectors_of_sixteen(name, model_name, variables):
    model = build_aggregation(get_spec(name))
    assert model.name == model_name
    assert [output.shape for output in model.outputs] == [(None, 16)] * 3
    assert {variable.path for variable in model.weights} == variables


def test_vectors_are_the_rows_in_order():
    model = build_aggregation(get_spec("metric"))
    x = np.random.default_rng(0).standard_normal((2, 21, 64)).astype(np.float32)
    rows = keras.ops.convert_to_numpy(keras.Model(model.input, model.get_layer("caps").output)(x))
    vectors = [keras.ops.convert_to_numpy(vector) for vector in model(x)]
    np.testing.assert_array_equal(np.stack(vectors, axis=1), rows)


def vectors(sizes=(16, 16, 16)):
    return [np.random.default_rng(k).standard_normal((2, size)).astype(np.float32) for k, size in enumerate(sizes)]


def run(model, inputs) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(output) for output in model(inputs)]


@pytest.mark.parametrize(("name", "head"), [("capsule", "ssr_F_Cap_model"), ("metric", "ssr_F_model")])
def test_sliced_head_uses_a_part_for_each_output(name, head):
    """p from features 8 to 16, delta from 0 to 4, shift from 4 to 8, each stage from its own vector."""
    model = build_head(get_spec(name), [16] * 3)
    assert model.name == head
    x = vectors()
    outputs = run(model, x)
    for k in range(3):
        dense = {n: model.get_layer(n).get_weights() for n in (f"delta_s{k + 1}", f"local_delta_stage{k + 1}")}
        kernel, bias = model.get_layer(f"pred_dense_s{k + 1}").get_weights()
        np.testing.assert_allclose(outputs[k], np.maximum(x[k][:, 8:] @ kernel + bias, 0).reshape(2, 3, 3), atol=1e-5)
        kernel, bias = dense[f"delta_s{k + 1}"]
        np.testing.assert_allclose(outputs[3 + k], np.tanh(x[k][:, :4] @ kernel + bias), atol=1e-5)
        kernel, bias = dense[f"local_delta_stage{k + 1}"]
        np.testing.assert_allclose(outputs[6 + k], np.tanh(x[k][:, 4:8] @ kernel + bias), atol=1e-5)


def test_fully_connected_head_uses_all_features_for_each_output():
    model = build_head(get_spec("ssrnet_mt"), [1024, 1024, 4096])
    x = vectors((1024, 1024, 4096))
    outputs = run(model, x)
    hidden, last = (model.get_layer(n).get_weights() for n in ("local_delta_hidden_s3", "local_delta_stage3"))
    expected = np.tanh(np.tanh(x[2] @ hidden[0] + hidden[1]) @ last[0] + last[1])
    np.testing.assert_allclose(outputs[8], expected, atol=1e-4)
    assert hidden[0].shape == (4096, 6)


def test_bins_are_not_negative_and_need_not_sum_to_one():
    model = build_head(get_spec("capsule"), [16] * 3)
    bins = run(model, vectors())[0]
    assert bins.min() >= 0
    assert not np.allclose(bins.sum(-1), 1)
