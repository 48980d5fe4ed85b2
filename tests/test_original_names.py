"""Notebooks written against the original repository run unchanged."""

import importlib
import subprocess
import sys

import keras
import numpy as np
import pytest

from fsanet import compat
from fsanet.weights.saving import save_weights

S_SET = [3, 16, 2, 21, 5]
S_SET_WITHOUT_SCORING = [3, 16, 2, 8 * 8 * 3, 5]
CLASSES = [
    ("FSANET_model", "FSA_net_Capsule", "capsule"),
    ("FSANET_model", "FSA_net_Var_Capsule", "var_capsule"),
    ("FSANET_model", "FSA_net_noS_Capsule", "noS_capsule"),
    ("FSANET_model", "FSA_net_NetVLAD", "netvlad"),
    ("FSANET_model", "FSA_net_Var_NetVLAD", "var_netvlad"),
    ("FSANET_model", "FSA_net_noS_NetVLAD", "noS_netvlad"),
    ("FSANET_model", "FSA_net_Metric", "metric"),
    ("FSANET_model", "FSA_net_Var_Metric", "var_metric"),
    ("FSANET_model", "FSA_net_noS_Metric", "noS_metric"),
    ("FSANET_model", "FSA_net_Capsule_FC", "capsule_fc"),
    ("FSANET_model", "FSA_net_Var_Capsule_FC", "var_capsule_fc"),
    ("FSANET_model", "FSA_net_noS_Capsule_FC", "noS_capsule_fc"),
    ("FSANET_model", "FSA_net_NetVLAD_FC", "netvlad_fc"),
    ("FSANET_model", "FSA_net_Var_NetVLAD_FC", "var_netvlad_fc"),
    ("FSANET_model", "FSA_net_noS_NetVLAD_FC", "noS_netvlad_fc"),
    ("SSRNET_model", "SSR_net_MT", "ssrnet_mt"),
    ("SSRNET_model", "SSR_net_ori_MT", "ssrnet_ori_mt"),
]


def build(module: str, class_name: str):
    arguments = [64, 3, [3, 3, 3], 1]
    if module == "FSANET_model":
        arguments.append(S_SET_WITHOUT_SCORING if "noS" in class_name else S_SET)
    return getattr(importlib.import_module(module), class_name)(*arguments)()


@pytest.mark.parametrize(("module", "class_name", "name"), CLASSES)
def test_every_class_builds_its_model(module, class_name, name):
    model = build(module, class_name)
    assert isinstance(model, keras.Model)
    assert (model.name, model.input_shape, model.output_shape) == (name, (None, 64, 64, 3), (None, 3))


@pytest.mark.parametrize(("module", "class_name", "_"), CLASSES)
def test_an_installed_package_has_it_in_compat(module, class_name, _):
    assert getattr(compat, class_name) is getattr(importlib.import_module(module), class_name)


def test_weights_are_read_and_written_in_the_originals_layout(tmp_path):
    model = build("FSANET_model", "FSA_net_Var_Metric")
    save_weights(model, tmp_path / "first.h5")
    again = build("FSANET_model", "FSA_net_Var_Metric")
    again.load_weights(tmp_path / "first.h5")
    again.save_weights(tmp_path / "second.h5")
    assert (tmp_path / "first.h5").stat().st_size == (tmp_path / "second.h5").stat().st_size
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_keras_own_formats_still_work(tmp_path):
    model = build("SSRNET_model", "SSR_net_MT")
    model.save_weights(tmp_path / "w.weights.h5")
    build("SSRNET_model", "SSR_net_MT").load_weights(tmp_path / "w.weights.h5")
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32)
    np.testing.assert_array_equal(np.asarray(again(x)), np.asarray(model(x)))
    assert type(again) is type(model)


def test_reading_is_strict(tmp_path):
    save_weights(build("FSANET_model", "FSA_net_Metric"), tmp_path / "metric.h5")
    with pytest.raises(ValueError, match="Unexpected: conv2d_7/kernel, conv2d_7/bias"):
        build("FSANET_model", "FSA_net_Var_Metric").load_weights(tmp_path / "metric.h5")


@pytest.mark.parametrize(
    ("s_set", "text"),
    [
        ([3, 16, 2, 21], "S_set is num_capsule, .*; got"),
        ([4, 16, 2, 21, 5], "num_capsule in S_set must be 3, .* got 4"),
    ],
)
def test_an_s_set_that_does_not_fit(s_set, text):
    from FSANET_model import FSA_net_Capsule

    with pytest.raises(ValueError, match=text):
        FSA_net_Capsule(64, 3, [3, 3, 3], 1, s_set)


def test_a_notebook_of_the_original(repository, mirror):
    """From the repository's folder, with the import and the calls of the original's scripts."""
    path = mirror / "pre-trained/300W_LP_models/fsanet_var_capsule_3_16_2_21_5/fsanet_var_capsule_3_16_2_21_5.h5"
    code = f"""
from lib.FSANET_model import FSA_net_Var_Capsule
import numpy as np
model = FSA_net_Var_Capsule(64, 3, [3, 3, 3], 1, [3, 16, 2, 21, 5])()
model.load_weights({str(path)!r})
golden = np.load({str(mirror / "golden" / "original_outputs.npz")!r})
angles = model.predict(golden["inputs/x_a"], verbose=0)
print(np.abs(angles - golden["outputs/300W_LP/fsanet_var_capsule_3_16_2_21_5"]).max())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 1e-3
