"""Intermediate tensors, against those of the original program."""

import keras
import numpy as np
import pytest

import fsanet
from fsanet.models.explain import explain


@pytest.fixture(scope="module")
def golden(mirror):
    with np.load(mirror / "golden" / "capsule_300W_LP_stages.npz") as file:
        return dict(file)


@pytest.fixture(scope="module")
def crops():
    return np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)


def test_every_tensor_of_the_original_is_there_and_equal(golden):
    tensors = explain(fsanet.load_model("capsule", weights="300W_LP"), golden["x"])
    assert set(golden) - {"x"} == set(tensors) - {"coupling"}
    for name in set(golden) - {"x"}:
        theirs = golden[name]
        ours = np.broadcast_to(tensors[name], theirs.shape)  # theirs repeats the row sums over the features
        assert np.abs(ours - theirs).max() <= 1e-4 * np.abs(theirs).max(), name


@pytest.mark.parametrize("name", ["capsule", "var_netvlad", "noS_metric", "noS_capsule_fc"])
def test_angles_are_those_of_the_model(name, crops):
    model = fsanet.build_model(name)
    tensors = explain(model, crops)
    angles = keras.ops.convert_to_numpy(model(crops.astype(np.float32)))
    np.testing.assert_allclose(tensors["pred_pose"], angles, atol=1e-4)
    assert all(array.shape[0] == 2 and array.dtype == np.float32 for array in tensors.values())


def test_shapes_are_as_documented(crops):
    shapes = {name: array.shape[1:] for name, array in explain(fsanet.build_model("var_capsule"), crops).items()}
    per_stage = {
        "G_feat": (8, 8, 64),
        "attention": (8, 8),
        "feat_S": (64,),
        "SR_matrix": (5, 192),
        "S_matrix": (7, 192),
        "norm_S": (7, 1),
        "primcaps": (7, 64),
        "agg_feat": (16,),
        "ssr_pred": (3, 3),
        "ssr_delta": (3,),
        "ssr_local": (3,),
    }
    expected = {f"{name}_s{stage}": shape for name, shape in per_stage.items() for stage in (1, 2, 3)}
    expected |= {"SL_matrix": (7, 5), "primcaps": (21, 64), "coupling": (3, 21), "caps": (3, 16), "pred_pose": (3,)}
    assert shapes == expected


def test_structure_is_the_product_of_its_maps(crops):
    tensors = explain(fsanet.build_model("capsule"), crops)
    for stage in (1, 2, 3):
        product = tensors["SL_matrix"] @ tensors[f"SR_matrix_s{stage}"]
        np.testing.assert_allclose(tensors[f"S_matrix_s{stage}"], product, atol=1e-5)


def test_coupling_shares_sum_to_one(crops):
    coupling = explain(fsanet.build_model("noS_capsule"), crops)["coupling"]
    np.testing.assert_allclose(coupling.sum(1), np.ones((2, 192)), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("fusion_capsule", r"'fusion_capsule' is none: take one of its members: model.get_layer\('capsule'\)"),
        ("ssrnet_mt", "'ssrnet_mt' is none"),
    ],
)
def test_other_models_are_an_error(name, text, crops):
    with pytest.raises(ValueError, match=text):
        explain(fsanet.build_model(name), crops)
