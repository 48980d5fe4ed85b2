import dataclasses

import numpy as np
import pytest

import fsanet
from fsanet.models.build import build_model
from fsanet.models.spec import get_spec
from fsanet.weights.loading import named_variables
from fsanet.weights.name_map import published_layers, rename_numbered, rename_published

SINGLES = [name for name in fsanet.MODELS if not get_spec(name).members]


@pytest.mark.parametrize("name", SINGLES)
def test_every_layer_with_weights_has_one_published_name(name):
    layers = published_layers(get_spec(name))
    owners = {variable.rpartition("/")[0] for variable in named_variables(build_model(name))}
    assert [layer.ours for layer in layers] == list(dict.fromkeys(layer.ours for layer in layers))
    assert {layer.ours for layer in layers} == owners
    assert len({layer.published for layer in layers}) == len(layers)


@pytest.mark.parametrize(
    ("name", "published", "ours"),
    [
        ("capsule", "separable_conv2d_1", "ssr_G_model/x_conv1"),
        ("capsule", "separable_conv2d_8", "ssr_G_model/s_conv1"),
        ("capsule", "batch_normalization_14", "ssr_G_model/s_bn7"),
        ("capsule", "conv2d_3", "ssr_G_model/s_stage2"),
        ("capsule", "conv2d_6", "ssr_G_model/x_stage3"),
        ("capsule", "conv2d_7", "ssr_S_model/feat_S_model/attention_conv"),
        ("capsule", "dense_1", "ssr_S_model/feat_S_model/SR_dense"),
        ("capsule", "dense_2", "ssr_S_model/SL_dense"),
        ("capsule", "dense_5", "ssr_F_Cap_model/pred_dense_s3"),
        ("noS_capsule", "dense_3", "ssr_F_Cap_model/pred_dense_s3"),
        ("var_metric", "mat_mul_layer_2", "ssr_Metric_model/caps"),
        ("var_netvlad", "net_vlad_1", "ssr_Agg_model/netvlad"),
        ("ssrnet_mt", "dense_4", "ssr_F_model/delta_hidden_s2"),
        ("ssrnet_mt", "dense_8", "ssr_F_model/local_delta_hidden_s3"),
        ("ssrnet_mt", "dense_9", "ssr_F_model/pred_dense_s3"),
    ],
)
def test_published_numbers(name, published, ours):
    assert {layer.published: layer.ours for layer in published_layers(get_spec(name))}[published] == ours


def published_arrays(name: str, offset: int) -> dict[str, np.ndarray]:
    """One array a layer, holding our name for it; numbers start `offset` higher, in an order that says nothing."""
    arrays = {}
    for layer in published_layers(get_spec(name)):
        kind, _, number = layer.published.rpartition("_")
        published = f"{kind}_{int(number) + offset}" if number.isdigit() else layer.published
        arrays[f"{layer.group}/{published}/kernel"] = np.array(layer.ours)
    return dict(sorted(arrays.items()))


@pytest.mark.parametrize("name", ["capsule", "noS_netvlad", "ssrnet_mt", "metric"])
@pytest.mark.parametrize("offset", [0, 7, 95])
def test_numbers_may_be_offset(name, offset):
    """A program that built other models before counts on: 8 to 14 may be 103 to 109, and 9 sorts behind 10 as text."""
    renamed = rename_published(published_arrays(name, offset), get_spec(name))
    assert len(renamed) == len(published_layers(get_spec(name)))
    assert all(key == f"{array}/kernel" for key, array in renamed.items())


def test_names_without_number_come_first():
    """tf.keras calls them dense, dense_1, dense_2."""
    arrays = {f"ssr_F_Cap_model/dense{suffix}/bias": np.array(suffix) for suffix in ("_2", "", "_1")}
    renamed = rename_published(arrays, dataclasses.replace(get_spec("noS_capsule")))
    assert {key: str(array) for key, array in renamed.items()} == {
        "ssr_F_Cap_model/pred_dense_s1/bias": "",
        "ssr_F_Cap_model/pred_dense_s2/bias": "_1",
        "ssr_F_Cap_model/pred_dense_s3/bias": "_2",
    }


def test_what_the_model_does_not_have_keeps_its_name():
    renamed = rename_published({"G/conv2d_7/kernel": np.ones(1), "G/lstm_1/kernel": np.ones(1)}, get_spec("noS_metric"))
    assert set(renamed) == {"ssr_G_model/s_stage1/kernel", "lstm_1/kernel"}
    seven = {f"G/conv2d_{number}/kernel": np.ones(1) for number in range(1, 8)}
    assert "conv2d_7/kernel" in rename_published(seven, get_spec("var_capsule"))


def test_numbered_arrays_get_the_names_of_variables():
    names = ["model/dense/kernel", "model/dense/bias", "caps/W"]
    arrays = {f"{layer}/{n}": np.array(n) for layer, n in [("caps", 0), ("model/dense", 1), ("model/dense", 0)]}
    renamed = rename_numbered({**arrays, "caps/1": np.array(1), "other/0": np.array(0)}, names)
    assert {key: int(array) for key, array in renamed.items()} == {
        "model/dense/kernel": 0,
        "model/dense/bias": 1,
        "caps/W": 0,
        "caps/1": 1,
        "other/0": 0,
    }
