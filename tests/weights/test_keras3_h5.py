import h5py
import numpy as np

import fsanet
from fsanet.weights.keras3_h5 import is_weights_file, read_arrays


def test_arrays_are_named_by_model_and_layer(var_metric, tmp_path):
    var_metric.save_weights(tmp_path / "w.weights.h5")
    with h5py.File(tmp_path / "w.weights.h5") as file:
        assert is_weights_file(file)
        arrays = read_arrays(file)
    assert len(arrays) == len(var_metric.weights)
    kernel, bias = var_metric.get_layer("ssr_F_model").get_layer("delta_s2").get_weights()
    np.testing.assert_array_equal(arrays["ssr_F_model/delta_s2/0"], kernel)
    np.testing.assert_array_equal(arrays["ssr_F_model/delta_s2/1"], bias)
    assert "ssr_S_model/feat_S_model/SR_dense/0" in arrays


def test_members_of_a_fusion_are_told_apart(tmp_path):
    fsanet.build_model("fusion_metric", image_size=16).save_weights(tmp_path / "w.weights.h5")
    with h5py.File(tmp_path / "w.weights.h5") as file:
        arrays = read_arrays(file)
    assert {name.split("/")[0] for name in arrays} == {"metric", "var_metric", "noS_metric"}


def test_the_layout_of_keras_2_is_another(published_like):
    with h5py.File(published_like) as file:
        assert not is_weights_file(file)
